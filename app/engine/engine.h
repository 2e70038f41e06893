#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "core/base/job.h"

namespace metamer {

/// What metamer-engine is asked to do. Arrays are .npy: images as readImageArray takes them, labels whole numbers.
struct EngineRequest {
    std::string attack;
    std::string norm = "linf";
    std::string eps;
    std::string targets;                     ///< see Targets; empty: published for ten classes, else any
    std::filesystem::path sources, labels;   ///< [N, ...] and [N]
    std::filesystem::path donors, donorLabels;  ///< the training images, [M, ...] and [M]
    std::filesystem::path out;               ///< .npy to write: uint8, one image an example, in the layout of the sources
    std::int64_t seed = 0;
    std::string device = "auto";
    std::filesystem::path proxies;           ///< folder where the proxies of these donors are kept; trained where they are missing
    double timeLimitSeconds = 0;             ///< 0: none
    std::map<std::string, std::string> options;  ///< the attack's own, as typed
};

struct EngineOutcome {
    JobEnd end = JobEnd::Finished;
    std::int64_t sources = 0;      ///< taken in hand
    std::int64_t examples = 0;     ///< written, the nearest candidates of attempts among them
    std::int64_t attempts = 0;     ///< without success, with a nearest candidate or without any
    double seconds = 0;            ///< attacking, without reading the arrays
    std::string device;
};

/// Called with one JSON object an example or attempt, as it is found: source (row), outcome, row (in `out`), label,
/// target_class, donor_index, transform, details, norms, and where a proxy was used proxy_evaluator (its label,
/// target_probability, not_a_class), why and enough of an attempt.
using LineHandler = std::function<void(const std::string &json)>;

/// Attacks every source; writes `out` when it ends, also when it was stopped. Throws Error as the readers and attacks do, and
/// Error(BadInput) where arrays do not fit each other; nothing is written then.
EngineOutcome runEngine(const EngineRequest &request, const StopToken &stop, const ProgressHandler &progress, const LineHandler &onLine);

/// The attacks with their options, as text.
std::string describeAttacks();

}  // namespace metamer
