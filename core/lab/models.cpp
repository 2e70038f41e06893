#include "core/lab/models.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/rng.h"
#include "core/data/dataset_reader.h"
#include "core/lab/compute_loader.h"
#include "core/lab/create_study.h"

namespace metamer {
namespace {

constexpr int kPredictionBatch = 256;

Dataset datasetOf(StudyGate &gate) {
    Dataset dataset;
    gate.with([&](StudyFile &file) { dataset = DatasetTable(file).get(); });
    return dataset;
}

std::string chooseName(StudyGate &gate, const TrainModelRequest &request) {
    std::string name;
    gate.with([&](StudyFile &file) {
        ModelTable models(file);
        if (!request.name.empty() && models.find(request.name)) {
            throw Error(ErrorCode::Exists, "a model named '" + request.name + "' is in this study already; choose another name");
        }
        name = request.name.empty() ? freeName(request.recipe, [&](const std::string &candidate) { return models.find(candidate).has_value(); })
                                    : request.name;
    });
    return name;
}

LoadedModel load(ModelRecord record, const Dataset &dataset, const std::string &device) {
    auto classifier = compute().load(record.architecture, record.weights, dataset.shape,
                                     static_cast<int>(dataset.classNames.size()), device);
    return {std::move(record), std::move(classifier)};
}

}  // namespace

std::string versionsJson() {
    Json json;
    json["metamer"] = METAMER_VERSION;
    json["libtorch"] = compute().torchVersion();
    return json.dump();
}

TrainModelOutcome trainModel(StudyGate &gate, const TrainModelRequest &request, const JobContext &job) {
    Compute &engine = compute();
    const RecipeInfo &recipe = findByName(engine.recipes(), request.recipe, "recipe");
    const ParameterValues values = recipe.schema.check(request.options);
    const std::string device = engine.resolveDevice(request.device);
    const std::string name = chooseName(gate, request);
    const Dataset dataset = datasetOf(gate);
    const LoadedDataset data = reloadDataset(dataset);
    const TrainRequest training{request.recipe, values, request.seed, device, &data.train, &data.test,
                                static_cast<int>(dataset.classNames.size())};
    const TrainedModel trained = engine.train(training, job.stop, job.progress);
    if (trained.end == JobEnd::Aborted) {
        return {trained.end, std::nullopt};
    }
    Json parameters = Json::parse(values.toJson());
    parameters["seed"] = request.seed;
    parameters["device"] = device;
    parameters["versions"] = Json::parse(versionsJson());
    parameters["complete"] = trained.end == JobEnd::Finished;
    ModelRecord record;
    record.name = name;
    record.architecture = trained.architecture;
    record.recipe = request.recipe;
    record.parametersJson = parameters.dump();
    record.hash = trained.hash;
    record.weights = trained.weights;
    record.cleanAccuracy = trained.cleanAccuracy;
    gate.with([&](StudyFile &file) { record.id = ModelTable(file).insert(record); });
    predictMissing(gate, {load(record, dataset, device)}, dataset.shape, job);
    return {trained.end, record};
}

ModelEvaluation evaluateModel(StudyGate &gate, const std::string &name, std::int64_t count, std::int64_t seed,
                              const std::string &device) {
    std::optional<ModelRecord> record;
    gate.with([&](StudyFile &file) { record = ModelTable(file).find(name); });
    if (!record) {
        throw Error(ErrorCode::NotFound, "there is no model '" + name + "' in this study; see 'model list'");
    }
    const Dataset dataset = datasetOf(gate);
    const LoadedDataset data = reloadDataset(dataset);
    Rng rng(static_cast<std::uint64_t>(seed));
    LabelledImages drawn;
    drawn.images.shape = dataset.shape;
    for (const auto index : drawWithoutReplacement(data.test.count(), count > 0 ? count : data.test.count(), rng)) {
        drawn.images.append(data.test.images.at(index));
        drawn.labels.push_back(data.test.labels[static_cast<std::size_t>(index)]);
    }
    const LoadedModel model = load(*record, dataset, compute().resolveDevice(device));
    return {name, drawn.count(), accuracyOf(*model.classifier, drawn)};
}

std::vector<LoadedModel> loadModels(StudyGate &gate, const Dataset &dataset, const std::string &device) {
    std::vector<ModelRecord> records;
    gate.with([&](StudyFile &file) {
        ModelTable table(file);
        for (const auto &listed : table.list()) {
            records.push_back(*table.find(listed.name));
        }
    });
    std::vector<LoadedModel> models;
    for (auto &record : records) {
        models.push_back(load(std::move(record), dataset, device));
    }
    return models;
}

std::vector<Prediction> predict(const LoadedModel &model, const ImageShape &shape, const std::vector<UnpredictedImage> &images) {
    ImageSet set{shape, {}};
    for (const auto &image : images) {
        set.append(image.pixels);
    }
    const auto logits = model.classifier->logits(set);
    const std::string versions = versionsJson();
    std::vector<Prediction> predictions;
    for (std::size_t i = 0; i < images.size(); ++i) {
        predictions.push_back({model.record.hash, images[i].sourceId, images[i].exampleId, predictedClass(logits[i]), logits[i],
                               model.classifier->device(), versions});
    }
    return predictions;
}

void predictMissing(StudyGate &gate, const std::vector<LoadedModel> &models, const ImageShape &shape, const JobContext &job) {
    for (const auto &model : models) {
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
}

}  // namespace metamer
