#pragma once

#include <cstdint>

namespace metamer {

struct Rgb {
    std::uint8_t red = 0;
    std::uint8_t green = 0;
    std::uint8_t blue = 0;
};

/// The colour of a signed difference, -255 .. 255: no change is the surround grey, added ink goes lighter through orange,
/// removed ink darker through violet, so that brightness tells it too.
Rgb differenceColour(int difference);

}  // namespace metamer
