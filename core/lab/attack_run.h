#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/lab/gate.h"
#include "core/lab/job_context.h"
#include "core/store/tables.h"

namespace metamer {

struct AttackRunRequest {
    std::string attack = "linf-nearest";
    std::string name;                        ///< empty: ATTACK-NORM-EPS, then -2 ...
    std::string modelName;                   ///< keep only examples that this model answers with the source's label
    std::string norm;                        ///< empty: the attack's first
    std::string eps;                         ///< empty: what the attack is used with
    std::string targets;                     ///< see Targets; empty: what fits the data set
    std::string split = "test";
    std::optional<std::vector<std::int64_t>> indices;  ///< these sources, in this order
    std::int64_t count = 100;                ///< otherwise so many, drawn without replacement by `seed`
    std::int64_t seed = 0;
    std::string device = "auto";
    double timeLimitSeconds = 0;             ///< 0: none
    std::map<std::string, std::string> options;  ///< the attack's own, as typed
};

struct AttackRunOutcome {
    JobEnd end = JobEnd::Finished;
    Run run;
    std::int64_t found = 0;
    std::int64_t attempts = 0;
    double seconds = 0;
    std::vector<std::string> modelsNotAsked;    ///< one sentence each: models that could not be loaded, or failed on the way
    std::optional<double> medianDonorDistance;  ///< L2 from source to aligned donor, of the examples that this call made
};

/// Called after an example is in the file.
using ExampleHandler = std::function<void(const Example &)>;

/// Runs an attack over the planned sources and keeps every example at once, with the answers of all the study's models.
/// A model that cannot be asked is told in the outcome and holds up nothing, unless the run is made for it.
/// Stop keeps what is done; abort drops the source in hand. Throws Error(Usage) for parameters that do not fit.
AttackRunOutcome runAttack(StudyGate &gate, const AttackRunRequest &request, const JobContext &job, const ExampleHandler &onExample);

/// Goes on with a run that was stopped, aborted, failed, or whose process died; does nothing for a finished one.
/// Throws Error(Locked) if another live process of this machine is running it.
AttackRunOutcome resumeAttack(StudyGate &gate, const std::string &runName, double timeLimitSeconds, const JobContext &job,
                              const ExampleHandler &onExample);

}  // namespace metamer
