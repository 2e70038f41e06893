#include <cstdlib>

#include "core/attack/invariance/linf_nearest.h"
#include "core/image/ball.h"

namespace metamer {

Pixels moveTowardsDonor(std::span<const std::uint8_t> source, std::span<const std::uint8_t> donor, int greyLevels) {
    Pixels moved(source.begin(), source.end());
    for (std::size_t i = 0; i < moved.size(); ++i) {
        const bool isNear = std::abs(donor[i] - source[i]) <= greyLevels;
        if (!isNear || source[i] > 0) {
            moved[i] = clampToBall(donor[i], source[i], greyLevels);
        }
    }
    return moved;
}

std::int64_t removedInk(std::span<const std::uint8_t> source, std::span<const std::uint8_t> perturbed) {
    std::int64_t removed = 0;
    for (std::size_t i = 0; i < source.size(); ++i) {
        removed += source[i] > perturbed[i] ? source[i] - perturbed[i] : 0;
    }
    return removed;
}

}  // namespace metamer
