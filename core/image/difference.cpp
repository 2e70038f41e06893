#include "core/image/difference.h"

#include <cmath>
#include <cstdlib>

namespace metamer {
namespace {

constexpr Rgb kNoChange{0x77, 0x77, 0x77};
constexpr Rgb kAdded{0xE6, 0x61, 0x00};
constexpr Rgb kMuchAdded{0xFF, 0xE0, 0xB8};
constexpr Rgb kRemoved{0x5D, 0x3A, 0x9A};
constexpr Rgb kMuchRemoved{0x14, 0x08, 0x3A};

Rgb mix(const Rgb &from, const Rgb &to, double share) {
    const auto channel = [share](int a, int b) { return static_cast<std::uint8_t>(std::lround(a + share * (b - a))); };
    return {channel(from.red, to.red), channel(from.green, to.green), channel(from.blue, to.blue)};
}

}  // namespace

Rgb differenceColour(int difference) {
    if (difference == 0) {
        return kNoChange;
    }
    const double strength = std::abs(difference) / 255.0;
    const Rgb &half = difference > 0 ? kAdded : kRemoved;
    const Rgb &full = difference > 0 ? kMuchAdded : kMuchRemoved;
    return strength < 0.4 ? mix(kNoChange, half, strength / 0.4) : mix(half, full, (strength - 0.4) / 0.6);
}

int greatestChange(const ImageShape &shape, std::span<const std::uint8_t> source, std::span<const std::uint8_t> perturbed, std::size_t at) {
    const std::size_t plane = static_cast<std::size_t>(shape.height) * shape.width;
    int greatest = 0;
    for (std::size_t i = at; i < shape.size(); i += plane) {
        const int change = perturbed[i] - source[i];
        greatest = std::abs(change) > std::abs(greatest) ? change : greatest;
    }
    return greatest;
}

}  // namespace metamer
