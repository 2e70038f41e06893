#include "core/lab/verify_study.h"

#include <cmath>
#include <map>

#include "core/base/budget.h"
#include "core/base/text.h"
#include "core/image/norms.h"
#include "core/lab/compute_loader.h"
#include "core/lab/models.h"
#include "core/lab/study_setup.h"
#include "core/model/imported.h"
#include "core/store/tables.h"

namespace metamer {
namespace {

constexpr float kLogitTolerance = 1e-4f;

struct Row {
    std::string run;
    std::int64_t task;
    std::int64_t sourceIndex;
    Pixels pixels;
};

/// Every image that can have a prediction.
struct Rows {
    std::map<SourceImageId, Row> sources;
    std::map<ExampleId, Row> examples;
};

void checkExample(VerifyOutcome &outcome, const Run &run, const Example &example, const SourceImage &source, const ImageShape &shape) {
    ++outcome.examples;
    const auto report = [&](const std::string &what, const std::string &detail) {
        outcome.problems.push_back({run.name, example.ordinal, source.index, what, detail});
    };
    if (example.pixels.size() != shape.size()) {
        report("pixels", "the image has " + std::to_string(example.pixels.size()) + " bytes, not " + std::to_string(shape.size()));
        return;
    }
    const ByteNorms norms = measureNorms(shape, source.pixels, example.pixels);
    if (!(norms == example.norms)) {
        report("norms", "stored norms differ from those of the bytes (Linf " + std::to_string(example.norms.linfLevels) + ", bytes say " +
                            std::to_string(norms.linfLevels) + ")");
    }
    const std::string excess = describeExcess(norms, Budget::parse(parseNorm(run.norm), run.epsText));
    if (!excess.empty()) {
        report("over-budget", excess);
    }
}

Rows checkExamples(StudyFile &file, VerifyOutcome &outcome, const ImageShape &shape) {
    Rows rows;
    std::map<SourceImageId, SourceImage> sources;
    for (auto &source : SourceImageTable(file).all()) {
        rows.sources[source.id] = {"", -1, source.index, source.pixels};
        sources[source.id] = std::move(source);
    }
    for (const auto &run : RunTable(file).list()) {
        for (const auto &example : ExampleTable(file).ofRun(run.id)) {
            const SourceImage &source = sources.at(example.sourceId);
            if (!example.pixels.empty() || example.outcome == ExampleOutcome::Found) {
                checkExample(outcome, run, example, source, shape);
                rows.examples[example.id] = {run.name, example.ordinal, source.index, example.pixels};
            }
        }
    }
    return rows;
}

void comparePrediction(VerifyOutcome &outcome, const std::string &model, const Row &row, const Prediction &stored, const Prediction &now) {
    if (stored.device != now.device || stored.versionsJson != now.versionsJson) {
        ++outcome.notCompared;
        return;
    }
    ++outcome.predictions;
    float worst = stored.logits.size() == now.logits.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < std::min(stored.logits.size(), now.logits.size()); ++i) {
        worst = std::max(worst, std::abs(stored.logits[i] - now.logits[i]));
    }
    if (stored.predicted != now.predicted || !(worst <= kLogitTolerance)) {
        outcome.problems.push_back({row.run, row.task, row.sourceIndex, "prediction",
                                    model + " says " + std::to_string(now.predicted) + ", stored is " + std::to_string(stored.predicted) +
                                        ", logits differ by " + formatNumber(worst)});
    }
}

/// A model that cannot be asked is no fault of the rows, unless it is damaged.
void tellTrouble(StudyGate &gate, VerifyOutcome &outcome, const ModelTrouble &trouble) {
    if (trouble.code == ErrorCode::Damaged) {
        outcome.problems.push_back({"model " + trouble.model, -1, 0, "model", trouble.why});
    } else {
        outcome.modelsNotAsked.push_back(sentenceOf(trouble));
    }
    gate.with([&](StudyFile &file) { outcome.notCompared += static_cast<std::int64_t>(PredictionTable(file).ofModel(findModel(file, trouble.model).hash).size()); });
}

void checkPredictions(StudyGate &gate, VerifyOutcome &outcome, const Dataset &dataset, const Rows &rows) {
    std::vector<ModelTrouble> troubles;
    for (const auto &model : loadModels(gate, dataset, "cpu", true, &troubles)) {
        std::vector<Prediction> stored;
        gate.with([&](StudyFile &file) { stored = PredictionTable(file).ofModel(model.record.hash); });
        std::vector<UnpredictedImage> images;
        std::vector<const Row *> asked;
        std::erase_if(stored, [&](const Prediction &prediction) {
            const bool isSource = prediction.sourceId.isValid();
            return isSource ? !rows.sources.contains(prediction.sourceId) : !rows.examples.contains(prediction.exampleId);
        });
        for (const auto &prediction : stored) {
            asked.push_back(prediction.sourceId.isValid() ? &rows.sources.at(prediction.sourceId) : &rows.examples.at(prediction.exampleId));
            images.push_back({prediction.sourceId, prediction.exampleId, asked.back()->pixels});
        }
        std::vector<Prediction> now;
        try {
            now = predict(model, dataset.shape, images);
        } catch (const Error &error) {
            if (!isImported(model.record.architecture)) {
                throw;
            }
            troubles.push_back({model.record.name, error.code(), error.what()});
        }
        for (std::size_t i = 0; i < now.size(); ++i) {
            comparePrediction(outcome, model.record.name, *asked[i], stored[i], now[i]);
        }
    }
    for (const auto &trouble : troubles) {
        tellTrouble(gate, outcome, trouble);
    }
}

}  // namespace

VerifyOutcome verifyStudy(StudyGate &gate) {
    VerifyOutcome outcome;
    Dataset dataset;
    Rows rows;
    bool hasPredictions = false;
    gate.with([&](StudyFile &file) {
        outcome.integrity = file.pragma("integrity_check");
        dataset = DatasetTable(file).get();
        rows = checkExamples(file, outcome, dataset.shape);
        if (const FreezeStatus status = freezeStatus(file); !status.isIntact) {
            outcome.problems.push_back({"the frozen study", -1, 0, "freeze", "items, images or lists are not those that were frozen"});
        }
        for (const auto &model : ModelTable(file).list()) {
            hasPredictions = hasPredictions || !PredictionTable(file).ofModel(model.hash).empty();
        }
    });
    if (hasPredictions) {
        checkPredictions(gate, outcome, dataset, rows);
    }
    return outcome;
}

}  // namespace metamer
