#include "core/attack/proxy/oracle_proxy.h"

#include <algorithm>

namespace metamer {

const char *nameOf(ProxyRole role) { return role == ProxyRole::Selector ? "selector" : "evaluator"; }

int ProxyReading::label() const {
    const auto best = std::max_element(probabilities.begin(), probabilities.end());
    return *best >= notAClass ? static_cast<int>(best - probabilities.begin()) : -1;
}

}  // namespace metamer
