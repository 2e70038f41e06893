#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/lab/gate.h"
#include "core/lab/job_context.h"
#include "core/model/classifier.h"
#include "core/store/tables.h"

namespace metamer {

struct TrainModelRequest {
    std::string name;      ///< empty: the recipe's name, then -2 ...
    std::string recipe = "natural";
    std::map<std::string, std::string> options;
    std::int64_t seed = 0;
    std::string device = "auto";
};

struct TrainModelOutcome {
    JobEnd end = JobEnd::Finished;
    std::string name;
    std::optional<ModelRecord> model;        ///< none if it did not finish
    std::int64_t step = 0, steps = 0;        ///< of a stopped one: what its checkpoint holds
};

/// Called with the model's name and each new point of its curve.
using CurveHandler = std::function<void(const std::string &model, const TrainingPoint &point)>;

/// Trains a model on the study's data set, keeps it, and predicts every image in use with it. A checkpoint is kept every 20 s
/// and on stop, so that a training that was stopped, or whose process died, can go on.
TrainModelOutcome trainModel(StudyGate &gate, const TrainModelRequest &request, const JobContext &job, const CurveHandler &onPoint = {});

/// Goes on with a training from its checkpoint; ends with the weights that it would have had in one go.
/// Throws Error(NotFound), or Error(Locked) if a live process of this machine is at it.
TrainModelOutcome resumeTraining(StudyGate &gate, const std::string &name, const JobContext &job, const CurveHandler &onPoint = {});

/// Makes a model of what a stopped training has reached, marked as not complete.
TrainModelOutcome keepTraining(StudyGate &gate, const std::string &name, const JobContext &job);

}  // namespace metamer
