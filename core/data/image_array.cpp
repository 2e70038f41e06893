#include "core/data/image_array.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/image/ball.h"

namespace metamer {
namespace {

enum class Layout { Nhw, Nchw, Nhwc };

bool isChannelCount(std::int64_t size) { return size == 1 || size == 3; }

Layout guessLayout(const NpyArray &array) {
    if (array.shape.size() == 3) {
        return Layout::Nhw;
    }
    if (array.shape.size() == 4 && isChannelCount(array.shape[1])) {
        return Layout::Nchw;
    }
    if (array.shape.size() == 4 && isChannelCount(array.shape[3])) {
        return Layout::Nhwc;
    }
    throw Error(ErrorCode::BadInput, array.name + " has shape " + array.shapeText() +
                                         ", which is not images; use [N, H, W], [N, H, W, C] or [N, C, H, W]");
}

ImageShape shapeOf(const NpyArray &array, Layout layout) {
    const auto size = [&](std::size_t axis) { return static_cast<int>(array.shape[axis]); };
    switch (layout) {
        case Layout::Nhw: return {1, size(1), size(2)};
        case Layout::Nchw: return {size(1), size(2), size(3)};
        case Layout::Nhwc: return {size(3), size(1), size(2)};
    }
    return {};
}

std::vector<double> channelsFirst(const std::vector<double> &values, const ImageShape &shape) {
    std::vector<double> result(values.size());
    const std::size_t plane = static_cast<std::size_t>(shape.height) * shape.width;
    const std::size_t channels = static_cast<std::size_t>(shape.channels);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t image = i / shape.size();
        const std::size_t within = i % shape.size();
        result[image * shape.size() + (within % channels) * plane + within / channels] = values[i];
    }
    return result;
}

}  // namespace

ImageArray readImageArray(const NpyArray &array) {
    const Layout layout = guessLayout(array);
    ImageArray result;
    result.reading.shape = shapeOf(array, layout);
    if (array.shape[0] == 0 || result.reading.shape.size() == 0) {
        throw Error(ErrorCode::BadInput, array.name + " is empty (shape " + array.shapeText() + "); use at least one image");
    }
    result.values = array.asDoubles();
    double highest = 0;
    for (std::size_t i = 0; i < result.values.size(); ++i) {
        const double value = result.values[i];
        if (!(value >= 0 && value <= 255)) {
            throw Error(ErrorCode::BadInput, array.name + " has the value " + formatNumber(value) + " in image " +
                                                 std::to_string(i / result.reading.shape.size()) +
                                                 "; pixels must lie in 0..1 or 0..255");
        }
        highest = std::max(highest, value);
    }
    const bool isUnit = !array.isInteger() && highest <= 1.0;
    result.reading.isWhole = array.isInteger() && array.kind != 'b';
    result.reading.scale = isUnit || array.kind == 'b' ? 255.0 : 1.0;
    for (auto &value : result.values) {
        value *= result.reading.scale;
    }
    if (layout == Layout::Nhwc) {
        result.values = channelsFirst(result.values, result.reading.shape);
    }
    static const char *kLayouts[] = {"NHW", "NCHW", "NHWC"};
    const auto &shape = result.reading.shape;
    result.reading.description = countOf(array.shape[0], "image") + " " + std::to_string(shape.width) + "x" +
                                 std::to_string(shape.height) + ", " + (shape.channels == 1 ? "grey" : "RGB") + ", " +
                                 array.typeName() + " " + (isUnit ? "0..1" : "0..255") + ", layout " +
                                 kLayouts[static_cast<int>(layout)];
    return result;
}

ImageSet toBytes(const ImageArray &array) {
    ImageSet set{array.reading.shape, Pixels(array.values.size())};
    std::transform(array.values.begin(), array.values.end(), set.bytes.begin(),
                   [](double value) { return static_cast<std::uint8_t>(std::lround(value)); });
    return set;
}

Pixels toBytesTowards(const ImageArray &array, std::int64_t index, std::span<const std::uint8_t> source) {
    const std::size_t size = array.reading.shape.size();
    Pixels pixels(size);
    for (std::size_t i = 0; i < size; ++i) {
        pixels[i] = roundTowards(array.values[static_cast<std::size_t>(index) * size + i], source[i]);
    }
    return pixels;
}

}  // namespace metamer
