#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "core/base/job.h"

namespace metamer {

/// Decides between two units of work whether a job goes on. Rules chain: the first that says stop ends the job.
using StopRule = std::function<bool()>;

class StopRules {
public:
    StopRules &add(StopRule rule) {
        m_rules.push_back(std::move(rule));
        return *this;
    }

    bool shouldStop() const {
        for (const auto &rule : m_rules) {
            if (rule()) {
                return true;
            }
        }
        return false;
    }

private:
    std::vector<StopRule> m_rules;
};

/// Stops when the token asks for it.
StopRule whenAsked(const StopToken &token);

/// Stops `seconds` after it was made; never if `seconds` is not positive.
StopRule afterSeconds(double seconds);

}  // namespace metamer
