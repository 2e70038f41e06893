#include "core/store/study_file.h"

namespace metamer {
namespace {

// The schema is documented in docs/study-file.md; a change here is a new Migration and a line there.
const std::vector<std::string> kVersion1 = {
    R"sql(CREATE TABLE dataset (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, spec TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL,
        channels INTEGER NOT NULL, height INTEGER NOT NULL, width INTEGER NOT NULL, class_names TEXT NOT NULL,
        train_count INTEGER NOT NULL, test_count INTEGER NOT NULL, created_utc TEXT NOT NULL))sql",
    R"sql(CREATE TABLE source_image (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, dataset_id INTEGER NOT NULL REFERENCES dataset(id),
        split TEXT NOT NULL CHECK (split IN ('train', 'test')), dataset_index INTEGER NOT NULL, label INTEGER NOT NULL,
        pixels BLOB NOT NULL, UNIQUE (dataset_id, split, dataset_index)))sql",
    R"sql(CREATE TABLE model (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, architecture TEXT NOT NULL,
        recipe TEXT NOT NULL, parameters TEXT NOT NULL, hash TEXT NOT NULL, weights BLOB NOT NULL, clean_accuracy REAL,
        hidden INTEGER NOT NULL DEFAULT 0, created_utc TEXT NOT NULL))sql",
    R"sql(CREATE TABLE run (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('attack', 'import')),
        state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'stopped', 'aborted', 'failed')),
        attack TEXT, norm TEXT NOT NULL, eps TEXT NOT NULL, split TEXT NOT NULL, indices TEXT NOT NULL, targets TEXT NOT NULL,
        model_name TEXT, parameters TEXT NOT NULL, seed INTEGER NOT NULL, device TEXT NOT NULL, versions TEXT NOT NULL,
        message TEXT NOT NULL DEFAULT '', owner TEXT NOT NULL DEFAULT '', started_utc TEXT NOT NULL, finished_utc TEXT))sql",
    R"sql(CREATE TABLE example (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, run_id INTEGER NOT NULL REFERENCES run(id),
        source_id INTEGER NOT NULL REFERENCES source_image(id), ordinal INTEGER NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('found', 'attempt')), pixels BLOB,
        l0 INTEGER NOT NULL, l0_binarised INTEGER NOT NULL, l1_levels INTEGER NOT NULL, l2_squared_levels INTEGER NOT NULL,
        linf_levels INTEGER NOT NULL, target_class INTEGER, donor_id INTEGER REFERENCES source_image(id), aligned_donor BLOB,
        transform TEXT NOT NULL, details TEXT NOT NULL, created_utc TEXT NOT NULL, UNIQUE (run_id, ordinal)))sql",
    R"sql(CREATE INDEX example_source ON example(source_id))sql",
    R"sql(CREATE TABLE prediction (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, model_hash TEXT NOT NULL,
        source_id INTEGER REFERENCES source_image(id), example_id INTEGER REFERENCES example(id), predicted INTEGER NOT NULL,
        logits BLOB NOT NULL, device TEXT NOT NULL, versions TEXT NOT NULL, created_utc TEXT NOT NULL,
        CHECK ((source_id IS NULL) != (example_id IS NULL)), UNIQUE (model_hash, source_id), UNIQUE (model_hash, example_id)))sql",
    R"sql(CREATE TABLE certificate (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, model_hash TEXT NOT NULL,
        source_id INTEGER NOT NULL REFERENCES source_image(id), norm TEXT NOT NULL, eps TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('certified', 'not_certified', 'unknown')), method TEXT NOT NULL,
        margin REAL, created_utc TEXT NOT NULL, UNIQUE (model_hash, source_id, norm, eps)))sql",
    R"sql(CREATE TABLE proxy_score (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, example_id INTEGER NOT NULL REFERENCES example(id),
        proxy TEXT NOT NULL, proxy_hash TEXT NOT NULL, scores TEXT NOT NULL, created_utc TEXT NOT NULL,
        UNIQUE (example_id, proxy_hash)))sql",
    R"sql(CREATE TABLE annotator (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('person', 'import', 'simulated')), created_utc TEXT NOT NULL, erased_utc TEXT))sql",
    R"sql(CREATE TABLE study (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL, protocol TEXT NOT NULL, created_utc TEXT NOT NULL))sql",
    R"sql(CREATE TABLE study_item (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, study_id INTEGER NOT NULL REFERENCES study(id),
        kind TEXT NOT NULL CHECK (kind IN ('example', 'control')), example_id INTEGER REFERENCES example(id),
        source_id INTEGER NOT NULL REFERENCES source_image(id), gold_label INTEGER,
        CHECK ((kind = 'example') = (example_id IS NOT NULL)), CHECK (kind = 'control' OR gold_label IS NULL),
        UNIQUE (study_id, example_id)))sql",
    R"sql(CREATE TABLE session (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, study_id INTEGER NOT NULL REFERENCES study(id),
        annotator_id INTEGER NOT NULL REFERENCES annotator(id), display TEXT NOT NULL, started_utc TEXT NOT NULL, ended_utc TEXT))sql",
    R"sql(CREATE TABLE answer (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, session_id INTEGER NOT NULL REFERENCES session(id),
        item_id INTEGER NOT NULL REFERENCES study_item(id),
        kind TEXT NOT NULL CHECK (kind IN ('class', 'not_a_class', 'unsure', 'withdrawal')), label INTEGER,
        response_ms INTEGER, visible TEXT NOT NULL, withdraws INTEGER REFERENCES answer(id), created_utc TEXT NOT NULL,
        CHECK ((kind = 'class') = (label IS NOT NULL)), CHECK ((kind = 'withdrawal') = (withdraws IS NOT NULL))))sql",
    R"sql(CREATE INDEX answer_item ON answer(item_id))sql",
    R"sql(CREATE INDEX answer_session ON answer(session_id))sql",
    R"sql(CREATE TABLE event (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, session_id INTEGER REFERENCES session(id), kind TEXT NOT NULL,
        details TEXT NOT NULL, created_utc TEXT NOT NULL))sql",
    R"sql(CREATE TRIGGER answer_is_never_changed BEFORE UPDATE ON answer
        BEGIN SELECT RAISE(ABORT, 'answers are only ever added; withdraw one with a new row'); END)sql",
    R"sql(CREATE TRIGGER answer_is_never_deleted BEFORE DELETE ON answer
        WHEN (SELECT erased_utc FROM annotator JOIN session ON session.annotator_id = annotator.id
              WHERE session.id = OLD.session_id) IS NULL
        BEGIN SELECT RAISE(ABORT, 'answers are only ever added; only a withdrawn consent erases them'); END)sql",
};

