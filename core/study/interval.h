#pragma once

#include <cstdint>

namespace metamer {

struct Interval {
    double low = 0;
    double high = 1;
};

/// Wilson's score interval for `successes` of `trials` at 95 % (z = 1.959964). No trials give [0, 1].
/// Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
Interval wilsonInterval(std::int64_t successes, std::int64_t trials);

}  // namespace metamer
