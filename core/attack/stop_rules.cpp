#include "core/attack/stop_rules.h"

namespace metamer {

StopRule whenAsked(const StopToken &token) {
    return [token] { return token.isStopRequested(); };
}

StopRule afterSeconds(double seconds) {
    using Clock = std::chrono::steady_clock;
    if (!(seconds > 0)) {
        return [] { return false; };
    }
    const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    return [end] { return Clock::now() >= end; };
}

}  // namespace metamer
