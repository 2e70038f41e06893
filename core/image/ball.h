#pragma once

#include <cstdint>

namespace metamer {

/// The pixel nearest to `wanted` that lies at most `greyLevels` from `source`, on the 8-bit grid.
inline std::uint8_t clampToBall(int wanted, int source, int greyLevels) {
    const int low = source > greyLevels ? source - greyLevels : 0;
    const int high = source + greyLevels < 255 ? source + greyLevels : 255;
    return static_cast<std::uint8_t>(wanted < low ? low : (wanted > high ? high : wanted));
}

/// The byte for `value` (0 .. 255, not whole), rounded towards `source`, so that rounding never leaves a ball that
/// `value` lies in. A value within 1e-4 of a whole number is that number: it came from a byte by way of a float.
inline std::uint8_t roundTowards(double value, int source) {
    const double bounded = value < 0 ? 0 : (value > 255 ? 255 : value);
    const int nearest = static_cast<int>(bounded + 0.5);
    if (bounded - nearest < 1e-4 && nearest - bounded < 1e-4) {
        return static_cast<std::uint8_t>(nearest);
    }
    const int floor = static_cast<int>(bounded);
    return static_cast<std::uint8_t>(bounded > source ? floor : floor + 1);
}

}  // namespace metamer
