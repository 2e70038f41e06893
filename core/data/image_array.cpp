#include "core/data/image_array.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/image/ball.h"

namespace metamer {
namespace {

bool isChannelCount(std::int64_t size) { return size == 1 || size == 3; }

bool fitsLayout(const NpyArray &array, const std::string &layout) {
    if (layout == "NHW") {
        return array.shape.size() == 3;
    }
    return array.shape.size() == 4 && isChannelCount(array.shape[layout == "NCHW" ? 1 : 3]);
}

std::string chooseLayout(const NpyArray &array, const std::string &wanted) {
    for (const std::string layout : {"NHW", "NCHW", "NHWC"}) {
        if ((wanted == "auto" || wanted == layout) && fitsLayout(array, layout)) {
            return layout;
        }
    }
    throw Error(ErrorCode::BadInput, array.name + " has shape " + array.shapeText() +
                                         (wanted == "auto" ? ", which is not images; use [N, H, W], [N, H, W, C] or [N, C, H, W]"
                                                           : ", which cannot be read as " + wanted + "; choose another layout"));
}

ImageShape shapeOf(const NpyArray &array, const std::string &layout) {
    const auto size = [&](std::size_t axis) { return static_cast<int>(array.shape[axis]); };
    if (layout == "NHW") {
        return {1, size(1), size(2)};
    }
    return layout == "NCHW" ? ImageShape{size(1), size(2), size(3)} : ImageShape{size(3), size(1), size(2)};
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

namespace {

/// The greatest value; refuses what no pixel can be.
double checkValues(const ImageArray &images, const NpyArray &array, double limit) {
    double highest = 0;
    for (std::size_t i = 0; i < images.values.size(); ++i) {
        const double value = images.values[i];
        if (!(value >= 0 && value <= limit)) {
            throw Error(ErrorCode::BadInput, array.name + " has the value " + formatNumber(value) + " in image " +
                                                 std::to_string(i / images.reading.shape.size()) + "; pixels must lie in " +
                                                 (limit == 1 ? "0..1; choose the range 0..255" : "0..1 or 0..255"));
        }
        highest = std::max(highest, value);
    }
    return highest;
}

}  // namespace

ImageArray readImageArray(const NpyArray &array, const DatasetReading &wanted) {
    ImageArray result;
    ImageArrayReading &reading = result.reading;
    reading.layout = chooseLayout(array, wanted.layout);
    reading.shape = shapeOf(array, reading.layout);
    if (array.shape[0] == 0 || reading.shape.size() == 0) {
        throw Error(ErrorCode::BadInput, array.name + " is empty (shape " + array.shapeText() + "); use at least one image");
    }
    result.values = array.asDoubles();
    const double highest = checkValues(result, array, wanted.range == "0..1" ? 1 : 255);
    const bool isUnit = wanted.range == "auto" ? array.kind == 'b' || (!array.isInteger() && highest <= 1.0) : wanted.range == "0..1";
    reading.range = isUnit ? "0..1" : "0..255";
    reading.isWhole = array.isInteger() && !isUnit;
    reading.scale = isUnit ? 255.0 : 1.0;
    for (auto &value : result.values) {
        value *= reading.scale;
    }
    if (reading.layout == "NHWC") {
        result.values = channelsFirst(result.values, reading.shape);
    }
    reading.description = countOf(array.shape[0], "image") + " " + std::to_string(reading.shape.width) + "x" +
                          std::to_string(reading.shape.height) + ", " + (reading.shape.channels == 1 ? "grey" : "RGB") + ", " +
                          array.typeName() + " " + reading.range + ", layout " + reading.layout;
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
