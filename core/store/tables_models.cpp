#include "core/base/text.h"
#include "core/store/row_text.h"
#include "core/store/sql.h"
#include "core/store/tables.h"

namespace metamer {
namespace {

#define MODEL_COLUMNS "id, uuid, name, architecture, recipe, parameters, hash, clean_accuracy, created_utc, hidden, curve, confusion"

ModelRecord readModel(Statement &row) {
    ModelRecord model;
    model.id = row.id<ModelId>();
    model.uuid = row.text();
    model.name = row.text();
    model.architecture = row.text();
    model.recipe = row.text();
    model.parametersJson = row.text();
    model.hash = row.text();
    model.cleanAccuracy = row.optionalReal();
    model.createdUtc = row.text();
    model.isHidden = row.integer() != 0;
    model.curveJson = row.text();
    model.confusionJson = row.text();
    return model;
}

#define TRAINING_COLUMNS "name, recipe, parameters, seed, device, step, steps, curve, owner, saved_utc"

TrainingRecord readTraining(Statement &row) {
    TrainingRecord training;
    training.name = row.text();
    training.recipe = row.text();
    training.parametersJson = row.text();
    training.seed = row.integer();
    training.device = row.text();
    training.step = row.integer();
    training.steps = row.integer();
    training.curveJson = row.text();
    training.owner = row.text();
    training.savedUtc = row.text();
    return training;
}

#define EVALUATION_COLUMNS "model_hash, attack, norm, eps, parameters, seed, images, clean_accuracy, attacked_accuracy, device, versions"

Evaluation readEvaluation(Statement &row) {
    Evaluation evaluation;
    evaluation.modelHash = row.text();
    evaluation.attack = row.text();
    evaluation.norm = row.text();
    evaluation.epsText = row.text();
    evaluation.parametersJson = row.text();
    evaluation.seed = row.integer();
    evaluation.images = row.integer();
    evaluation.cleanAccuracy = row.real();
    evaluation.attackedAccuracy = row.real();
    evaluation.device = row.text();
    evaluation.versionsJson = row.text();
    return evaluation;
}

}  // namespace

ModelId ModelTable::insert(ModelRecord model) {
    return {Statement(m_connection, "INSERT INTO model (uuid, name, architecture, recipe, parameters, hash, weights, "
                                    "clean_accuracy, hidden, curve, confusion, created_utc) VALUES (?, ?, ?, ?, ?, ?, COALESCE(?, x''), ?, ?, ?, ?, ?)")
                .bind(uuidOr(model.uuid)).bind(model.name).bind(model.architecture).bind(model.recipe)
                .bind(model.parametersJson).bind(model.hash).bind(model.weights).bind(model.cleanAccuracy).bind(model.isHidden ? 1 : 0)
                .bind(model.curveJson).bind(model.confusionJson).bind(model.createdUtc.empty() ? utcNow() : model.createdUtc).insert()};
}

std::optional<ModelRecord> ModelTable::find(const std::string &name) {
    Statement row(m_connection, "SELECT " MODEL_COLUMNS ", weights FROM model WHERE name = ?");
    if (!row.bind(name).next()) {
        return std::nullopt;
    }
    ModelRecord model = readModel(row);
    model.weights = row.bytes();
    return model;
}

std::vector<ModelRecord> ModelTable::list() {
    Statement row(m_connection, "SELECT " MODEL_COLUMNS " FROM model ORDER BY name");
    return readAll(row, readModel);
}

void ModelTable::setHidden(ModelId model, bool isHidden) {
    Statement(m_connection, "UPDATE model SET hidden = ? WHERE id = ?").bind(isHidden ? 1 : 0).bind(model).execute();
}

void ModelTable::remove(const ModelRecord &model) {
    for (const std::string table : {"prediction", "certificate", "evaluation"}) {
        const std::string sql = "DELETE FROM " + table + " WHERE model_hash = ? AND NOT EXISTS (SELECT 1 FROM model WHERE hash = " + table + ".model_hash AND id != ?)";
        Statement(m_connection, sql.c_str())
            .bind(model.hash).bind(model.id).execute();
    }
    Statement(m_connection, "DELETE FROM model WHERE id = ?").bind(model.id).execute();
}

std::int64_t ModelTable::labelledPredictions(const std::string &modelHash) {
    Statement row(m_connection, "SELECT COUNT(DISTINCT study_item.id) FROM study_item JOIN answer ON answer.item_id = study_item.id "
                                "JOIN prediction ON prediction.example_id = study_item.example_id OR (study_item.example_id IS NULL AND "
                                "prediction.source_id = study_item.source_id) WHERE prediction.model_hash = ?");
    return row.bind(modelHash).next() ? row.integer() : 0;
}

void TrainingTable::save(const TrainingRecord &training) {
    Statement(m_connection, "INSERT INTO training (uuid, name, recipe, parameters, seed, device, step, steps, curve, checkpoint, owner, "
                            "started_utc, saved_utc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                            "step = excluded.step, steps = excluded.steps, curve = excluded.curve, checkpoint = excluded.checkpoint, "
                            "owner = excluded.owner, device = excluded.device, saved_utc = excluded.saved_utc")
        .bind(newUuid()).bind(training.name).bind(training.recipe).bind(training.parametersJson).bind(training.seed).bind(training.device)
        .bind(training.step).bind(training.steps).bind(training.curveJson).bind(training.checkpoint).bind(training.owner)
        .bind(utcNow()).bind(utcNow()).execute();
}

std::optional<TrainingRecord> TrainingTable::find(const std::string &name) {
    Statement row(m_connection, "SELECT " TRAINING_COLUMNS ", checkpoint FROM training WHERE name = ?");
    if (!row.bind(name).next()) {
        return std::nullopt;
    }
    TrainingRecord training = readTraining(row);
    training.checkpoint = row.bytes();
    return training;
}

std::vector<TrainingRecord> TrainingTable::list() {
    Statement row(m_connection, "SELECT " TRAINING_COLUMNS " FROM training ORDER BY name");
    return readAll(row, readTraining);
}

void TrainingTable::remove(const std::string &name) {
    Statement(m_connection, "DELETE FROM training WHERE name = ?").bind(name).execute();
}

void EvaluationTable::save(const Evaluation &evaluation) {
    Statement(m_connection, "INSERT OR REPLACE INTO evaluation (uuid, " EVALUATION_COLUMNS ", created_utc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(newUuid()).bind(evaluation.modelHash).bind(evaluation.attack).bind(evaluation.norm).bind(evaluation.epsText).bind(evaluation.parametersJson)
        .bind(evaluation.seed).bind(evaluation.images).bind(evaluation.cleanAccuracy).bind(evaluation.attackedAccuracy).bind(evaluation.device)
        .bind(evaluation.versionsJson).bind(utcNow()).execute();
}

std::vector<Evaluation> EvaluationTable::ofModel(const std::string &modelHash) {
    Statement rows(m_connection, "SELECT " EVALUATION_COLUMNS " FROM evaluation WHERE model_hash = ? ORDER BY id");
    rows.bind(modelHash);
    return readAll(rows, readEvaluation);
}

}  // namespace metamer