const std::vector<std::string> kVersion2 = {
    R"sql(ALTER TABLE dataset ADD COLUMN reading TEXT NOT NULL DEFAULT '{}')sql",
    R"sql(ALTER TABLE model ADD COLUMN curve TEXT NOT NULL DEFAULT '[]')sql",
    R"sql(ALTER TABLE model ADD COLUMN confusion TEXT NOT NULL DEFAULT '[]')sql",
    R"sql(CREATE TABLE training (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, recipe TEXT NOT NULL, parameters TEXT NOT NULL,
        seed INTEGER NOT NULL, device TEXT NOT NULL, step INTEGER NOT NULL, steps INTEGER NOT NULL, curve TEXT NOT NULL,
        checkpoint BLOB NOT NULL, owner TEXT NOT NULL, started_utc TEXT NOT NULL, saved_utc TEXT NOT NULL))sql",
};

// Labelling studies: stored lists, protocols in every version, the freeze, what an answer measures. `answer` is made anew for
// the two kinds of answer to "same or different"; what was shown before tells the measure of the older ones.
const std::vector<std::string> kVersion3 = {
    R"sql(PRAGMA defer_foreign_keys = ON)sql",
    R"sql(CREATE TABLE study_protocol (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, study_id INTEGER NOT NULL REFERENCES study(id), hash TEXT NOT NULL,
        protocol TEXT NOT NULL, created_utc TEXT NOT NULL, UNIQUE (study_id, hash)))sql",
    R"sql(CREATE TABLE study_list (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, study_id INTEGER NOT NULL REFERENCES study(id), number INTEGER NOT NULL,
        annotator_id INTEGER REFERENCES annotator(id), claimed_utc TEXT, UNIQUE (study_id, number)))sql",
    R"sql(CREATE TABLE study_trial (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, list_id INTEGER NOT NULL REFERENCES study_list(id), position INTEGER NOT NULL,
        item_id INTEGER NOT NULL REFERENCES study_item(id), kind TEXT NOT NULL CHECK (kind IN ('practice', 'main', 'repeat')),
        UNIQUE (list_id, position)))sql",
    R"sql(CREATE TABLE study_freeze (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, study_id INTEGER NOT NULL REFERENCES study(id), hash TEXT NOT NULL,
        details TEXT NOT NULL, created_utc TEXT NOT NULL))sql",
    R"sql(ALTER TABLE session ADD COLUMN protocol_id INTEGER REFERENCES study_protocol(id))sql",
    R"sql(ALTER TABLE session ADD COLUMN list_id INTEGER REFERENCES study_list(id))sql",
    R"sql(ALTER TABLE session ADD COLUMN owner TEXT NOT NULL DEFAULT '')sql",
    R"sql(ALTER TABLE session ADD COLUMN origin TEXT NOT NULL DEFAULT 'window')sql",
    R"sql(UPDATE session SET origin = 'import' WHERE display LIKE '%"imported":true%')sql",
    R"sql(DROP TRIGGER answer_is_never_changed)sql",
    R"sql(DROP TRIGGER answer_is_never_deleted)sql",
    R"sql(CREATE TABLE answer_3 (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, session_id INTEGER NOT NULL REFERENCES session(id),
        item_id INTEGER NOT NULL REFERENCES study_item(id), trial_id INTEGER REFERENCES study_trial(id), measure TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('class', 'not_a_class', 'unsure', 'same', 'different', 'withdrawal')), label INTEGER,
        confidence INTEGER CHECK (confidence BETWEEN 1 AND 3), note TEXT NOT NULL DEFAULT '',
        response_ms INTEGER, visible TEXT NOT NULL, flags TEXT NOT NULL DEFAULT '[]',
        withdraws INTEGER REFERENCES answer_3(id), created_utc TEXT NOT NULL,
        CHECK ((kind = 'class') = (label IS NOT NULL)), CHECK ((kind = 'withdrawal') = (withdraws IS NOT NULL))))sql",
    R"sql(INSERT INTO answer_3 (id, uuid, session_id, item_id, measure, kind, label, response_ms, visible, withdraws, created_utc)
        SELECT id, uuid, session_id, item_id, CASE WHEN visible LIKE '%"presentation":"pair"%' THEN 'pair' ELSE 'perturbed' END,
               kind, label, response_ms, visible, withdraws, created_utc FROM answer ORDER BY id)sql",
    R"sql(DROP TABLE answer)sql",
    R"sql(ALTER TABLE answer_3 RENAME TO answer)sql",
    R"sql(CREATE INDEX answer_item ON answer(item_id))sql",
    R"sql(CREATE INDEX answer_session ON answer(session_id))sql",
    R"sql(CREATE TRIGGER answer_is_never_changed BEFORE UPDATE ON answer
        BEGIN SELECT RAISE(ABORT, 'answers are only ever added; withdraw one with a new row'); END)sql",
    R"sql(CREATE TRIGGER answer_is_never_deleted BEFORE DELETE ON answer
        WHEN (SELECT erased_utc FROM annotator JOIN session ON session.annotator_id = annotator.id
              WHERE session.id = OLD.session_id) IS NULL
        BEGIN SELECT RAISE(ABORT, 'answers are only ever added; only a withdrawn consent erases them'); END)sql",
    R"sql(CREATE TRIGGER freeze_is_never_changed BEFORE UPDATE ON study_freeze
        BEGIN SELECT RAISE(ABORT, 'a freeze is never changed; what departs from it is an event'); END)sql",
    R"sql(CREATE TRIGGER freeze_is_never_deleted BEFORE DELETE ON study_freeze
        BEGIN SELECT RAISE(ABORT, 'a freeze is never changed; what departs from it is an event'); END)sql",
};

