#pragma once

#include <functional>

#include "core/base/job.h"

namespace metamer {

/// What a long verb is run with.
struct JobContext {
    StopToken stop;
    ProgressHandler progress = [](const Progress &) {};
    std::function<bool()> leavesACore = [] { return false; };  ///< asked between units: somebody is labelling
};

}  // namespace metamer
