#include "core/lab/train_model.h"

#include "core/attack/compute.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/data/dataset_reader.h"
#include "core/lab/compute_loader.h"
#include "core/lab/create_study.h"
#include "core/lab/keep_example.h"
#include "core/lab/kept_options.h"
#include "core/lab/models.h"

namespace metamer {
namespace {

std::string chooseName(StudyFile &file, const TrainModelRequest &request) {
    ModelTable models(file);
    TrainingTable trainings(file);
    if (!request.name.empty() && models.find(request.name)) {
        throw Error(ErrorCode::Exists, "a model named '" + request.name + "' is in this study already; choose another name");
    }
    if (!request.name.empty() && trainings.find(request.name)) {
        throw Error(ErrorCode::Exists, "a training named '" + request.name + "' was stopped in this study; go on with --resume, or choose another name");
    }
    const auto isTaken = [&](const std::string &name) { return models.find(name) || trainings.find(name); };
    return request.name.empty() ? freeName(request.recipe, isTaken) : request.name;
}

/// What a training was begun with. Those kept before networks could be chosen tell none: they were small-cnn, by epochs.
std::map<std::string, std::string> keptOptions(const TrainingRecord &record, const ParameterSchema &schema) {
    auto options = optionsFromJson(record.parametersJson);
    if (!options.contains("architecture")) {
        options["architecture"] = "small-cnn";
        options["steps"] = "0";
    }
    std::map<std::string, std::string> known;
    for (const auto &parameter : schema.parameters()) {
        if (auto option = options.extract(parameter.name)) {
            known.insert(std::move(option));
        }
    }
    return known;
}

/// One training: what it needs, and what becomes of it in the study file.
class Training {
public:
    Training(StudyGate &gate, TrainingRecord record, const JobContext &job) : m_gate(gate), m_record(std::move(record)), m_job(job) {
        m_gate.with([&](StudyFile &file) { m_dataset = DatasetTable(file).get(); });
        m_data = reloadDataset(m_dataset);
        const RecipeInfo &recipe = findByName(compute().recipes(), m_record.recipe, "recipe");
        m_request = {m_record.recipe, recipe.schema.check(keptOptions(m_record, recipe.schema)), m_record.seed, m_record.device,
                     &m_data.train, &m_data.test, static_cast<int>(m_dataset.classNames.size())};
        if (!m_record.checkpoint.empty()) {
            m_checkpoint = {m_record.step, m_record.steps, curveFromJson(m_record.curveJson), m_record.checkpoint};
            m_request.from = &m_checkpoint;
        }
    }

    TrainModelOutcome run(const CurveHandler &onPoint) {
        m_request.onPoint = [&](const TrainingPoint &point) { if (onPoint) onPoint(m_record.name, point); };
        m_request.onCheckpoint = [&](const Checkpoint &checkpoint) { save(checkpoint, thisProcess()); };
        TrainedModel trained;
        try {
            trained = compute().train(m_request, m_job.stop, m_job.progress);
        } catch (...) {
            release();
            throw;
        }
        if (trained.end == JobEnd::Finished) {
            return keep(trained, true);
        }
        release();
        return {trained.end, m_record.name, std::nullopt, m_record.step, m_record.steps};
    }

    TrainModelOutcome keepAsItIs() { return keep(compute().finishFrom(m_request), false); }

private:
    void save(const Checkpoint &checkpoint, const std::string &owner) {
        m_record.step = checkpoint.step;
        m_record.steps = checkpoint.steps;
        m_record.curveJson = curveToJson(checkpoint.curve);
        m_record.checkpoint = checkpoint.state;
        m_record.owner = owner;
        m_gate.with([&](StudyFile &file) { TrainingTable(file).save(m_record); });
    }

    /// What was saved last waits for whoever goes on.
    void release() {
        m_gate.with([&](StudyFile &file) {
            if (auto record = TrainingTable(file).find(m_record.name)) {
                record->owner.clear();
                TrainingTable(file).save(*record);
                m_record = *record;
            }
        });
    }

    /// The model takes the training's place in one step.
    TrainModelOutcome keep(const TrainedModel &trained, bool isComplete) {
        Json parameters = Json::parse(m_record.parametersJson);
        parameters["seed"] = m_record.seed;
        parameters["device"] = m_record.device;
        parameters["versions"] = Json::parse(versionsJson());
        parameters["complete"] = isComplete;
        ModelRecord model;
        model.name = m_record.name;
        model.architecture = trained.architecture;
        model.recipe = m_record.recipe;
        model.parametersJson = parameters.dump();
        model.hash = trained.hash;
        model.weights = trained.weights;
        model.cleanAccuracy = trained.cleanAccuracy;
        model.curveJson = curveToJson(trained.curve);
        model.confusionJson = Json(trained.confusion).dump();
        m_gate.with([&](StudyFile &file) {
            file.transaction([&] {
                model.id = ModelTable(file).insert(model);
                TrainingTable(file).remove(model.name);
            });
        });
        predictMissing(m_gate, {loadModel(model, m_dataset, m_record.device)}, m_dataset.shape, m_job);
        return {JobEnd::Finished, model.name, model, 0, 0};
    }

    StudyGate &m_gate;
    TrainingRecord m_record;
    const JobContext &m_job;
    Dataset m_dataset;
    LoadedDataset m_data;
    TrainRequest m_request;
    Checkpoint m_checkpoint;
};

TrainingRecord findTraining(StudyGate &gate, const std::string &name) {
    std::optional<TrainingRecord> record;
    gate.with([&](StudyFile &file) { record = TrainingTable(file).find(name); });
    if (!record) {
        throw Error(ErrorCode::NotFound, "there is no unfinished training '" + name + "' in this study; see 'model list'");
    }
    if (isOwnedElsewhere(record->owner)) {
        throw Error(ErrorCode::Locked, "training '" + name + "' is under way in process " + record->owner + "; stop it there first");
    }
    record->device = compute().resolveDevice(record->device);
    return *record;
}

}  // namespace

TrainModelOutcome trainModel(StudyGate &gate, const TrainModelRequest &request, const JobContext &job, const CurveHandler &onPoint) {
    const RecipeInfo &recipe = findByName(compute().recipes(), request.recipe, "recipe");
    TrainingRecord record;
    record.recipe = request.recipe;
    record.parametersJson = checkedOptions(recipe, request.options).toJson();
    record.seed = request.seed;
    record.device = compute().resolveDevice(request.device);
    gate.with([&](StudyFile &file) { record.name = chooseName(file, request); });
    return Training(gate, record, job).run(onPoint);
}

TrainModelOutcome resumeTraining(StudyGate &gate, const std::string &name, const JobContext &job, const CurveHandler &onPoint) {
    return Training(gate, findTraining(gate, name), job).run(onPoint);
}

TrainModelOutcome keepTraining(StudyGate &gate, const std::string &name, const JobContext &job) {
    return Training(gate, findTraining(gate, name), job).keepAsItIs();
}

}  // namespace metamer
