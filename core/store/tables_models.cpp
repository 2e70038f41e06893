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
    Statement(m_connection, "DELETE FROM prediction WHERE model_hash = ? AND NOT EXISTS (SELECT 1 FROM model WHERE hash = prediction.model_hash AND id != ?)")
        .bind(model.hash).bind(model.id).execute();
    Statement(m_connection, "DELETE FROM certificate WHERE model_hash = ? AND NOT EXISTS (SELECT 1 FROM model WHERE hash = certificate.model_hash AND id != ?)")
        .bind(model.hash).bind(model.id).execute();
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

}  // namespace metamer