// The proxies that attacks choose by and that report on examples.
const std::vector<std::string> kVersion4 = {
    R"sql(CREATE TABLE proxy (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, role TEXT NOT NULL UNIQUE CHECK (role IN ('selector', 'evaluator')), hash TEXT NOT NULL,
        weights BLOB NOT NULL, details TEXT NOT NULL, created_utc TEXT NOT NULL))sql",
};

// What attacks leave of a model's accuracy.
const std::vector<std::string> kVersion5 = {
    R"sql(CREATE TABLE evaluation (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, model_hash TEXT NOT NULL, attack TEXT NOT NULL, norm TEXT NOT NULL, eps TEXT NOT NULL,
        parameters TEXT NOT NULL, seed INTEGER NOT NULL, images INTEGER NOT NULL, clean_accuracy REAL NOT NULL, attacked_accuracy REAL NOT NULL,
        device TEXT NOT NULL, versions TEXT NOT NULL, created_utc TEXT NOT NULL, UNIQUE (model_hash, attack, norm, eps, parameters, seed, images)))sql",
};

}  // namespace

const std::vector<Migration> &schemaMigrations() {
    static const std::vector<Migration> kMigrations = {{1, kVersion1}, {2, kVersion2}, {3, kVersion3}, {4, kVersion4}, {5, kVersion5}};
    return kMigrations;
}

}  // namespace metamer
