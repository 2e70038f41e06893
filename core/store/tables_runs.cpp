#include <cstring>

#include "core/base/text.h"
#include "core/store/row_text.h"
#include "core/store/sql.h"
#include "core/store/tables.h"

namespace metamer {
namespace {

const EnumNames<RunKind> kRunKinds{{RunKind::Attack, "attack"}, {RunKind::Import, "import"}};
const EnumNames<RunState> kRunStates{{RunState::Running, nameOf(RunState::Running)}, {RunState::Finished, nameOf(RunState::Finished)},
                                     {RunState::Stopped, nameOf(RunState::Stopped)}, {RunState::Aborted, nameOf(RunState::Aborted)},
                                     {RunState::Failed, nameOf(RunState::Failed)}};
const EnumNames<ExampleOutcome> kOutcomes{{ExampleOutcome::Found, "found"}, {ExampleOutcome::Attempt, "attempt"}};

#define RUN_COLUMNS                                                                                                     \
    "id, uuid, name, kind, state, attack, norm, eps, split, indices, targets, model_name, parameters, seed, device, "  \
    "versions, message, owner, started_utc, finished_utc"

Run readRun(Statement &row) {
    Run run;
    run.id = row.id<RunId>();
    run.uuid = row.text();
    run.name = row.text();
    run.kind = kRunKinds.value(row.text());
    run.state = kRunStates.value(row.text());
    run.attack = row.text();
    run.norm = row.text();
    run.epsText = row.text();
    run.split = row.text();
    run.indices = listFromJson<std::vector<std::int64_t>>(row.text());
    run.targets = row.text();
    run.modelName = row.text();
    run.parametersJson = row.text();
    run.seed = row.integer();
    run.device = row.text();
    run.versionsJson = row.text();
    run.message = row.text();
    run.owner = row.text();
    run.startedUtc = row.text();
    run.finishedUtc = row.text();
    return run;
}

#define EXAMPLE_COLUMNS                                                                                                \
    "id, uuid, run_id, source_id, ordinal, outcome, pixels, l0, l0_binarised, l1_levels, l2_squared_levels, "          \
    "linf_levels, target_class, donor_id, aligned_donor, transform, details"

Example readExample(Statement &row) {
    Example example;
    example.id = row.id<ExampleId>();
    example.uuid = row.text();
    example.runId = row.id<RunId>();
    example.sourceId = row.id<SourceImageId>();
    example.ordinal = row.integer();
    example.outcome = kOutcomes.value(row.text());
    example.pixels = row.bytes();
    example.norms.l0 = row.integer();
    example.norms.l0Binarised = row.integer();
    example.norms.l1Levels = row.integer();
    example.norms.l2SquaredLevels = row.integer();
    example.norms.linfLevels = row.integer();
    if (const auto target = row.optionalInteger()) {
        example.targetClass = static_cast<int>(*target);
    }
    example.donorId = row.id<SourceImageId>();
    example.alignedDonor = row.bytes();
    example.transformJson = row.text();
    example.detailsJson = row.text();
    return example;
}

Prediction readPrediction(Statement &row) {
    Prediction prediction;
    prediction.modelHash = row.text();
    prediction.sourceId = row.id<SourceImageId>();
    prediction.exampleId = row.id<ExampleId>();
    prediction.predicted = static_cast<int>(row.integer());
    const Pixels bytes = row.bytes();
    prediction.logits.resize(bytes.size() / sizeof(float));
    std::memcpy(prediction.logits.data(), bytes.data(), prediction.logits.size() * sizeof(float));
    prediction.device = row.text();
    prediction.versionsJson = row.text();
    return prediction;
}

#define PREDICTION_COLUMNS "model_hash, source_id, example_id, predicted, logits, device, versions"

std::vector<Prediction> readPredictions(Statement &rows) {
    return readAll(rows, readPrediction);
}

}  // namespace

RunId RunTable::insert(Run run) {
    return {Statement(m_connection, "INSERT INTO run (uuid, name, kind, state, attack, norm, eps, split, indices, targets, "
                                    "model_name, parameters, seed, device, versions, message, owner, started_utc) "
                                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .bind(uuidOr(run.uuid)).bind(run.name).bind(kRunKinds.text(run.kind)).bind(kRunStates.text(run.state))
                .bind(run.attack).bind(run.norm).bind(run.epsText).bind(run.split).bind(Json(run.indices).dump())
                .bind(run.targets).bind(run.modelName).bind(run.parametersJson).bind(run.seed).bind(run.device)
                .bind(run.versionsJson).bind(run.message).bind(run.owner).bind(utcNow()).insert()};
}

std::optional<Run> RunTable::find(const std::string &name) {
    Statement row(m_connection, "SELECT " RUN_COLUMNS " FROM run WHERE name = ?");
    return row.bind(name).next() ? std::optional(readRun(row)) : std::nullopt;
}

std::vector<Run> RunTable::list() {
    Statement row(m_connection, "SELECT " RUN_COLUMNS " FROM run ORDER BY id");
    return readAll(row, readRun);
}

void RunTable::updateState(const Run &run) {
    const bool isOver = run.state != RunState::Running;
    Statement(m_connection, "UPDATE run SET state = ?, message = ?, owner = ?, finished_utc = ? WHERE id = ?")
        .bind(kRunStates.text(run.state)).bind(run.message).bind(run.owner)
        .bind(isOver ? std::optional(utcNow()) : std::nullopt).bind(run.id).execute();
}

ExampleId ExampleTable::insert(Example example) {
    const ByteNorms &norms = example.norms;
    return {Statement(m_connection, "INSERT INTO example (uuid, run_id, source_id, ordinal, outcome, pixels, l0, l0_binarised, "
                                    "l1_levels, l2_squared_levels, linf_levels, target_class, donor_id, aligned_donor, transform, "
                                    "details, created_utc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .bind(uuidOr(example.uuid)).bind(example.runId).bind(example.sourceId).bind(example.ordinal)
                .bind(kOutcomes.text(example.outcome)).bind(example.pixels).bind(norms.l0).bind(norms.l0Binarised)
                .bind(norms.l1Levels).bind(norms.l2SquaredLevels).bind(norms.linfLevels).bind(example.targetClass)
                .bind(example.donorId).bind(example.alignedDonor).bind(example.transformJson).bind(example.detailsJson)
                .bind(utcNow()).insert()};
}

std::optional<Example> ExampleTable::find(ExampleId id) {
    Statement row(m_connection, "SELECT " EXAMPLE_COLUMNS " FROM example WHERE id = ?");
    return row.bind(id).next() ? std::optional(readExample(row)) : std::nullopt;
}

std::vector<Example> ExampleTable::ofRun(RunId run) {
    Statement row(m_connection, "SELECT " EXAMPLE_COLUMNS " FROM example WHERE run_id = ? ORDER BY ordinal");
    row.bind(run);
    return readAll(row, readExample);
}

std::vector<ExampleId> ExampleTable::idsOfRun(RunId run) {
    Statement row(m_connection, "SELECT id FROM example WHERE run_id = ? AND outcome = 'found' ORDER BY ordinal");
    row.bind(run);
    return readAll(row, [](Statement &each) { return each.id<ExampleId>(); });
}

std::vector<ExampleId> ExampleTable::picturesOfRun(RunId run) {
    Statement row(m_connection, "SELECT id FROM example WHERE run_id = ? AND length(pixels) > 0 ORDER BY ordinal");
    row.bind(run);
    return readAll(row, [](Statement &each) { return each.id<ExampleId>(); });
}

std::int64_t ExampleTable::count(RunId run, ExampleOutcome outcome) {
    Statement row(m_connection, "SELECT COUNT(*) FROM example WHERE run_id = ? AND outcome = ?");
    return row.bind(run).bind(kOutcomes.text(outcome)).next() ? row.integer() : 0;
}

std::vector<SourceImageId> ExampleTable::sourcesOfRun(RunId run) {
    Statement row(m_connection, "SELECT DISTINCT source_id FROM example WHERE run_id = ?");
    row.bind(run);
    std::vector<SourceImageId> ids;
    while (row.next()) {
        ids.push_back(row.id<SourceImageId>());
    }
    return ids;
}

std::int64_t ExampleTable::nextOrdinal(RunId run) {
    Statement row(m_connection, "SELECT COALESCE(MAX(ordinal) + 1, 0) FROM example WHERE run_id = ?");
    return row.bind(run).next() ? row.integer() : 0;
}

void PredictionTable::insert(const Prediction &prediction) {
    Pixels logits(prediction.logits.size() * sizeof(float));
    std::memcpy(logits.data(), prediction.logits.data(), logits.size());
    Statement(m_connection, "INSERT OR IGNORE INTO prediction (uuid, model_hash, source_id, example_id, predicted, logits, device, "
                            "versions, created_utc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(newUuid()).bind(prediction.modelHash).bind(prediction.sourceId).bind(prediction.exampleId)
        .bind(prediction.predicted).bind(logits).bind(prediction.device).bind(prediction.versionsJson).bind(utcNow()).execute();
}

std::vector<Prediction> PredictionTable::ofModel(const std::string &modelHash) {
    Statement rows(m_connection, "SELECT " PREDICTION_COLUMNS " FROM prediction WHERE model_hash = ?");
    return readPredictions(rows.bind(modelHash));
}

std::vector<Prediction> PredictionTable::ofExample(ExampleId example) {
    Statement rows(m_connection, "SELECT " PREDICTION_COLUMNS " FROM prediction WHERE example_id = ?");
    return readPredictions(rows.bind(example));
}

std::vector<Prediction> PredictionTable::ofSource(SourceImageId source) {
    Statement rows(m_connection, "SELECT " PREDICTION_COLUMNS " FROM prediction WHERE source_id = ?");
    return readPredictions(rows.bind(source));
}

std::vector<UnpredictedImage> PredictionTable::missing(const std::string &modelHash, int most) {
    Statement row(m_connection,
                  "SELECT id, NULL, pixels FROM source_image WHERE id IN (SELECT source_id FROM example UNION SELECT source_id "
                  "FROM study_item) AND id NOT IN (SELECT source_id FROM prediction WHERE model_hash = ? AND source_id IS NOT NULL) "
                  "UNION ALL SELECT NULL, id, pixels FROM example WHERE pixels IS NOT NULL AND id NOT IN "
                  "(SELECT example_id FROM prediction WHERE model_hash = ? AND example_id IS NOT NULL) LIMIT ?");
    row.bind(modelHash).bind(modelHash).bind(most);
    std::vector<UnpredictedImage> images;
    while (row.next()) {
        const auto source = row.id<SourceImageId>();
        const auto example = row.id<ExampleId>();
        images.push_back({source, example, row.bytes()});
    }
    return images;
}

}  // namespace metamer
