#include "core/lab/models.h"

#include <algorithm>

#include "core/attack/sensitivity/model_attack.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/data/dataset_reader.h"
#include "core/lab/compute_loader.h"
#include "core/lab/imported_models.h"
#include "core/model/imported.h"
#include "core/model/onnx.h"

namespace metamer {
namespace {

constexpr int kPredictionBatch = 256;

Dataset datasetOf(StudyGate &gate) {
    Dataset dataset;
    gate.with([&](StudyFile &file) { dataset = DatasetTable(file).get(); });
    return dataset;
}

}  // namespace

LoadedModel loadModel(ModelRecord record, const Dataset &dataset, const std::string &device) {
    auto classifier = isImported(record.architecture)
                          ? loadImportedModel(record, dataset, device)
                          : compute().load(record.architecture, record.weights, dataset.shape, static_cast<int>(dataset.classNames.size()), device);
    return {std::move(record), std::move(classifier)};
}

std::string sentenceOf(const ModelTrouble &trouble) {
    const bool namesIt = trouble.why.find("'" + trouble.model + "'") != std::string::npos;
    return (namesIt ? "not asked: " : "model '" + trouble.model + "' was not asked: ") + trouble.why;
}

std::string versionsJson(const std::string &architecture) {
    Json json;
    json["metamer"] = METAMER_VERSION;
    if (architecture == kOnnx) {
        json["opencv"] = onnxRuntime().version();
    } else if (architecture != kCommand) {
        json["libtorch"] = compute().torchVersion();
    }
    return json.dump();
}

ModelRecord findModel(StudyFile &file, const std::string &name) {
    const auto record = ModelTable(file).find(name);
    if (!record) {
        throw Error(ErrorCode::NotFound, "there is no model '" + name + "' in this study; see 'model list'");
    }
    return *record;
}

void hideModel(StudyFile &file, const std::string &name, bool isHidden) {
    file.transaction([&] { ModelTable(file).setHidden(findModel(file, name).id, isHidden); });
}

void removeModel(StudyFile &file, const std::string &name) {
    file.transaction([&] {
        const ModelRecord model = findModel(file, name);
        const std::int64_t labelled = ModelTable(file).labelledPredictions(model.hash);
        if (labelled > 0) {
            throw Error(ErrorCode::Exists, "model '" + name + "' has answers on " + countOf(labelled, "item") +
                                               " that people have labelled; hide it instead, so that those results can still be told");
        }
        ModelTable(file).remove(model);
    });
}

ModelEvaluation evaluateModel(StudyGate &gate, const EvaluateRequest &request, const JobContext &job) {
    ModelRecord record;
    gate.with([&](StudyFile &file) { record = findModel(file, request.model); });
    const Dataset dataset = datasetOf(gate);
    const LoadedDataset data = reloadDataset(dataset);
    Rng rng(static_cast<std::uint64_t>(request.seed));
    LabelledImages drawn;
    drawn.images.shape = dataset.shape;
    for (const auto index : drawWithoutReplacement(data.test.count(), request.count > 0 ? request.count : data.test.count(), rng)) {
        drawn.images.append(data.test.images.at(index));
        drawn.labels.push_back(data.test.labels[static_cast<std::size_t>(index)]);
    }
    const LoadedModel model = loadModel(record, dataset, compute().resolveDevice(request.device));
    ModelEvaluation evaluation{request.model, drawn.count(), accuracyOf(*model.classifier, drawn), std::nullopt};
    if (!request.attack.empty()) {
        const AttackInfo &info = findByName(modelAttackInfos(), request.attack, "attack on a model");
        const ModelAttackSetup setup{Budget::parse(parseNorm(request.norm), request.epsText), info.schema.check(request.options), request.seed};
        const auto attacked = attackModel(request.attack, *model.classifier, drawn, setup, job.stop, job.progress);
        if (attacked.size() < drawn.labels.size()) {
            throw Error(ErrorCode::Aborted, "stopped after " + std::to_string(attacked.size()) + " of " + countOf(drawn.count(), "image") + "; ask for fewer with --count");
        }
        const auto withstood = std::count_if(attacked.begin(), attacked.end(), [](const AttackedImage &image) { return image.isRight && !image.isFooled; });
        evaluation.attackedAccuracy = static_cast<double>(withstood) / static_cast<double>(drawn.count());
        const Evaluation kept{record.hash, request.attack, normName(setup.budget.norm()), request.epsText, setup.values.toJson(), request.seed, drawn.count(),
                              evaluation.cleanAccuracy, *evaluation.attackedAccuracy, model.classifier->device(), versionsJson(record.architecture)};
        gate.with([&](StudyFile &file) {
            if (!file.isReadOnly()) {
                EvaluationTable(file).save(kept);
            }
        });
    }
    return evaluation;
}

std::vector<LoadedModel> loadModels(StudyGate &gate, const Dataset &dataset, const std::string &device, bool withHidden,
                                    std::vector<ModelTrouble> *troubles) {
    std::vector<ModelRecord> records;
    gate.with([&](StudyFile &file) {
        ModelTable table(file);
        for (const auto &listed : table.list()) {
            if (withHidden || !listed.isHidden) {
                records.push_back(*table.find(listed.name));
            }
        }
    });
    std::vector<LoadedModel> models;
    for (auto &record : records) {
        const std::string name = record.name;
        try {
            models.push_back(loadModel(std::move(record), dataset, device));
        } catch (const Error &error) {
            if (troubles == nullptr) {
                throw;
            }
            troubles->push_back({name, error.code(), error.what()});
        }
    }
    return models;
}

std::vector<Prediction> predict(const LoadedModel &model, const ImageShape &shape, const std::vector<UnpredictedImage> &images) {
    ImageSet set{shape, {}};
    for (const auto &image : images) {
        set.append(image.pixels);
    }
    const auto logits = model.classifier->logits(set);
    const std::string versions = versionsJson(model.record.architecture);
    std::vector<Prediction> predictions;
    for (std::size_t i = 0; i < images.size(); ++i) {
        predictions.push_back({model.record.hash, images[i].sourceId, images[i].exampleId, predictedClass(logits[i]), logits[i],
                               model.classifier->device(), versions});
    }
    return predictions;
}

namespace {

void predictMissingOf(const LoadedModel &model, StudyGate &gate, const ImageShape &shape, const JobContext &job) {
    while (!job.stop.isAbortRequested()) {
        std::vector<UnpredictedImage> images;
        gate.with([&](StudyFile &file) { images = PredictionTable(file).missing(model.record.hash, kPredictionBatch); });
        if (images.empty()) {
            break;
        }
        const auto predictions = predict(model, shape, images);
        gate.with([&](StudyFile &file) {
            file.transaction([&] {
                for (const auto &prediction : predictions) {
                    PredictionTable(file).insert(prediction);
                }
            });
        });
    }
}

}  // namespace

void predictMissing(StudyGate &gate, const std::vector<LoadedModel> &models, const ImageShape &shape, const JobContext &job,
                    std::vector<ModelTrouble> *troubles) {
    for (const auto &model : models) {
        try {
            predictMissingOf(model, gate, shape, job);
        } catch (const Error &error) {
            if (troubles == nullptr || !isImported(model.record.architecture)) {
                throw;
            }
            troubles->push_back({model.record.name, error.code(), error.what()});
        }
    }
}

}  // namespace metamer
