#pragma once

#include <cassert>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/records.h"

namespace metamer {

/// One image as bytes, CHW, 0 .. 255.
struct Image {
    ImageShape shape;
    Pixels pixels;

    std::uint8_t at(int channel, int y, int x) const {
        return pixels[(static_cast<std::size_t>(channel) * shape.height + y) * shape.width + x];
    }
};

/// Many images of one shape, one after another: [N, C, H, W] uint8.
struct ImageSet {
    ImageShape shape;
    Pixels bytes;

    std::int64_t count() const {
        return shape.size() == 0 ? 0 : static_cast<std::int64_t>(bytes.size() / shape.size());
    }
    std::span<const std::uint8_t> at(std::int64_t index) const {
        assert(index >= 0 && index < count());
        return {bytes.data() + static_cast<std::size_t>(index) * shape.size(), shape.size()};
    }
    Pixels copyOf(std::int64_t index) const {
        const auto view = at(index);
        return {view.begin(), view.end()};
    }
    void append(std::span<const std::uint8_t> pixels) {
        assert(pixels.size() == shape.size());
        bytes.insert(bytes.end(), pixels.begin(), pixels.end());
    }
};

/// Images with their labels, one label an image.
struct LabelledImages {
    ImageSet images;
    std::vector<int> labels;

    std::int64_t count() const { return images.count(); }
};

}  // namespace metamer
