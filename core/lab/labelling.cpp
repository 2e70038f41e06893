#include "core/lab/labelling.h"

#include "core/base/error.h"
#include "core/study/consensus.h"
#include "core/study/order.h"

namespace metamer {

Labelling::Labelling(StudyFile &file, const std::string &annotator, const std::string &displayJson)
    : m_dataset(DatasetTable(file).get()), m_study(StudyTable(file).get()), m_protocol(Protocol::fromJson(m_study.protocolJson)) {
    file.transaction([&] {
        m_annotator = AnnotatorTable(file).ensure(annotator, AnnotatorKind::Person);
        m_session = SessionTable(file).insert({{}, {}, m_study.id, m_annotator.id, displayJson, {}});
    });
    for (const auto &[item, votes] : standingVotes(AnswerTable(file).ofAnnotator(m_annotator.id))) {
        m_answered.insert(item);
    }
    loadNewItems(file);
}

void Labelling::loadNewItems(StudyFile &file) {
    for (auto &item : ItemTable(file).ofStudy(m_study.id, ItemId{m_lastItem})) {
        m_lastItem = item.id.value;
        m_items.emplace(orderKey(m_annotator.uuid, item.uuid), std::move(item));
    }
}

LabelTask Labelling::taskOf(StudyFile &file, const Item &item) const {
    const auto source = SourceImageTable(file).find(item.sourceId);
    const auto example = item.kind == ItemKind::Example ? ExampleTable(file).find(item.exampleId) : std::nullopt;
    if (!source || (item.kind == ItemKind::Example && !example)) {
        throw Error(ErrorCode::Damaged, "an item of the study has lost its image; restore the file from a copy");
    }
    return {item.id, source->pixels, example ? example->pixels : source->pixels};
}

std::optional<LabelTask> Labelling::next(StudyFile &file, ItemId besides) {
    loadNewItems(file);
    for (const auto &[key, item] : m_items) {
        if (item.id != besides && !m_answered.contains(item.id)) {
            return taskOf(file, item);
        }
    }
    return std::nullopt;
}

Answer Labelling::answer(StudyFile &file, ItemId item, AnswerKind kind, int label, std::int64_t responseMs, const std::string &visibleJson) {
    Answer answer;
    answer.sessionId = m_session;
    answer.itemId = item;
    answer.kind = kind;
    answer.label = label;
    answer.responseMs = responseMs;
    answer.visibleJson = visibleJson;
    file.transaction([&] { answer = AnswerTable(file).insert(answer); });
    m_answered.insert(item);
    m_given.push_back(answer);
    return answer;
}

std::optional<LabelTask> Labelling::takeBack(StudyFile &file) {
    if (m_given.empty()) {
        return std::nullopt;
    }
    const Answer last = m_given.back();
    Answer withdrawal;
    withdrawal.sessionId = m_session;
    withdrawal.itemId = last.itemId;
    withdrawal.kind = AnswerKind::Withdrawal;
    withdrawal.withdraws = last.id;
    file.transaction([&] { AnswerTable(file).insert(withdrawal); });
    m_given.pop_back();
    m_answered.erase(last.itemId);
    for (const auto &[key, item] : m_items) {
        if (item.id == last.itemId) {
            return taskOf(file, item);
        }
    }
    return std::nullopt;
}

void Labelling::end(StudyFile &file) { SessionTable(file).end(m_session); }

void setPresentation(StudyFile &file, Presentation presentation) {
    const StudyRecord study = StudyTable(file).get();
    Protocol protocol = Protocol::fromJson(study.protocolJson);
    if (protocol.presentation == presentation) {
        return;
    }
    protocol.presentation = presentation;
    file.transaction([&] {
        StudyTable(file).setProtocol(study.id, protocol.toJson());
        EventTable(file).insert({}, "protocol_changed", protocol.toJson());
    });
}

}  // namespace metamer
