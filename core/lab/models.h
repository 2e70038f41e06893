#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/attack/compute.h"
#include "core/base/error.h"
#include "core/lab/gate.h"
#include "core/lab/job_context.h"
#include "core/store/tables.h"

namespace metamer {

/// The model of that name. Throws Error(NotFound).
ModelRecord findModel(StudyFile &file, const std::string &name);

/// Takes a model out of tables, reports and attacks, or brings it back. Its predictions stay.
void hideModel(StudyFile &file, const std::string &name, bool isHidden);

/// Removes a model with its predictions. Throws Error(Exists) if people have labelled images that it has answers on: what was
/// reported must stay; such a model can be hidden.
void removeModel(StudyFile &file, const std::string &name);

struct EvaluateRequest {
    std::string model;
    std::int64_t count = 0;      ///< test images, drawn by seed; 0: all
    std::int64_t seed = 0;
    std::string device = "auto";
    std::string attack = {};     ///< "pgd" or "pgd-margin"; empty: clean accuracy alone
    std::string norm = "linf";
    std::string epsText = "0.3";
    std::map<std::string, std::string> options = {};   ///< the attack's own
};

struct ModelEvaluation {
    std::string model;
    std::int64_t images = 0;
    double cleanAccuracy = 0;
    std::optional<double> attackedAccuracy;   ///< share named right both as they are and where the attack has moved them
};

/// Clean accuracy of a model on images of the test split and, where an attack is named, its accuracy under that, which is kept in the
/// study unless that is read-only. Throws Error(Usage) for an attack on a model that gives no gradients.
ModelEvaluation evaluateModel(StudyGate &gate, const EvaluateRequest &request, const JobContext &job);

/// A model of the study, loaded.
struct LoadedModel {
    ModelRecord record;
    std::shared_ptr<Classifier> classifier;
};

/// Loads a model, whatever its architecture. Throws what loadImportedModel and Compute::load throw.
LoadedModel loadModel(ModelRecord record, const Dataset &dataset, const std::string &device);

/// A model that could not be asked, and why.
struct ModelTrouble {
    std::string model;
    ErrorCode code = ErrorCode::Internal;
    std::string why;      ///< one sentence
};

/// "model 'net' was not asked: ...", or "not asked: ..." where the reason names it already.
std::string sentenceOf(const ModelTrouble &trouble);

/// Every model of the study on one device; the hidden ones only where they are asked for. One that cannot be loaded goes to
/// `troubles`, where that is given, and does not hold up the others.
std::vector<LoadedModel> loadModels(StudyGate &gate, const Dataset &dataset, const std::string &device, bool withHidden = false,
                                    std::vector<ModelTrouble> *troubles = nullptr);

/// {"metamer": ..., "libtorch": ...}: of what runs models of that architecture.
std::string versionsJson(const std::string &architecture = {});

/// What a model says of some images, ready to be kept.
std::vector<Prediction> predict(const LoadedModel &model, const ImageShape &shape, const std::vector<UnpredictedImage> &images);

/// Predicts whatever has no prediction yet, in batches, each kept at once. An imported model that fails goes to `troubles`, where
/// that is given, and does not hold up the others.
void predictMissing(StudyGate &gate, const std::vector<LoadedModel> &models, const ImageShape &shape, const JobContext &job,
                    std::vector<ModelTrouble> *troubles = nullptr);

}  // namespace metamer
