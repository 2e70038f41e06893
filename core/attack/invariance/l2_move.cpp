#include <algorithm>
#include <cmath>

#include "core/attack/invariance/l2_semantic.h"
#include "core/image/ball.h"

namespace metamer {

Pixels movedTowards(std::span<const std::uint8_t> source, std::span<const float> wanted, double eps) {
    double squared = 0;
    for (std::size_t i = 0; i < source.size(); ++i) {
        const double way = 255.0 * static_cast<double>(wanted[i]) - source[i];
        squared += way * way;
    }
    const double share = std::min(1.0, eps * 255 / std::max(1e-9, std::sqrt(squared)));
    Pixels moved(source.size());
    // Short of the whole way a hair back, because roundTowards takes what is within 1e-4 of a whole level for that level.
    const double back = share < 1 ? 2e-4 : 0;
    for (std::size_t i = 0; i < source.size(); ++i) {
        const double way = share * (255.0 * static_cast<double>(wanted[i]) - source[i]);
        moved[i] = roundTowards(source[i] + way - std::copysign(std::min(std::abs(way), back), way), source[i]);
    }
    return moved;
}

}  // namespace metamer
