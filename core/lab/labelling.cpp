#include "core/lab/labelling.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/lab/keep_example.h"
#include "core/lab/study_setup.h"
#include "core/study/consensus.h"
#include "core/study/order.h"

namespace metamer {
namespace {

constexpr std::size_t kRecent = 10;

}  // namespace

Labelling::Labelling(StudyFile &file, const Request &request) : m_dataset(DatasetTable(file).get()), m_study(StudyTable(file).get()), m_protocol(studyProtocol(file)) {
    if (m_protocol.usesLists()) {
        ensureLists(file);
    } else {
        m_frozenItems = frozenItems(file);
    }
    file.transaction([&] { openSession(file, request); });
    m_protocol.usesLists() ? loadList(file, m_list) : loadNewItems(file);
    loadAnswers(file);
    m_hasConsented = EventTable(file).has(m_annotator.id, "consent_given");
}

void Labelling::openSession(StudyFile &file, const Request &request) {
    m_annotator = AnnotatorTable(file).ensure(request.annotator, AnnotatorKind::Person);
    if (!m_annotator.erasedUtc.empty()) {
        throw Error(ErrorCode::Usage, "the answers of '" + request.annotator + "' were erased; take another name");
    }
    SessionTable sessions(file);
    for (const auto &open : sessions.open(m_annotator.id)) {
        if (isOwnedElsewhere(open.owner)) {
            throw Error(ErrorCode::Locked, request.annotator + " is labelling in another window (" + open.owner + "); end the session there, or take another name");
        }
        sessions.end(open.id);
        EventTable(file).insert(open.id, "session_lost", "{}");   // the program ended before the session did
    }
    if (m_protocol.usesLists()) {
        claimList(file, request.list);
    }
    SessionRecord session;
    session.studyId = m_study.id;
    session.annotatorId = m_annotator.id;
    session.displayJson = request.displayJson;
    session.protocolId = keepProtocolVersion(file, m_protocol);
    session.listId = m_list;
    session.owner = thisProcess();
    m_session = sessions.insert(session);
}

void Labelling::claimList(StudyFile &file, int wanted) {
    ListTable table(file);
    const auto lists = table.list(m_study.id);
    const auto isMine = [this](const StudyList &list) { return list.annotatorId == m_annotator.id; };
    auto found = std::find_if(lists.begin(), lists.end(), isMine);
    if (found != lists.end() && wanted > 0 && found->number != wanted) {
        throw Error(ErrorCode::Usage, m_annotator.name + " labels list " + std::to_string(found->number) + " already; leave the list's number empty");
    }
    if (found == lists.end()) {
        found = std::find_if(lists.begin(), lists.end(), [wanted](const StudyList &list) { return wanted > 0 ? list.number == wanted : !list.annotatorId.isValid(); });
        if (found == lists.end()) {
            throw Error(ErrorCode::Usage, wanted > 0 ? "there is no list " + std::to_string(wanted) + "; they go from 1 to " + std::to_string(lists.size())
                                                     : "all " + countOf(static_cast<std::int64_t>(lists.size()), "list") + " of this study are taken; whoever runs the study has to decide");
        }
        if (!table.claim(found->id, m_annotator.id)) {
            throw Error(ErrorCode::Usage, "list " + std::to_string(found->number) + " is somebody else's; take another number, or none");
        }
    }
    m_list = found->id;
    m_listNumber = found->number;
}

void Labelling::loadList(StudyFile &file, ListId list) {
    std::map<ItemId, Item> items;
    for (auto &item : ItemTable(file).ofStudy(m_study.id)) {
        items[item.id] = std::move(item);
    }
    for (const auto &trial : ListTable(file).trials(list)) {
        addEntry(static_cast<std::uint64_t>(trial.position), {items.at(trial.itemId), trial});
    }
}

void Labelling::addEntry(std::uint64_t key, Entry entry) {
    const auto [at, isNew] = m_entries.emplace(key, std::move(entry));
    m_total += isNew && at->second.trial.kind != TrialKind::Practice;
    setOpen(key, true);
}

void Labelling::setOpen(std::uint64_t key, bool isOpen) {
    const bool isChanged = isOpen ? m_open.insert(key).second : m_open.erase(key) > 0;
    const int step = isChanged ? (isOpen ? 1 : -1) : 0;
    (m_entries.at(key).trial.kind == TrialKind::Practice ? m_openPractice : m_openCounted) += step;
}

void Labelling::loadNewItems(StudyFile &file) {
    auto items = ItemTable(file).ofStudy(m_study.id, ItemId{m_lastItem});
    const bool isFiltered = !items.empty() && !m_protocol.runs().empty();
    const auto chosen = isFiltered ? protocolExamples(file, m_protocol) : std::set<ExampleId>();
    for (auto &item : items) {
        m_lastItem = item.id.value;
        const bool isOfRuns = !isFiltered || item.kind == ItemKind::Control || chosen.contains(item.exampleId);
        if (isOfRuns && (!m_frozenItems || m_frozenItems->contains(item.uuid))) {
            const std::uint64_t key = orderKey(m_annotator.uuid, item.uuid);
            addEntry(key, {std::move(item), {}});
        }
    }
}

void Labelling::loadAnswers(StudyFile &file) {
    std::map<ItemId, std::uint64_t> byItem;
    std::map<TrialId, std::uint64_t> byTrial;
    for (const auto &[key, entry] : m_entries) {
        (m_list.isValid() ? byTrial[entry.trial.id] : byItem[entry.item.id]) = key;
    }
    const std::string measure = m_protocol.measure().name();
    for (const auto &cast : standingAnswers(AnswerTable(file).ofAnnotator(m_annotator.id))) {
        const Answer &answer = cast.answer;
        const auto at = m_list.isValid() ? byTrial.find(answer.trialId) : byTrial.end();
        const auto ofItem = m_list.isValid() ? byItem.end() : byItem.find(answer.itemId);
        if (answer.measure != measure || (at == byTrial.end() && ofItem == byItem.end())) {
            continue;
        }
        const std::uint64_t key = at != byTrial.end() ? at->second : ofItem->second;
        setOpen(key, false);
        m_isResumed = true;
        if (cast.trialKind != TrialKind::Practice) {
            m_given.push_back({key, {answer.id, answer.kind, answer.label}, answer.itemId, answer.trialId});
        }
    }
}

LabelTask Labelling::taskOf(StudyFile &file, std::uint64_t key) const {
    const auto &[item, trial] = m_entries.at(key);
    const auto source = SourceImageTable(file).find(item.sourceId);
    const auto example = item.kind == ItemKind::Example ? ExampleTable(file).find(item.exampleId) : std::nullopt;
    if (!source || (item.kind == ItemKind::Example && !example)) {
        throw Error(ErrorCode::Damaged, "an item of the study has lost its image; restore the file from a copy");
    }
    LabelTask task{key, item.id, trial.id, trial.kind, source->pixels, example ? example->pixels : source->pixels, std::nullopt};
    if (trial.kind == TrialKind::Practice) {
        task.practiceLabel = source->label;
    }
    return task;
}

std::optional<LabelTask> Labelling::next(StudyFile &file, std::optional<std::uint64_t> besides) {
    if (!m_list.isValid()) {
        loadNewItems(file);
    }
    for (const auto key : m_open) {
        if (key != besides) {
            return taskOf(file, key);
        }
    }
    return std::nullopt;
}

Answer Labelling::answer(StudyFile &file, const LabelTask &task, const GivenAnswer &given) {
    if (!m_open.contains(task.key) && !AnswerTable(file).contains(given.uuid)) {
        throw Error(ErrorCode::Usage, "this picture has its answer already; take that back first");
    }
    Answer answer;
    answer.uuid = given.uuid;
    answer.sessionId = m_session;
    answer.itemId = task.itemId;
    answer.trialId = task.trialId;
    answer.measure = m_protocol.measure().name();
    answer.kind = given.kind;
    answer.label = given.label;
    answer.confidence = given.confidence;
    answer.note = given.note;
    answer.responseMs = given.responseMs;
    answer.visibleJson = given.visibleJson;
    answer.flagsJson = Json(given.flags).dump();
    answer.createdUtc = given.utc;
    file.transaction([&] { answer = AnswerTable(file).insert(answer); });
    if (m_open.contains(task.key)) {
        setOpen(task.key, false);
        if (task.kind != TrialKind::Practice) {
            m_given.push_back({task.key, {answer.id, answer.kind, answer.label}, task.itemId, task.trialId});
        }
    }
    return answer;
}

std::optional<LabelTask> Labelling::takeBack(StudyFile &file, AnswerId chosen) {
    const auto given = chosen.isValid() ? std::find_if(m_given.begin(), m_given.end(), [chosen](const Standing &standing) { return standing.answer.id == chosen; })
                                        : (m_given.empty() ? m_given.end() : m_given.end() - 1);
    if (given == m_given.end()) {
        return std::nullopt;
    }
    Answer withdrawal;
    withdrawal.sessionId = m_session;
    withdrawal.itemId = given->itemId;
    withdrawal.trialId = given->trialId;
    withdrawal.measure = m_protocol.measure().name();
    withdrawal.kind = AnswerKind::Withdrawal;
    withdrawal.withdraws = given->answer.id;
    file.transaction([&] { AnswerTable(file).insert(withdrawal); });
    const std::uint64_t key = given->key;
    m_given.erase(given);
    setOpen(key, true);
    return taskOf(file, key);
}

void Labelling::note(StudyFile &file, const std::string &kind, const std::string &detailsJson) {
    EventTable(file).insert(m_session, kind, detailsJson);
    m_hasConsented = m_hasConsented || kind == "consent_given";
}

LabelProgress Labelling::progress() const {
    LabelProgress progress;
    progress.total = m_total;
    progress.answered = m_total - m_openCounted;
    progress.practiceLeft = m_openPractice;
    for (std::size_t i = m_given.size() > kRecent ? m_given.size() - kRecent : 0; i < m_given.size(); ++i) {
        progress.recent.push_back(m_given[i].answer);
    }
    return progress;
}

void Labelling::end(StudyFile &file) { SessionTable(file).end(m_session); }

}  // namespace metamer
