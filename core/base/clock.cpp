#include "core/base/clock.h"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace metamer {
namespace {

class SystemClock final : public Clock {
public:
    std::int64_t utcMs() const override {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    }
    double monotonicMs() const override {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
    }
};

}  // namespace

const Clock &systemClock() {
    static const SystemClock kClock;
    return kClock;
}

std::string utcText(std::int64_t utcMs) {
    const auto seconds = static_cast<std::time_t>(utcMs / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char buffer[48];
    const auto length = std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(buffer + length, sizeof buffer - length, ".%03dZ", static_cast<int>(utcMs % 1000));
    return buffer;
}

}  // namespace metamer
