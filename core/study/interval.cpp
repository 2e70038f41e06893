#include "core/study/interval.h"

#include <algorithm>
#include <cmath>

namespace metamer {

Interval wilsonInterval(std::int64_t successes, std::int64_t trials) {
    if (trials <= 0) {
        return {0, 1};
    }
    constexpr double kZ = 1.959963984540054;
    const double n = static_cast<double>(trials);
    const double share = static_cast<double>(successes) / n;
    const double centre = (share + kZ * kZ / (2 * n)) / (1 + kZ * kZ / n);
    const double half = kZ / (1 + kZ * kZ / n) * std::sqrt(share * (1 - share) / n + kZ * kZ / (4 * n * n));
    return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace metamer
