#include "core/study/display.h"

#include <algorithm>

namespace metamer {

Pixels shownPixels(const Pixels &stored, const Display &display) {
    Pixels shown = stored;
    if (display.isStretched && !shown.empty()) {
        const auto [low, high] = std::minmax_element(stored.begin(), stored.end());
        const int range = *high - *low;
        for (std::size_t i = 0; i < shown.size() && range > 0; ++i) {
            shown[i] = static_cast<std::uint8_t>((255 * (stored[i] - *low) + range / 2) / range);
        }
    }
    if (display.isInverted) {
        for (auto &value : shown) {
            value = static_cast<std::uint8_t>(255 - value);
        }
    }
    return shown;
}

}  // namespace metamer
