#include "core/base/text.h"
#include "core/store/row_text.h"
#include "core/store/sql.h"
#include "core/store/tables.h"

namespace metamer {
namespace {

const EnumNames<AnnotatorKind> kAnnotatorKinds{
    {AnnotatorKind::Person, "person"}, {AnnotatorKind::Import, "import"}, {AnnotatorKind::Simulated, "simulated"}};
const EnumNames<ItemKind> kItemKinds{{ItemKind::Example, "example"}, {ItemKind::Control, "control"}};
const EnumNames<AnswerKind> kAnswerKinds{{AnswerKind::Class, "class"},
                                         {AnswerKind::NotAClass, "not_a_class"},
                                         {AnswerKind::Unsure, "unsure"},
                                         {AnswerKind::Withdrawal, "withdrawal"}};

Annotator readAnnotator(Statement &row) {
    Annotator annotator;
    annotator.id = row.id<AnnotatorId>();
    annotator.uuid = row.text();
    annotator.name = row.text();
    annotator.kind = kAnnotatorKinds.value(row.text());
    return annotator;
}

#define CAST_QUERY                                                                                                      \
    "SELECT answer.id, answer.uuid, session_id, item_id, kind, label, response_ms, visible, withdraws, created_utc, "   \
    "annotator_id FROM answer JOIN session ON session.id = answer.session_id "

std::vector<CastAnswer> readAnswers(Statement &row) {
    std::vector<CastAnswer> answers;
    while (row.next()) {
        CastAnswer cast;
        Answer &answer = cast.answer;
        answer.id = row.id<AnswerId>();
        answer.uuid = row.text();
        answer.sessionId = row.id<SessionId>();
        answer.itemId = row.id<ItemId>();
        answer.kind = kAnswerKinds.value(row.text());
        answer.label = static_cast<int>(row.optionalInteger().value_or(-1));
        answer.responseMs = row.optionalInteger();
        answer.visibleJson = row.text();
        answer.withdraws = row.id<AnswerId>();
        answer.createdUtc = row.text();
        cast.annotator = row.id<AnnotatorId>();
        answers.push_back(std::move(cast));
    }
    return answers;
}

}  // namespace

Annotator AnnotatorTable::ensure(const std::string &name, AnnotatorKind kind) {
    Statement row(m_connection, "SELECT id, uuid, name, kind FROM annotator WHERE name = ?");
    if (row.bind(name).next()) {
        const Annotator found = readAnnotator(row);
        if (found.kind != kind) {
            throw Error(ErrorCode::Usage, "annotator '" + name + "' is of kind " + kAnnotatorKinds.text(found.kind) + ", not " +
                                              kAnnotatorKinds.text(kind) + "; choose another name");
        }
        return found;
    }
    Annotator annotator{{}, newUuid(), name, kind};
    annotator.id.value = Statement(m_connection, "INSERT INTO annotator (uuid, name, kind, created_utc) VALUES (?, ?, ?, ?)")
                             .bind(annotator.uuid).bind(name).bind(kAnnotatorKinds.text(kind)).bind(utcNow()).insert();
    return annotator;
}

std::vector<Annotator> AnnotatorTable::list() {
    Statement row(m_connection, "SELECT id, uuid, name, kind FROM annotator ORDER BY id");
    return readAll(row, readAnnotator);
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

SessionId SessionTable::insert(SessionRecord session) {
    return {Statement(m_connection, "INSERT INTO session (uuid, study_id, annotator_id, display, started_utc) VALUES (?, ?, ?, ?, ?)")
                .bind(uuidOr(session.uuid)).bind(session.studyId).bind(session.annotatorId).bind(session.displayJson)
                .bind(utcNow()).insert()};
}

void SessionTable::end(SessionId session) {
    Statement(m_connection, "UPDATE session SET ended_utc = ? WHERE id = ? AND ended_utc IS NULL")
        .bind(utcNow()).bind(session).execute();
}

Answer AnswerTable::insert(Answer answer) {
    answer.uuid = uuidOr(answer.uuid);
    answer.createdUtc = utcNow();
    std::optional<std::int64_t> label;
    if (answer.kind == AnswerKind::Class) {
        label = answer.label;
    }
    answer.id.value = Statement(m_connection, "INSERT INTO answer (uuid, session_id, item_id, kind, label, response_ms, visible, "
                                              "withdraws, created_utc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
                          .bind(answer.uuid).bind(answer.sessionId).bind(answer.itemId).bind(kAnswerKinds.text(answer.kind))
                          .bind(label).bind(answer.responseMs).bind(answer.visibleJson).bind(answer.withdraws)
                          .bind(answer.createdUtc).insert();
    return answer;
}

std::vector<CastAnswer> AnswerTable::list() {
    Statement rows(m_connection, CAST_QUERY "ORDER BY answer.id");
    return readAnswers(rows);
}

std::vector<CastAnswer> AnswerTable::ofAnnotator(AnnotatorId annotator) {
    Statement rows(m_connection, CAST_QUERY "WHERE annotator_id = ? ORDER BY answer.id");
    return readAnswers(rows.bind(annotator));
}

std::int64_t AnswerTable::count() {
    Statement row(m_connection, "SELECT COUNT(*) FROM answer");
    return row.next() ? row.integer() : 0;
}

void EventTable::insert(SessionId session, const std::string &kind, const std::string &detailsJson) {
    Statement(m_connection, "INSERT INTO event (uuid, session_id, kind, details, created_utc) VALUES (?, ?, ?, ?, ?)")
        .bind(newUuid()).bind(session).bind(kind).bind(detailsJson).bind(utcNow()).execute();
}

}  // namespace metamer
