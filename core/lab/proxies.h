#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/attack/compute.h"
#include "core/data/dataset_reader.h"
#include "core/lab/gate.h"
#include "core/lab/job_context.h"
#include "core/store/tables.h"

namespace metamer {

/// A study's two proxies, loaded. Either may be missing where training was stopped.
struct LoadedProxies {
    std::shared_ptr<const OracleProxy> selector, evaluator;
    bool areComplete() const { return selector != nullptr && evaluator != nullptr; }
};

/// How proxies are trained where the study has none.
struct ProxyTraining {
    std::int64_t steps = 0;      ///< of 128 images, each network; 0: four passes over the training split, 600 to 1900
    int members = 2;
    std::int64_t seed = 0;
};

/// The study's proxies: from the study file, else from the user's cache (other studies of the same data set trained them),
/// else trained now on the training split, which takes some minutes for 60,000 images on two cores, and kept in both.
/// Asked to stop, it leaves out what is not trained. Throws Error(Usage) for images that proxies do not read.
LoadedProxies ensureProxies(StudyGate &gate, const LoadedDataset &data, const std::string &device, const ProxyTraining &training, const JobContext &job);

/// Trains anew, whatever there is.
LoadedProxies trainProxies(StudyGate &gate, const LoadedDataset &data, const std::string &device, const ProxyTraining &training, const JobContext &job);

/// What the loaded proxies say of some images, in the order selector, evaluator; the example is not filled in.
std::vector<std::vector<ProxyScore>> readProxies(const LoadedProxies &proxies, const ImageSet &images);

struct ScoredRun {
    std::string run;
    std::int64_t scored = 0;   ///< examples and attempts that had no score of these proxies
};

/// Reads every example of a run (of all runs if `run` is empty) that these proxies have not read, and keeps what they say.
std::vector<ScoredRun> scoreRuns(StudyGate &gate, const LoadedProxies &proxies, const std::string &run, const JobContext &job);

}  // namespace metamer
