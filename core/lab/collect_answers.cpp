#include "core/lab/collect_answers.h"

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/lab/import_examples.h"

namespace metamer {
namespace {

std::set<AnnotatorId> chosenAnnotators(StudyFile &file, const std::vector<std::string> &names, bool withSimulated) {
    std::set<AnnotatorId> chosen;
    const auto all = AnnotatorTable(file).list();
    for (const auto &annotator : all) {
        const bool isNamed = std::find(names.begin(), names.end(), annotator.name) != names.end();
        if (isNamed || (names.empty() && (annotator.kind != AnnotatorKind::Simulated || withSimulated))) {
            chosen.insert(annotator.id);
        }
    }
    for (const auto &name : names) {
        if (std::none_of(all.begin(), all.end(), [&](const Annotator &annotator) { return annotator.name == name; })) {
            throw Error(ErrorCode::NotFound, "there is no annotator '" + name + "' in this study; see 'study info'");
        }
    }
    return chosen;
}

}  // namespace

std::vector<Run> chosenRuns(StudyFile &file, const std::string &name) {
    return name.empty() ? RunTable(file).list() : std::vector<Run>{findRun(file, name)};
}

Votes collectVotes(StudyFile &file, const std::vector<std::string> &annotators, bool withSimulated) {
    const auto chosen = chosenAnnotators(file, annotators, withSimulated);
    std::vector<CastAnswer> answers = AnswerTable(file).list();
    std::erase_if(answers, [&](const CastAnswer &cast) { return !chosen.contains(cast.annotator); });
    Votes votes;
    for (auto &cast : standingAnswers(answers)) {
        votes.measures[cast.answer.measure].answers.push_back(std::move(cast));
    }
    for (auto &[measure, of] : votes.measures) {
        of.byItem = standingVotes(of.answers);
    }
    for (auto &item : ItemTable(file).ofStudy(StudyTable(file).get().id)) {
        if (item.kind == ItemKind::Example) {
            votes.itemOf[item.exampleId] = item.id;
        }
        votes.items[item.id] = std::move(item);
    }
    return votes;
}

std::map<std::string, std::size_t> measuresOn(const Votes &votes, const std::vector<Example> &examples) {
    std::map<std::string, std::size_t> counts;
    for (const auto &[measure, of] : votes.measures) {
        for (const auto &example : examples) {
            if (const auto count = votes.on(example.id, measure).size(); count > 0) {
                counts[measure] += count;
            }
        }
    }
    return counts;
}

std::string primaryMeasure(const std::map<std::string, std::size_t> &counts, const std::string &wanted, const std::string &ofProtocol) {
    if (!wanted.empty()) {
        return wanted;
    }
    std::string best = ofProtocol;
    if (!counts.contains(ofProtocol)) {
        std::size_t most = 0;
        for (const auto &[measure, count] : counts) {
            if (count > most) {
                most = count;
                best = measure;
            }
        }
    }
    return best;
}

std::vector<PredictedLabels> collectModelAnswers(StudyFile &file) {
    std::vector<PredictedLabels> all;
    for (const auto &model : ModelTable(file).list()) {
        if (model.isHidden) {
            continue;
        }
        PredictedLabels answers{model.name, {}, {}, {}};
        for (auto &certificate : CertificateTable(file).ofModel(model.hash)) {
            answers.certificates[certificate.sourceId].push_back(std::move(certificate));
        }
        for (const auto &prediction : PredictionTable(file).ofModel(model.hash)) {
            if (prediction.sourceId.isValid()) {
                answers.onSource[prediction.sourceId] = prediction.predicted;
            } else {
                answers.onExample[prediction.exampleId] = prediction.predicted;
            }
        }
        all.push_back(std::move(answers));
    }
    return all;
}

ConsensusRule ruleOf(const Protocol &protocol) { return {protocol.consensusVotes(), protocol.consensusShare()}; }

}  // namespace metamer
