#include "core/lab/shipped_models.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/plugin.h"
#include "core/data/file_bytes.h"
#include "core/lab/models.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

/// Throws a JSON exception where something is missing.
ShippedModel read(const fs::path &file) {
    const Json json = Json::parse(readFileBytes(file));
    ShippedModel model;
    model.record.name = json.at("name");
    model.record.architecture = json.at("architecture");
    model.record.recipe = json.at("recipe");
    model.record.parametersJson = json.at("parameters").dump();
    model.record.hash = json.at("hash");
    model.record.cleanAccuracy = json.at("clean_accuracy").get<double>();
    model.record.curveJson = json.at("curve").dump();
    model.record.confusionJson = json.at("confusion").dump();
    model.datasetSha256 = json.at("dataset_sha256");
    model.summary = json.at("summary");
    model.weightsFile = fs::path(file).replace_extension(".weights");
    return model;
}

}  // namespace

std::vector<ShippedModel> shippedModels() {
    std::vector<ShippedModel> models;
    std::error_code ignored;
    for (const auto &entry : fs::directory_iterator(besideProgram("share/metamer/models"), ignored)) {
        if (entry.path().extension() != ".json") {
            continue;
        }
        try {
            models.push_back(read(entry.path()));
        } catch (const std::exception &) {   // a damaged file beside the program is a model fewer, not a window fewer
        }
    }
    std::sort(models.begin(), models.end(), [](const ShippedModel &a, const ShippedModel &b) { return a.record.name < b.record.name; });
    return models;
}

std::vector<std::string> addShippedModels(StudyGate &gate, const JobContext &job) {
    Dataset dataset;
    std::vector<ModelRecord> present;
    gate.with([&](StudyFile &file) {
        dataset = DatasetTable(file).get();
        present = ModelTable(file).list();
    });
    std::vector<std::string> names;
    bool isAnyForIt = false;
    for (ShippedModel &model : shippedModels()) {
        const auto isSame = [&](const ModelRecord &other) { return other.name == model.record.name || other.hash == model.record.hash; };
        isAnyForIt = isAnyForIt || model.datasetSha256 == dataset.sha256;
        if (model.datasetSha256 != dataset.sha256 || std::any_of(present.begin(), present.end(), isSame)) {
            continue;
        }
        model.record.weights = readFileBytes(model.weightsFile);
        const LoadedModel loaded = loadModel(model.record, dataset, "cpu");
        gate.with([&](StudyFile &file) { file.transaction([&] { ModelTable(file).insert(model.record); }); });
        predictMissing(gate, {loaded}, dataset.shape, job);
        names.push_back(model.record.name);
    }
    if (!isAnyForIt) {
        throw Error(ErrorCode::NotFound, "no model that comes with Metamer was trained on this data set; train one with 'model train'");
    }
    return names;
}

}  // namespace metamer
