#include "core/store/merge.h"

#include "core/base/error.h"
#include "core/store/sql.h"

namespace metamer {
namespace {

/// The rows of the other file's tables by this file's ids: sources by their place in the data set, everything else by uuid.
const char *const kMaps[] = {
    R"sql(CREATE TEMP TABLE map_source AS SELECT theirs.id AS theirs, ours.id AS ours FROM other.source_image AS theirs
        JOIN main.source_image AS ours ON ours.split = theirs.split AND ours.dataset_index = theirs.dataset_index)sql",
    R"sql(CREATE UNIQUE INDEX temp.map_source_theirs ON map_source(theirs))sql",
};

std::int64_t number(SqlConnection &connection, const char *sql) {
    Statement row(connection, sql);
    return row.next() ? row.integer() : 0;
}

std::vector<std::string> sentences(SqlConnection &connection, const char *sql) {
    Statement rows(connection, sql);
    return readAll(rows, [](Statement &row) { return row.text(); });
}

void requireCopies(SqlConnection &connection, const std::string &from) {
    if (number(connection, "SELECT COUNT(*) FROM main.study AS a JOIN other.study AS b ON a.uuid = b.uuid") == 0 ||
        number(connection, "SELECT COUNT(*) FROM main.dataset AS a JOIN other.dataset AS b ON a.sha256 = b.sha256") == 0) {
        throw Error(ErrorCode::BadInput, from + " is not a copy of the same study; only copies of one file can be merged");
    }
    if (number(connection, "SELECT COUNT(*) FROM (SELECT hash FROM main.study_freeze UNION SELECT hash FROM other.study_freeze)") > 1) {
        throw Error(ErrorCode::BadInput, from + " was frozen apart from this file, with other contents; answers of the two cannot be merged");
    }
    if (number(connection, "SELECT COUNT(*) FROM main.study_list AS a JOIN other.study_list AS b ON a.number = b.number WHERE a.uuid != b.uuid") > 0) {
        throw Error(ErrorCode::BadInput, from + " has lists that were made apart from those of this file; make the lists (or freeze) before copying");
    }
    if (number(connection, "SELECT COUNT(*) FROM other.source_image AS b JOIN main.source_image AS a ON a.split = b.split AND a.dataset_index = b.dataset_index "
                           "WHERE a.pixels != b.pixels OR a.label != b.label") > 0) {
        throw Error(ErrorCode::BadInput, from + " has other images under the same numbers; it is not a copy of the same study");
    }
}

/// Rows that both have under one uuid, with other contents, and what only people can settle.
void nameConflicts(SqlConnection &connection, MergeCounts &counts) {
    for (const char *sql : {
             "SELECT 'answer ' || a.uuid || ' differs in the two files; the one here is kept' FROM main.answer AS a JOIN other.answer AS b ON a.uuid = b.uuid "
             "WHERE a.kind != b.kind OR a.label IS NOT b.label OR a.created_utc != b.created_utc ORDER BY a.uuid",
             "SELECT 'example ' || a.uuid || ' differs in the two files; the one here is kept' FROM main.example AS a JOIN other.example AS b ON a.uuid = b.uuid "
             "WHERE a.pixels IS NOT b.pixels ORDER BY a.uuid",
             "SELECT 'list ' || l.number || ' was labelled by ' || p.name || ' here and by ' || q.name || ' there; both count' FROM main.study_list AS l "
             "JOIN other.study_list AS m ON m.uuid = l.uuid JOIN main.annotator AS p ON p.id = l.annotator_id "
             "JOIN other.annotator AS q ON q.id = m.annotator_id WHERE p.uuid != q.uuid ORDER BY l.number",
             "SELECT 'two people are called ' || a.name || '; the other file''s is now ' || a.name || ' (' || substr(b.uuid, 1, 8) || ')' "
             "FROM main.annotator AS a JOIN other.annotator AS b ON a.name = b.name AND a.uuid != b.uuid "
             "WHERE b.uuid NOT IN (SELECT uuid FROM main.annotator) ORDER BY a.name",
             "SELECT 'two runs are called ' || a.name || '; the other file''s is now ' || a.name || ' (' || substr(b.uuid, 1, 8) || ')' "
             "FROM main.run AS a JOIN other.run AS b ON a.name = b.name AND a.uuid != b.uuid WHERE b.uuid NOT IN (SELECT uuid FROM main.run) ORDER BY a.name",
             "SELECT 'the protocol differs in the two files; the one here stays in force, each session keeps the one it was labelled under' "
             "FROM main.study AS a JOIN other.study AS b ON a.uuid = b.uuid WHERE a.protocol != b.protocol"}) {
        for (auto &sentence : sentences(connection, sql)) {
            counts.conflicts.push_back(std::move(sentence));
        }
    }
}

std::int64_t add(SqlConnection &connection, const std::string &table, const std::string &columns, const std::string &select) {
    const std::string count = "SELECT COUNT(*) FROM main." + table;
    const std::int64_t before = number(connection, count.c_str());
    connection.run("INSERT OR IGNORE INTO main." + table + " (" + columns + ") " + select);
    return number(connection, count.c_str()) - before;
}

#define ID_BY_UUID(table, column) \
    "(SELECT ours.id FROM main." table " AS ours JOIN other." table " AS theirs ON ours.uuid = theirs.uuid WHERE theirs.id = b." column ")"
#define SOURCE(column) "(SELECT ours FROM temp.map_source WHERE theirs = b." column ")"
#define FREE_NAME(table)                                                                                                                \
    "CASE WHEN b.name IN (SELECT name FROM main." table ") THEN b.name || ' (' || substr(b.uuid, 1, 8) || ')' ELSE b.name END"
#define NEW_IN(table) " WHERE b.uuid NOT IN (SELECT uuid FROM main." table ") "

void addMaterial(SqlConnection &connection, MergeCounts &counts) {
    add(connection, "source_image", "uuid, dataset_id, split, dataset_index, label, pixels",
        "SELECT uuid, (SELECT id FROM main.dataset LIMIT 1), split, dataset_index, label, pixels FROM other.source_image ORDER BY split, dataset_index");
    for (const char *map : kMaps) {
        connection.run(map);
    }
    add(connection, "model", "uuid, name, architecture, recipe, parameters, hash, weights, clean_accuracy, hidden, created_utc, curve, confusion",
        "SELECT uuid, " FREE_NAME("model") ", architecture, recipe, parameters, hash, weights, clean_accuracy, hidden, created_utc, curve, confusion FROM other.model AS b" NEW_IN("model")
        "AND hash NOT IN (SELECT hash FROM main.model) ORDER BY created_utc, uuid");
    counts.runs = add(connection, "run", "uuid, name, kind, state, attack, norm, eps, split, indices, targets, model_name, parameters, seed, device, versions, message, owner, started_utc, finished_utc",
        "SELECT uuid, " FREE_NAME("run") ", kind, CASE state WHEN 'running' THEN 'stopped' ELSE state END, attack, norm, eps, split, indices, targets, model_name, parameters, seed, device, versions, "
        "message, '', started_utc, finished_utc FROM other.run AS b" NEW_IN("run") "ORDER BY started_utc, uuid");
    counts.examples = add(connection, "example",
        "uuid, run_id, source_id, ordinal, outcome, pixels, l0, l0_binarised, l1_levels, l2_squared_levels, linf_levels, target_class, donor_id, aligned_donor, transform, details, created_utc",
        "SELECT uuid, " ID_BY_UUID("run", "run_id") ", " SOURCE("source_id") ", ordinal, outcome, pixels, l0, l0_binarised, l1_levels, l2_squared_levels, linf_levels, target_class, " SOURCE("donor_id")
        ", aligned_donor, transform, details, created_utc FROM other.example AS b" NEW_IN("example") "ORDER BY created_utc, uuid");
    add(connection, "prediction", "uuid, model_hash, source_id, example_id, predicted, logits, device, versions, created_utc",
        "SELECT uuid, model_hash, " SOURCE("source_id") ", " ID_BY_UUID("example", "example_id") ", predicted, logits, device, versions, created_utc FROM other.prediction AS b" NEW_IN("prediction")
        "ORDER BY created_utc, uuid");
    add(connection, "certificate", "uuid, model_hash, source_id, norm, eps, status, method, margin, created_utc",
        "SELECT uuid, model_hash, " SOURCE("source_id") ", norm, eps, status, method, margin, created_utc FROM other.certificate AS b" NEW_IN("certificate") "ORDER BY created_utc, uuid");
    add(connection, "evaluation", "uuid, model_hash, attack, norm, eps, parameters, seed, images, clean_accuracy, attacked_accuracy, device, versions, created_utc",
        "SELECT uuid, model_hash, attack, norm, eps, parameters, seed, images, clean_accuracy, attacked_accuracy, device, versions, created_utc FROM other.evaluation AS b" NEW_IN("evaluation")
        "ORDER BY created_utc, uuid");
    add(connection, "proxy_score", "uuid, example_id, proxy, proxy_hash, scores, created_utc",
        "SELECT uuid, " ID_BY_UUID("example", "example_id") ", proxy, proxy_hash, scores, created_utc FROM other.proxy_score AS b" NEW_IN("proxy_score") "ORDER BY created_utc, uuid");
    add(connection, "proxy", "uuid, role, hash, weights, details, created_utc",
        "SELECT uuid, role, hash, weights, details, created_utc FROM other.proxy AS b" NEW_IN("proxy") "ORDER BY role");
    add(connection, "study_item", "uuid, study_id, kind, example_id, source_id, gold_label",
        "SELECT uuid, " ID_BY_UUID("study", "study_id") ", kind, " ID_BY_UUID("example", "example_id") ", " SOURCE("source_id") ", gold_label FROM other.study_item AS b" NEW_IN("study_item") "ORDER BY uuid");
}

void addStudy(SqlConnection &connection) {
    add(connection, "study_protocol", "uuid, study_id, hash, protocol, created_utc",
        "SELECT uuid, " ID_BY_UUID("study", "study_id") ", hash, protocol, created_utc FROM other.study_protocol AS b ORDER BY created_utc, uuid");
    add(connection, "study_list", "uuid, study_id, number", "SELECT uuid, " ID_BY_UUID("study", "study_id") ", number FROM other.study_list AS b ORDER BY number");
    add(connection, "study_trial", "uuid, list_id, position, item_id, kind",
        "SELECT uuid, " ID_BY_UUID("study_list", "list_id") ", position, " ID_BY_UUID("study_item", "item_id") ", kind FROM other.study_trial AS b "
        "WHERE " ID_BY_UUID("study_list", "list_id") " IS NOT NULL ORDER BY list_id, position");
    add(connection, "study_freeze", "uuid, study_id, hash, details, created_utc",
        "SELECT uuid, " ID_BY_UUID("study", "study_id") ", hash, details, created_utc FROM other.study_freeze AS b ORDER BY created_utc, uuid");
}

void addAnswers(SqlConnection &connection, MergeCounts &counts) {
    counts.annotators = add(connection, "annotator", "uuid, name, kind, created_utc, erased_utc",
        "SELECT uuid, " FREE_NAME("annotator") ", kind, created_utc, erased_utc FROM other.annotator AS b" NEW_IN("annotator") "ORDER BY created_utc, uuid");
    connection.run("UPDATE main.study_list AS a SET annotator_id = (SELECT p.id FROM other.study_list AS b JOIN other.annotator AS q ON q.id = b.annotator_id "
                   "JOIN main.annotator AS p ON p.uuid = q.uuid WHERE b.uuid = a.uuid), claimed_utc = (SELECT b.claimed_utc FROM other.study_list AS b WHERE b.uuid = a.uuid) "
                   "WHERE a.annotator_id IS NULL");
    counts.sessions = add(connection, "session", "uuid, study_id, annotator_id, display, started_utc, ended_utc, protocol_id, list_id, owner, origin",
        "SELECT uuid, " ID_BY_UUID("study", "study_id") ", " ID_BY_UUID("annotator", "annotator_id") ", display, started_utc, ended_utc, "
        "(SELECT ours.id FROM main.study_protocol AS ours JOIN other.study_protocol AS theirs ON ours.hash = theirs.hash WHERE theirs.id = b.protocol_id), "
        ID_BY_UUID("study_list", "list_id") ", '', origin FROM other.session AS b" NEW_IN("session") "ORDER BY started_utc, uuid");
    connection.run("UPDATE main.session AS a SET ended_utc = (SELECT b.ended_utc FROM other.session AS b WHERE b.uuid = a.uuid) WHERE a.ended_utc IS NULL");
    // Not of annotators who are erased in either file. Withdrawals name rows, so they come after what they withdraw.
    const std::string notErased = "AND b.session_id IN (SELECT s.id FROM other.session AS s JOIN other.annotator AS q ON q.id = s.annotator_id "
                                  "JOIN main.annotator AS p ON p.uuid = q.uuid WHERE p.erased_utc IS NULL AND q.erased_utc IS NULL) ";
    const std::string columns = "uuid, session_id, item_id, trial_id, measure, kind, label, confidence, note, response_ms, visible, flags, withdraws, created_utc";
    const std::string select = "SELECT uuid, " ID_BY_UUID("session", "session_id") ", " ID_BY_UUID("study_item", "item_id") ", " ID_BY_UUID("study_trial", "trial_id")
                               ", measure, kind, label, confidence, note, response_ms, visible, flags, " ID_BY_UUID("answer", "withdraws") ", created_utc FROM other.answer AS b" NEW_IN("answer");
    counts.answers = add(connection, "answer", columns, select + "AND kind != 'withdrawal' " + notErased + "ORDER BY b.id");
    counts.answers += add(connection, "answer", columns, select + "AND kind = 'withdrawal' " + notErased + "ORDER BY b.id");
    counts.events = add(connection, "event", "uuid, session_id, kind, details, created_utc",
        "SELECT uuid, " ID_BY_UUID("session", "session_id") ", kind, details, created_utc FROM other.event AS b" NEW_IN("event") "AND (b.session_id IS NULL OR 1 " + notErased + ") ORDER BY created_utc, uuid");
}

/// All that people said over there must be here now; else nothing is taken.
void requireComplete(SqlConnection &connection, const std::string &from) {
    const std::int64_t missing = number(connection, "SELECT COUNT(*) FROM other.answer AS b JOIN other.session AS s ON s.id = b.session_id JOIN other.annotator AS q ON q.id = s.annotator_id "
                                                    "JOIN main.annotator AS p ON p.uuid = q.uuid WHERE p.erased_utc IS NULL AND q.erased_utc IS NULL AND b.uuid NOT IN (SELECT uuid FROM main.answer)");
    if (missing > 0) {
        throw Error(ErrorCode::BadInput, from + " has " + std::to_string(missing) + " answers on examples that both copies made under one number (a run that went on in both); they cannot be merged, nothing was taken");
    }
}

/// Who has withdrawn consent over there has withdrawn it here.
void eraseToo(SqlConnection &connection, MergeCounts &counts) {
    connection.run("UPDATE main.annotator AS a SET erased_utc = (SELECT b.erased_utc FROM other.annotator AS b WHERE b.uuid = a.uuid), "
                   "name = (SELECT b.name FROM other.annotator AS b WHERE b.uuid = a.uuid) "
                   "WHERE a.erased_utc IS NULL AND a.uuid IN (SELECT uuid FROM other.annotator WHERE erased_utc IS NOT NULL)");
    const char *ofErased = " session_id IN (SELECT session.id FROM main.session JOIN main.annotator ON annotator.id = session.annotator_id WHERE erased_utc IS NOT NULL)";
    counts.erased = number(connection, (std::string("SELECT COUNT(*) FROM main.answer WHERE kind != 'withdrawal' AND") + ofErased).c_str());
    connection.run(std::string("DELETE FROM main.answer WHERE") + ofErased);
    connection.run(std::string("DELETE FROM main.event WHERE") + ofErased);
    connection.run("UPDATE main.session SET display = '{}', owner = '' WHERE annotator_id IN (SELECT id FROM main.annotator WHERE erased_utc IS NOT NULL)");
}

}  // namespace

MergeCounts mergeTables(StudyFile &into, const std::filesystem::path &from) {
    SqlConnection &connection = into.connection();
    Statement(connection, "ATTACH DATABASE ? AS other").bind(from.string()).execute();
    MergeCounts counts;
    const auto leave = [&connection] {
        connection.run("DROP TABLE IF EXISTS temp.map_source");
        connection.run("DETACH DATABASE other");
    };
    try {
        requireCopies(connection, from.string());
        connection.run("PRAGMA secure_delete = ON");
        into.transaction([&] {
            connection.run("PRAGMA defer_foreign_keys = ON");
            nameConflicts(connection, counts);
            addMaterial(connection, counts);
            addStudy(connection);
            addAnswers(connection, counts);
            requireComplete(connection, from.string());
            eraseToo(connection, counts);
        });
    } catch (...) {
        leave();
        throw;
    }
    leave();
    return counts;
}

}  // namespace metamer
