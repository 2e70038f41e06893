#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/attack/compute.h"
#include "core/lab/gate.h"
#include "core/lab/job_context.h"
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
    std::optional<ModelRecord> model;  ///< none if it was aborted
};

/// Trains a model on the study's data set, keeps it, and predicts every image in use with it.
TrainModelOutcome trainModel(StudyGate &gate, const TrainModelRequest &request, const JobContext &job);

struct ModelEvaluation {
    std::string model;
    std::int64_t images = 0;
    double cleanAccuracy = 0;
};

/// Clean accuracy of a model on `count` images of the test split drawn by `seed` (all of them if `count` is not positive).
ModelEvaluation evaluateModel(StudyGate &gate, const std::string &name, std::int64_t count, std::int64_t seed,
                              const std::string &device);

/// A model of the study, loaded.
struct LoadedModel {
    ModelRecord record;
    std::shared_ptr<Classifier> classifier;
};

/// Every model of the study on one device.
std::vector<LoadedModel> loadModels(StudyGate &gate, const Dataset &dataset, const std::string &device);

/// {"metamer": ..., "libtorch": ...}
std::string versionsJson();

/// What a model says of some images, ready to be kept.
std::vector<Prediction> predict(const LoadedModel &model, const ImageShape &shape, const std::vector<UnpredictedImage> &images);

/// Predicts whatever has no prediction yet, in batches, each kept at once.
void predictMissing(StudyGate &gate, const std::vector<LoadedModel> &models, const ImageShape &shape, const JobContext &job);

}  // namespace metamer
