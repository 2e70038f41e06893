#include "core/base/text.h"
#include "core/store/row_text.h"
#include "core/store/sql.h"
#include "core/store/tables.h"

namespace metamer {
namespace {

const EnumNames<AnnotatorKind> kAnnotatorKinds{
    {AnnotatorKind::Person, "person"}, {AnnotatorKind::Import, "import"}, {AnnotatorKind::Simulated, "simulated"}};
const EnumNames<ItemKind> kItemKinds{{ItemKind::Example, "example"}, {ItemKind::Control, "control"}};
const EnumNames<TrialKind> kTrialKinds{{TrialKind::Practice, "practice"}, {TrialKind::Main, "main"}, {TrialKind::Repeat, "repeat"}};
const EnumNames<AnswerKind> kAnswerKinds{{AnswerKind::Class, "class"},
                                         {AnswerKind::NotAClass, "not_a_class"},
                                         {AnswerKind::Unsure, "unsure"},
                                         {AnswerKind::Same, "same"},
                                         {AnswerKind::Different, "different"},
                                         {AnswerKind::Withdrawal, "withdrawal"}};

Annotator readAnnotator(Statement &row) {
    Annotator annotator;
    annotator.id = row.id<AnnotatorId>();
    annotator.uuid = row.text();
    annotator.name = row.text();
    annotator.kind = kAnnotatorKinds.value(row.text());
    annotator.erasedUtc = row.text();
    return annotator;
}

#define TRIAL_QUERY "SELECT study_trial.id, study_trial.uuid, list_id, position, item_id, kind FROM study_trial "

Trial readTrial(Statement &row) {
    Trial trial;
    trial.id = row.id<TrialId>();
    trial.uuid = row.text();
    trial.listId = row.id<ListId>();
    trial.position = static_cast<int>(row.integer());
    trial.itemId = row.id<ItemId>();
    trial.kind = kTrialKinds.value(row.text());
    return trial;
}

#define CAST_QUERY                                                                                                      \
    "SELECT answer.id, answer.uuid, answer.session_id, answer.item_id, answer.trial_id, measure, answer.kind, label, "  \
    "confidence, note, response_ms, visible, flags, withdraws, answer.created_utc, session.annotator_id, "              \
    "COALESCE(study_trial.kind, 'main') FROM answer JOIN session ON session.id = answer.session_id "                    \
    "LEFT JOIN study_trial ON study_trial.id = answer.trial_id "

// By time: rows of merged files come in any order. What came in one millisecond keeps the order in which it was written.
#define CAST_ORDER "ORDER BY answer.created_utc, answer.id"

CastAnswer readAnswer(Statement &row) {
    CastAnswer cast;
    Answer &answer = cast.answer;
    answer.id = row.id<AnswerId>();
    answer.uuid = row.text();
    answer.sessionId = row.id<SessionId>();
    answer.itemId = row.id<ItemId>();
    answer.trialId = row.id<TrialId>();
    answer.measure = row.text();
    answer.kind = kAnswerKinds.value(row.text());
    answer.label = static_cast<int>(row.optionalInteger().value_or(-1));
    if (const auto confidence = row.optionalInteger()) {
        answer.confidence = static_cast<int>(*confidence);
    }
    answer.note = row.text();
    answer.responseMs = row.optionalInteger();
    answer.visibleJson = row.text();
    answer.flagsJson = row.text();
    answer.withdraws = row.id<AnswerId>();
    answer.createdUtc = row.text();
    cast.annotator = row.id<AnnotatorId>();
    cast.trialKind = kTrialKinds.value(row.text());
    return cast;
}

}  // namespace

std::optional<Annotator> AnnotatorTable::find(const std::string &name) {
    Statement row(m_connection, "SELECT id, uuid, name, kind, erased_utc FROM annotator WHERE name = ?");
    return row.bind(name).next() ? std::optional(readAnnotator(row)) : std::nullopt;
}

Annotator AnnotatorTable::ensure(const std::string &name, AnnotatorKind kind) {
    if (const auto found = find(name)) {
        if (found->kind != kind) {
            throw Error(ErrorCode::Usage, "annotator '" + name + "' is of kind " + kAnnotatorKinds.text(found->kind) + ", not " +
                                              kAnnotatorKinds.text(kind) + "; choose another name");
        }
        return *found;
    }
    return insert({{}, {}, name, kind, {}});
}

Annotator AnnotatorTable::insert(Annotator annotator) {
    annotator.uuid = uuidOr(annotator.uuid);
    annotator.id.value = Statement(m_connection, "INSERT INTO annotator (uuid, name, kind, created_utc) VALUES (?, ?, ?, ?)")
                             .bind(annotator.uuid).bind(annotator.name).bind(kAnnotatorKinds.text(annotator.kind)).bind(utcNow()).insert();
    return annotator;
}

std::vector<Annotator> AnnotatorTable::list() {
    Statement row(m_connection, "SELECT id, uuid, name, kind, erased_utc FROM annotator ORDER BY id");
    return readAll(row, readAnnotator);
}

std::int64_t AnnotatorTable::erase(const Annotator &annotator, const std::string &newName) {
    m_connection.run("PRAGMA secure_delete = ON");
    m_connection.run("BEGIN IMMEDIATE");
    std::int64_t count = 0;
    try {
        Statement answers(m_connection, "SELECT COUNT(*) FROM answer JOIN session ON session.id = answer.session_id WHERE annotator_id = ? AND kind != 'withdrawal'");
        answers.bind(annotator.id).next();
        count = answers.integer();
        m_connection.run("PRAGMA defer_foreign_keys = ON");
        Statement(m_connection, "UPDATE annotator SET erased_utc = ?, name = ? WHERE id = ?").bind(utcNow()).bind(newName).bind(annotator.id).execute();
        for (const char *sql : {"DELETE FROM answer WHERE session_id IN (SELECT id FROM session WHERE annotator_id = ?)",
                                "DELETE FROM event WHERE session_id IN (SELECT id FROM session WHERE annotator_id = ?)",
                                "UPDATE session SET display = '{}', owner = '' WHERE annotator_id = ?"}) {
            Statement(m_connection, sql).bind(annotator.id).execute();
        }
        m_connection.run("COMMIT");
    } catch (...) {
        m_connection.run("ROLLBACK");
        throw;
    }
    if (Statement mode(m_connection, "PRAGMA journal_mode"); mode.next() && mode.text() == "wal") {
        m_connection.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    return count;
}

StudyId StudyTable::insert(StudyRecord study) {
    return {Statement(m_connection, "INSERT INTO study (uuid, name, protocol, created_utc) VALUES (?, ?, ?, ?)")
                .bind(uuidOr(study.uuid)).bind(study.name).bind(study.protocolJson).bind(utcNow()).insert()};
}

StudyRecord StudyTable::get() {
    Statement row(m_connection, "SELECT id, uuid, name, protocol FROM study ORDER BY id LIMIT 1");
    if (!row.next()) {
        throw Error(ErrorCode::Damaged, m_connection.path().string() + " has no study in it; create it again");
    }
    StudyRecord study;
    study.id = row.id<StudyId>();
    study.uuid = row.text();
    study.name = row.text();
    study.protocolJson = row.text();
    return study;
}

void StudyTable::setProtocol(StudyId study, const std::string &protocolJson) {
    Statement(m_connection, "UPDATE study SET protocol = ? WHERE id = ?").bind(protocolJson).bind(study).execute();
}

ProtocolId StudyTable::ensureVersion(StudyId study, const std::string &hash, const std::string &protocolJson) {
    Statement row(m_connection, "SELECT id FROM study_protocol WHERE study_id = ? AND hash = ?");
    if (row.bind(study).bind(hash).next()) {
        return row.id<ProtocolId>();
    }
    return {Statement(m_connection, "INSERT INTO study_protocol (uuid, study_id, hash, protocol, created_utc) VALUES (?, ?, ?, ?, ?)")
                .bind(newUuid()).bind(study).bind(hash).bind(protocolJson).bind(utcNow()).insert()};
}

void StudyTable::insert(StudyId study, const Freeze &freeze) {
    Statement(m_connection, "INSERT INTO study_freeze (uuid, study_id, hash, details, created_utc) VALUES (?, ?, ?, ?, ?)")
        .bind(uuidOr(freeze.uuid)).bind(study).bind(freeze.hash).bind(freeze.detailsJson).bind(utcNow()).execute();
}

std::optional<Freeze> StudyTable::freeze(StudyId study) {
    Statement row(m_connection, "SELECT uuid, hash, details, created_utc FROM study_freeze WHERE study_id = ? ORDER BY created_utc, uuid LIMIT 1");
    if (!row.bind(study).next()) {
        return std::nullopt;
    }
    Freeze freeze;
    freeze.uuid = row.text();
    freeze.hash = row.text();
    freeze.detailsJson = row.text();
    freeze.createdUtc = row.text();
    return freeze;
}

ItemId ItemTable::insert(Item item) {
    return {Statement(m_connection, "INSERT INTO study_item (uuid, study_id, kind, example_id, source_id, gold_label) "
                                    "VALUES (?, ?, ?, ?, ?, ?)")
                .bind(uuidOr(item.uuid)).bind(item.studyId).bind(kItemKinds.text(item.kind)).bind(item.exampleId)
                .bind(item.sourceId).bind(item.goldLabel).insert()};
}

std::vector<Item> ItemTable::ofStudy(StudyId study, ItemId after) {
    Statement row(m_connection, "SELECT id, uuid, study_id, kind, example_id, source_id, gold_label FROM study_item "
                                "WHERE study_id = ? AND id > ? ORDER BY id");
    row.bind(study).bind(after.value);
    std::vector<Item> items;
    while (row.next()) {
        Item item;
        item.id = row.id<ItemId>();
        item.uuid = row.text();
        item.studyId = row.id<StudyId>();
        item.kind = kItemKinds.value(row.text());
        item.exampleId = row.id<ExampleId>();
        item.sourceId = row.id<SourceImageId>();
        if (const auto gold = row.optionalInteger()) {
            item.goldLabel = static_cast<int>(*gold);
        }
        items.push_back(std::move(item));
    }
    return items;
}

std::int64_t ItemTable::count(StudyId study, ItemKind kind) {
    Statement row(m_connection, "SELECT COUNT(*) FROM study_item WHERE study_id = ? AND kind = ?");
    return row.bind(study).bind(kItemKinds.text(kind)).next() ? row.integer() : 0;
}

void ItemTable::setGold(ItemId item, std::optional<int> label) {
    Statement(m_connection, "UPDATE study_item SET gold_label = ? WHERE id = ?").bind(label).bind(item).execute();
}

ListId ListTable::insert(StudyId study, int number) {
    return {Statement(m_connection, "INSERT INTO study_list (uuid, study_id, number) VALUES (?, ?, ?)").bind(newUuid()).bind(study).bind(number).insert()};
}

void ListTable::insert(const Trial &trial) {
    Statement(m_connection, "INSERT INTO study_trial (uuid, list_id, position, item_id, kind) VALUES (?, ?, ?, ?, ?)")
        .bind(uuidOr(trial.uuid)).bind(trial.listId).bind(trial.position).bind(trial.itemId).bind(kTrialKinds.text(trial.kind)).execute();
}

std::vector<StudyList> ListTable::list(StudyId study) {
    Statement rows(m_connection, "SELECT id, uuid, number, annotator_id FROM study_list WHERE study_id = ? ORDER BY number");
    return readAll(rows.bind(study), [](Statement &row) {
        StudyList list;
        list.id = row.id<ListId>();
        list.uuid = row.text();
        list.number = static_cast<int>(row.integer());
        list.annotatorId = row.id<AnnotatorId>();
        return list;
    });
}

std::vector<Trial> ListTable::trials(ListId list) {
    Statement rows(m_connection, TRIAL_QUERY "WHERE list_id = ? ORDER BY position");
    return readAll(rows.bind(list), readTrial);
}

std::vector<Trial> ListTable::allTrials(StudyId study) {
    Statement rows(m_connection, TRIAL_QUERY "JOIN study_list ON study_list.id = list_id WHERE study_id = ? ORDER BY number, position");
    return readAll(rows.bind(study), readTrial);
}

bool ListTable::claim(ListId list, AnnotatorId annotator) {
    Statement(m_connection, "UPDATE study_list SET annotator_id = ?, claimed_utc = ? WHERE id = ? AND annotator_id IS NULL")
        .bind(annotator).bind(utcNow()).bind(list).execute();
    Statement row(m_connection, "SELECT annotator_id FROM study_list WHERE id = ?");
    return row.bind(list).next() && row.id<AnnotatorId>() == annotator;
}

void ListTable::removeAll(StudyId study) {
    Statement used(m_connection, "SELECT COUNT(*) FROM answer JOIN study_trial ON study_trial.id = answer.trial_id "
                                 "JOIN study_list ON study_list.id = list_id WHERE study_id = ?");
    if (used.bind(study).next() && used.integer() > 0) {
        throw Error(ErrorCode::Usage, "people have answered on the lists of " + m_connection.path().string() + "; lists are never changed after that");
    }
    Statement(m_connection, "UPDATE session SET list_id = NULL WHERE study_id = ?").bind(study).execute();
    Statement(m_connection, "DELETE FROM study_trial WHERE list_id IN (SELECT id FROM study_list WHERE study_id = ?)").bind(study).execute();
    Statement(m_connection, "DELETE FROM study_list WHERE study_id = ?").bind(study).execute();
}

SessionId SessionTable::insert(SessionRecord session) {
    return {Statement(m_connection, "INSERT INTO session (uuid, study_id, annotator_id, display, started_utc, protocol_id, list_id, owner, origin) "
                                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .bind(uuidOr(session.uuid)).bind(session.studyId).bind(session.annotatorId).bind(session.displayJson)
                .bind(session.startedUtc.empty() ? utcNow() : session.startedUtc).bind(session.protocolId).bind(session.listId)
                .bind(session.owner).bind(session.origin).insert()};
}

std::vector<SessionRecord> SessionTable::open(AnnotatorId annotator) {
    Statement rows(m_connection, "SELECT id, uuid, started_utc, owner FROM session WHERE annotator_id = ? AND ended_utc IS NULL ORDER BY id");
    return readAll(rows.bind(annotator), [](Statement &row) {
        SessionRecord session;
        session.id = row.id<SessionId>();
        session.uuid = row.text();
        session.startedUtc = row.text();
        session.owner = row.text();
        return session;
    });
}

std::optional<SessionId> SessionTable::find(const std::string &uuid) {
    Statement row(m_connection, "SELECT id FROM session WHERE uuid = ?");
    return row.bind(uuid).next() ? std::optional(row.id<SessionId>()) : std::nullopt;
}

void SessionTable::end(SessionId session) {
    Statement(m_connection, "UPDATE session SET ended_utc = ? WHERE id = ? AND ended_utc IS NULL")
        .bind(utcNow()).bind(session).execute();
}

Answer AnswerTable::insert(Answer answer) {
    answer.uuid = uuidOr(answer.uuid);
    if (answer.createdUtc.empty()) {
        answer.createdUtc = utcNow();
    }
    Statement known(m_connection, "SELECT id FROM answer WHERE uuid = ?");
    if (known.bind(answer.uuid).next()) {
        answer.id = known.id<AnswerId>();
        return answer;
    }
    std::optional<int> label;
    if (answer.kind == AnswerKind::Class) {
        label = answer.label;
    }
    answer.id.value = Statement(m_connection, "INSERT INTO answer (uuid, session_id, item_id, trial_id, measure, kind, label, confidence, note, "
                                              "response_ms, visible, flags, withdraws, created_utc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                          .bind(answer.uuid).bind(answer.sessionId).bind(answer.itemId).bind(answer.trialId).bind(answer.measure)
                          .bind(kAnswerKinds.text(answer.kind)).bind(label).bind(answer.confidence).bind(answer.note).bind(answer.responseMs)
                          .bind(answer.visibleJson).bind(answer.flagsJson).bind(answer.withdraws).bind(answer.createdUtc).insert();
    return answer;
}

std::vector<CastAnswer> AnswerTable::list() {
    Statement rows(m_connection, CAST_QUERY CAST_ORDER);
    return readAll(rows, readAnswer);
}

std::vector<CastAnswer> AnswerTable::ofAnnotator(AnnotatorId annotator) {
    Statement rows(m_connection, CAST_QUERY "WHERE session.annotator_id = ? " CAST_ORDER);
    return readAll(rows.bind(annotator), readAnswer);
}

bool AnswerTable::contains(const std::string &uuid) {
    Statement row(m_connection, "SELECT 1 FROM answer WHERE uuid = ?");
    return row.bind(uuid).next();
}

std::int64_t AnswerTable::count() {
    Statement row(m_connection, "SELECT COUNT(*) FROM answer");
    return row.next() ? row.integer() : 0;
}

std::int64_t AnswerTable::countOfPeople() {
    Statement row(m_connection, "SELECT COUNT(*) FROM answer JOIN session ON session.id = answer.session_id "
                                "WHERE kind != 'withdrawal' AND origin IN ('window', 'page')");
    return row.next() ? row.integer() : 0;
}

void EventTable::insert(SessionId session, const std::string &kind, const std::string &detailsJson) { insert({{}, session, kind, detailsJson, {}}); }

void EventTable::insert(Event event) {
    Statement(m_connection, "INSERT OR IGNORE INTO event (uuid, session_id, kind, details, created_utc) VALUES (?, ?, ?, ?, ?)")
        .bind(uuidOr(event.uuid)).bind(event.sessionId).bind(event.kind).bind(event.detailsJson)
        .bind(event.createdUtc.empty() ? utcNow() : event.createdUtc).execute();
}

std::vector<Event> EventTable::list() {
    Statement rows(m_connection, "SELECT uuid, session_id, kind, details, created_utc FROM event ORDER BY created_utc, uuid");
    return readAll(rows, [](Statement &row) {
        Event event;
        event.uuid = row.text();
        event.sessionId = row.id<SessionId>();
        event.kind = row.text();
        event.detailsJson = row.text();
        event.createdUtc = row.text();
        return event;
    });
}

bool EventTable::has(AnnotatorId annotator, const std::string &kind) {
    Statement row(m_connection, "SELECT 1 FROM event JOIN session ON session.id = event.session_id WHERE annotator_id = ? AND kind = ? LIMIT 1");
    return row.bind(annotator).bind(kind).next();
}

}  // namespace metamer
