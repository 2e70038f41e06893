#include "core/lab/annotators.h"

#include "core/base/error.h"
#include "core/lab/create_study.h"
#include "core/lab/import_examples.h"
#include "core/lab/keep_example.h"
#include "core/lab/study_setup.h"
#include "core/study/consensus.h"

namespace metamer {

EraseOutcome eraseAnnotator(StudyFile &file, const std::string &name) {
    const auto annotator = AnnotatorTable(file).find(name);
    if (!annotator) {
        throw Error(ErrorCode::NotFound, "there is no annotator '" + name + "' in this study; see 'annotator list'");
    }
    for (const auto &session : SessionTable(file).open(annotator->id)) {
        if (isOwnedElsewhere(session.owner)) {
            throw Error(ErrorCode::Locked, name + " is labelling in a window (" + session.owner + "); end the session there first");
        }
    }
    EraseOutcome outcome;
    outcome.newName = "erased " + annotator->uuid.substr(0, 8);
    outcome.answers = AnnotatorTable(file).erase(*annotator, outcome.newName);
    return outcome;
}

SimulateOutcome simulateLabels(StudyFile &file, const std::string &runName, SimulatedPeople people) {
    const Dataset dataset = DatasetTable(file).get();
    const StudyRecord study = StudyTable(file).get();
    const Protocol protocol = Protocol::fromJson(study.protocolJson);
    const Run run = findRun(file, runName);
    people.classes = static_cast<int>(dataset.classNames.size());
    std::map<ExampleId, ItemId> itemOf;
    for (const auto &item : ItemTable(file).ofStudy(study.id)) {
        if (item.kind == ItemKind::Example) {
            itemOf[item.exampleId] = item.id;
        }
    }
    std::vector<ItemId> items;
    std::vector<int> sources, targets;
    for (const auto &example : ExampleTable(file).ofRun(run.id)) {
        if (example.outcome == ExampleOutcome::Found && itemOf.contains(example.id)) {
            items.push_back(itemOf[example.id]);
            sources.push_back(SourceImageTable(file).find(example.sourceId)->label);
            targets.push_back(example.targetClass.value_or((sources.back() + 1) % people.classes));
        }
    }
    if (items.empty()) {
        throw Error(ErrorCode::Usage, "run '" + runName + "' has no examples to label");
    }
    const bool isSameDifferent = protocol.measure().presentation == Presentation::SameDifferent;
    const auto truths = simulatedTruths(sources, targets, people);
    Rng rng(people.seed);
    const auto assignment = simulatedAssignment(static_cast<int>(items.size()), people, rng);
    SimulateOutcome outcome{runName, people.raters, 0};
    file.transaction([&] {
        const ProtocolId version = keepProtocolVersion(file, protocol);
        for (const auto &seen : assignment) {
            const auto isTaken = [&](const std::string &name) { return AnnotatorTable(file).find(name).has_value(); };
            const Annotator who = AnnotatorTable(file).ensure(freeName("simulated", isTaken), AnnotatorKind::Simulated);
            SessionRecord session;
            session.studyId = study.id;
            session.annotatorId = who.id;
            session.displayJson = R"({"simulated":true})";
            session.protocolId = version;
            session.origin = "simulation";
            const SessionId id = SessionTable(file).insert(session);
            SessionTable(file).end(id);
            for (const int example : seen) {
                const auto at = static_cast<std::size_t>(example);
                const int label = simulatedLabel(truths[at], people, rng);
                Answer answer;
                answer.sessionId = id;
                answer.itemId = items[at];
                answer.measure = protocol.measure().name();
                answer.kind = !isSameDifferent ? AnswerKind::Class : (label == sources[at] ? AnswerKind::Same : AnswerKind::Different);
                answer.label = isSameDifferent ? -1 : label;
                answer.visibleJson = R"({"simulated":true})";
                AnswerTable(file).insert(answer);
                ++outcome.answers;
            }
        }
    });
    return outcome;
}

}  // namespace metamer
