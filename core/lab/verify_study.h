#pragma once

#include <string>
#include <vector>

#include "core/lab/gate.h"

namespace metamer {

/// One row that is not what it should be.
struct VerifyProblem {
    std::string run;
    std::int64_t task = -1;        ///< ordinal in its run; -1 for a source
    std::int64_t sourceIndex = 0;
    std::string what;              ///< "over-budget", "norms", "prediction", "model", "freeze"
    std::string detail;            ///< one phrase
};

struct VerifyOutcome {
    std::int64_t examples = 0;
    std::int64_t predictions = 0;
    std::int64_t notCompared = 0;  ///< predictions made on another device or version
    std::string integrity;         ///< SQLite's own check: "ok"
    std::vector<VerifyProblem> problems;
    std::vector<std::string> modelsNotAsked;   ///< one sentence each: their predictions count as not compared

    bool isOk() const { return problems.empty() && integrity == "ok"; }
};

/// Recomputes every norm, budget and prediction from the stored bytes, and the hash of a freeze. Opens LibTorch only if there are predictions.
VerifyOutcome verifyStudy(StudyGate &gate);

}  // namespace metamer
