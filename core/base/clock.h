#pragma once

#include <cstdint>
#include <string>

namespace metamer {

/// Where time comes from, so that tests can let it jump.
class Clock {
public:
    virtual ~Clock() = default;

    /// The computer's idea of the time, milliseconds since 1970 in UTC; may jump.
    virtual std::int64_t utcMs() const = 0;

    /// Milliseconds since some moment; never goes back.
    virtual double monotonicMs() const = 0;
};

/// The computer's own clocks.
const Clock &systemClock();

/// "2026-11-22T15:04:05.678Z"
std::string utcText(std::int64_t utcMs);

}  // namespace metamer
