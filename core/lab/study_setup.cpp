#include "core/lab/study_setup.h"

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/study/lists.h"

namespace metamer {
namespace {

std::string hashOf(const std::string &text) {
    Sha256 hash;
    hash.add(text);
    return hash.hex();
}

void requireRuns(StudyFile &file, const Protocol &protocol) {
    for (const auto &name : protocol.runs()) {
        if (!RunTable(file).find(name)) {
            throw Error(ErrorCode::Usage, "the protocol names the run '" + name + "', which this study does not have; see 'study info'");
        }
    }
}

void requireKeys(StudyFile &file, const Protocol &protocol) {
    const auto classes = static_cast<int>(DatasetTable(file).get().classNames.size());
    const auto given = protocol.values().at("keys");
    const auto keys = static_cast<int>(protocol.keys(classes).classes.size());
    if (!trimmed(given).empty() && keys != classes && protocol.measure().presentation != Presentation::SameDifferent) {
        throw Error(ErrorCode::Usage, "--keys '" + given + "' names " + countOf(keys, "key") + ", but there are " + std::to_string(classes) + " classes; give one for each");
    }
}

/// "exposure-ms 0 -> 500, seed 1 -> 2"
std::string changesBetween(const Protocol &before, const Protocol &after) {
    std::vector<std::string> changes;
    const auto old = before.values();
    for (const auto &[name, value] : after.values()) {
        if (old.at(name) != value) {
            const bool isText = value.size() + old.at(name).size() > 60;
            changes.push_back(isText ? name + " rewritten" : name + " '" + old.at(name) + "' -> '" + value + "'");
        }
    }
    return join(changes, ", ");
}

/// Whether lists made by one protocol are what the other asks for.
bool haveSameLists(const Protocol &first, const Protocol &second) {
    const auto a = first.values(), b = second.values();
    const auto isSame = [&](const char *name) { return a.at(name) == b.at(name); };
    static const char *kDesign[] = {"order", "runs", "examples-per-control", "gold", "practice", "repeats", "repeat-distance", "answers-per-item", "trials-per-list", "seed"};
    return std::all_of(std::begin(kDesign), std::end(kDesign), isSame);
}

/// The examples of the protocol's runs with their sources, and every source that can be shown clean.
struct Material {
    std::vector<ListCandidate> candidates;   ///< item: index into items
    std::vector<Item> items;                 ///< clean ones may have no row yet
    std::map<SourceImageId, int> labels;
};

Material gatherMaterial(StudyFile &file, const Protocol &protocol, StudyId study) {
    Material material;
    const auto chosen = protocolExamples(file, protocol);
    std::map<SourceImageId, std::optional<Item>> clean;
    std::set<SourceImageId> attacked;
    for (auto &item : ItemTable(file).ofStudy(study)) {
        if (item.kind == ItemKind::Control) {
            clean[item.sourceId] = item;
        } else if (chosen.contains(item.exampleId)) {
            attacked.insert(item.sourceId);
            clean.try_emplace(item.sourceId, std::nullopt);
            material.candidates.push_back({static_cast<std::int64_t>(material.items.size()), item.sourceId.value, true, true});
            material.items.push_back(std::move(item));
        }
    }
    for (const auto &[source, item] : clean) {
        material.candidates.push_back({static_cast<std::int64_t>(material.items.size()), source.value, false, attacked.contains(source)});
        material.items.push_back(item ? *item : Item{{}, {}, study, ItemKind::Control, {}, source, std::nullopt});
    }
    for (const auto &source : SourceImageTable(file).all()) {
        material.labels[source.id] = source.label;
    }
    return material;
}

/// Everything that a freeze fixes, as text; `items` are the uuids that count.
std::string frozenText(StudyFile &file, const std::string &protocolJson, const std::set<std::string> &items) {
    Json text;
    text["protocol"] = protocolJson;
    const StudyRecord study = StudyTable(file).get();
    std::map<ItemId, std::string> uuids;
    std::map<std::string, std::string> content;   // in an order that does not depend on rows
    for (const auto &item : ItemTable(file).ofStudy(study.id)) {
        uuids[item.id] = item.uuid;
        if (!items.contains(item.uuid)) {
            continue;
        }
        const auto source = SourceImageTable(file).find(item.sourceId);
        const auto example = item.kind == ItemKind::Example ? ExampleTable(file).find(item.exampleId) : std::nullopt;
        Sha256 pixels;
        if (source) {
            pixels.add(source->pixels);
        }
        if (example) {
            pixels.add(example->pixels);
        }
        content[item.uuid] = pixels.hex() + (example ? " example" : " control") + (source ? " " + std::to_string(source->label) : "") + (item.goldLabel ? " gold " + std::to_string(*item.goldLabel) : "");
    }
    text["items"] = content;
    text["trials"] = Json::array();
    std::map<ListId, std::string> lists;
    for (const auto &list : ListTable(file).list(study.id)) {
        lists[list.id] = std::to_string(list.number) + " " + list.uuid;
    }
    for (const auto &trial : ListTable(file).allTrials(study.id)) {
        text["trials"].push_back(lists[trial.listId] + " " + trial.uuid + " " + uuids[trial.itemId] + " " + nameOf(trial.kind));
    }
    return text.dump();
}

std::set<std::string> itemsNow(StudyFile &file, const Protocol &protocol) {
    const StudyRecord study = StudyTable(file).get();
    std::set<ItemId> listed;
    for (const auto &trial : ListTable(file).allTrials(study.id)) {
        listed.insert(trial.itemId);
    }
    const auto chosen = protocolExamples(file, protocol);
    std::set<std::string> uuids;
    for (const auto &item : ItemTable(file).ofStudy(study.id)) {
        const bool isChosen = item.kind == ItemKind::Control || chosen.contains(item.exampleId);
        if (protocol.usesLists() ? listed.contains(item.id) : isChosen) {
            uuids.insert(item.uuid);
        }
    }
    return uuids;
}

}  // namespace

std::set<ExampleId> protocolExamples(StudyFile &file, const Protocol &protocol) {
    std::set<ExampleId> chosen;
    const auto names = protocol.runs();
    for (const auto &run : RunTable(file).list()) {
        if (names.empty() || std::find(names.begin(), names.end(), run.name) != names.end()) {
            const auto ids = ExampleTable(file).idsOfRun(run.id);
            chosen.insert(ids.begin(), ids.end());
        }
    }
    return chosen;
}

Protocol studyProtocol(StudyFile &file) { return Protocol::fromJson(StudyTable(file).get().protocolJson); }

ProtocolId keepProtocolVersion(StudyFile &file, const Protocol &protocol) {
    return StudyTable(file).ensureVersion(StudyTable(file).get().id, hashOf(protocol.toJson()), protocol.toJson());
}

void setProtocol(StudyFile &file, const Protocol &protocol, const std::string &reason) {
    requireRuns(file, protocol);
    requireKeys(file, protocol);
    file.transaction([&] {
        const StudyRecord study = StudyTable(file).get();
        const Protocol before = Protocol::fromJson(study.protocolJson);
        const std::string changes = changesBetween(before, protocol);
        if (changes.empty()) {
            return;
        }
        if (StudyTable(file).freeze(study.id)) {
            if (trimmed(reason).empty()) {
                throw Error(ErrorCode::Usage, "this study is frozen; a change (" + changes + ") needs a reason, which every report will show: --reason TEXT");
            }
            if (protocol.usesLists() && ListTable(file).list(study.id).empty()) {
                throw Error(ErrorCode::Usage, "this study was frozen without lists; there is nothing that --order lists could show");
            }
            EventTable(file).insert({}, "departure", Json{{"changes", changes}, {"reason", reason}}.dump());
        } else {
            if (!haveSameLists(before, protocol)) {
                ListTable(file).removeAll(study.id);
            }
            EventTable(file).insert({}, "protocol_changed", Json{{"changes", changes}}.dump());
        }
        StudyTable(file).setProtocol(study.id, protocol.toJson());
        keepProtocolVersion(file, protocol);
    });
}

ListsOutcome makeStudyLists(StudyFile &file, int count) {
    file.transaction([&] {
        const StudyRecord study = StudyTable(file).get();
        const Protocol protocol = Protocol::fromJson(study.protocolJson);
        if (StudyTable(file).freeze(study.id)) {
            throw Error(ErrorCode::Usage, "this study is frozen; its lists are never changed");
        }
        Material material = gatherMaterial(file, protocol, study.id);
        ListDesign design;
        design.lists = count;
        design.answersPerItem = protocol.answersPerItem();
        design.examplesPerControl = protocol.examplesPerControl();
        design.gold = protocol.gold();
        design.practice = protocol.practice();
        design.repeats = protocol.repeats();
        design.repeatDistance = protocol.repeatDistance();
        design.trialsPerList = protocol.trialsPerList();
        design.seed = static_cast<std::uint64_t>(protocol.seed());
        const auto planned = makeLists(material.candidates, design);
        ListTable lists(file);
        ItemTable items(file);
        lists.removeAll(study.id);
        std::set<ItemId> gold;
        for (std::size_t i = 0; i < planned.size(); ++i) {
            const ListId list = lists.insert(study.id, static_cast<int>(i) + 1);
            for (std::size_t position = 0; position < planned[i].size(); ++position) {
                const PlannedTrial &trial = planned[i][position];
                Item &item = material.items[static_cast<std::size_t>(trial.item)];
                if (!item.id.isValid()) {
                    item.id = items.insert(item);
                }
                if (trial.isGold && gold.insert(item.id).second) {
                    items.setGold(item.id, material.labels.at(item.sourceId));
                }
                lists.insert({{}, {}, list, static_cast<int>(position), item.id, trial.kind});
            }
        }
        for (const auto &item : items.ofStudy(study.id)) {
            if (item.goldLabel && !gold.contains(item.id)) {
                items.setGold(item.id, std::nullopt);
            }
        }
    });
    return describeLists(file);
}

void ensureLists(StudyFile &file) {
    if (ListTable(file).list(StudyTable(file).get().id).empty()) {
        makeStudyLists(file);
    }
}

ListsOutcome describeLists(StudyFile &file) {
    const StudyRecord study = StudyTable(file).get();
    std::set<ItemId> examples;
    for (const auto &item : ItemTable(file).ofStudy(study.id)) {
        if (item.kind == ItemKind::Example) {
            examples.insert(item.id);
        }
    }
    std::map<ListId, int> lengths;
    std::map<ItemId, int> uses;
    for (const auto &trial : ListTable(file).allTrials(study.id)) {
        ++lengths[trial.listId];
        if (trial.kind == TrialKind::Main && examples.contains(trial.itemId)) {
            ++uses[trial.itemId];
        }
    }
    ListsOutcome outcome;
    outcome.lists = static_cast<int>(lengths.size());
    outcome.examples = static_cast<int>(uses.size());
    for (const auto &[list, length] : lengths) {
        outcome.trials = std::max(outcome.trials, length);
    }
    for (const auto &[item, count] : uses) {
        outcome.leastAnswers = outcome.leastAnswers == 0 ? count : std::min(outcome.leastAnswers, count);
        outcome.mostAnswers = std::max(outcome.mostAnswers, count);
    }
    return outcome;
}

Freeze freezeStudy(StudyFile &file, bool isAfterAnswers) {
    file.transaction([&] {
        const StudyRecord study = StudyTable(file).get();
        if (const auto frozen = StudyTable(file).freeze(study.id)) {
            throw Error(ErrorCode::Usage, "this study was frozen at " + frozen->createdUtc + " already; what changes now is logged as a departure");
        }
        const std::int64_t answers = AnswerTable(file).countOfPeople();
        if (answers > 0 && !isAfterAnswers) {
            throw Error(ErrorCode::Usage, countOf(answers, "answer") + " of people were given already, and a freeze comes before the first; freeze a file without them, or say "
                                              "--after-answers, which every report will show");
        }
        const Protocol protocol = Protocol::fromJson(study.protocolJson);
        if (protocol.usesLists()) {
            ensureLists(file);
        }
        const auto items = itemsNow(file, protocol);
        if (items.empty()) {
            throw Error(ErrorCode::Usage, "there is nothing to label yet; run an attack or import examples, then freeze");
        }
        const std::string text = protocol.toJson();
        keepProtocolVersion(file, protocol);
        const Json details{{"protocol", text}, {"protocol_hash", hashOf(text)}, {"items", items}, {"answers_before", answers}, {"metamer", METAMER_VERSION}};
        StudyTable(file).insert(study.id, {{}, hashOf(frozenText(file, text, items)), details.dump(), {}});
    });
    return *StudyTable(file).freeze(StudyTable(file).get().id);
}

std::optional<std::set<std::string>> frozenItems(StudyFile &file) {
    const auto freeze = StudyTable(file).freeze(StudyTable(file).get().id);
    return freeze ? std::optional(Json::parse(freeze->detailsJson).at("items").get<std::set<std::string>>()) : std::nullopt;
}

FreezeStatus freezeStatus(StudyFile &file) {
    FreezeStatus status;
    const StudyRecord study = StudyTable(file).get();
    status.freeze = StudyTable(file).freeze(study.id);
    if (!status.freeze) {
        return status;
    }
    const Json details = Json::parse(status.freeze->detailsJson);
    const std::string protocol = details.at("protocol");
    status.isIntact = hashOf(frozenText(file, protocol, details.at("items").get<std::set<std::string>>())) == status.freeze->hash;
    if (!status.isIntact) {
        status.departures.push_back("items, images or lists in this file are not those that were frozen");
    }
    if (const std::int64_t before = details.at("answers_before"); before > 0) {
        status.departures.push_back(countOf(before, "answer") + " of people were given before the freeze");
    }
    for (const auto &event : EventTable(file).list()) {
        if (event.kind == "departure") {
            const Json departure = Json::parse(event.detailsJson);
            status.departures.push_back(event.createdUtc.substr(0, 16) + "Z: " + departure.at("changes").get<std::string>() + " (" + departure.at("reason").get<std::string>() + ")");
        }
    }
    if (study.protocolJson != protocol && std::none_of(status.departures.begin(), status.departures.end(), [](const std::string &departure) { return departure.find(" -> ") != std::string::npos || departure.find("rewritten") != std::string::npos; })) {
        status.departures.push_back("the protocol in force is not the frozen one");
    }
    std::int64_t unlisted = 0;
    if (Protocol::fromJson(protocol).usesLists()) {
        for (const auto &cast : AnswerTable(file).list()) {
            unlisted += cast.answer.kind != AnswerKind::Withdrawal && !cast.answer.trialId.isValid() && cast.answer.responseMs.has_value() && cast.answer.createdUtc > status.freeze->createdUtc;
        }
    }
    if (unlisted > 0) {
        status.departures.push_back(countOf(unlisted, "answer") + " were given outside the frozen lists");
    }
    return status;
}

}  // namespace metamer
