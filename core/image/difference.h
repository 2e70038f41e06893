#pragma once

#include <cstdint>
#include <span>

#include "core/base/records.h"

namespace metamer {

struct Rgb {
    std::uint8_t red = 0;
    std::uint8_t green = 0;
    std::uint8_t blue = 0;
};

/// The colour of a signed difference, -255 .. 255: no change is the surround grey, added ink goes lighter through orange,
/// removed ink darker through violet, so that brightness tells it too.
Rgb differenceColour(int difference);

/// The change of the channel that changes most at pixel `at` (row by row, 0 .. height * width - 1), signed: of a coloured
/// image too, what has changed nowhere looks unchanged.
int greatestChange(const ImageShape &shape, std::span<const std::uint8_t> source, std::span<const std::uint8_t> perturbed, std::size_t at);

}  // namespace metamer
