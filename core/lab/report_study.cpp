#include "core/lab/report_study.h"

#include <algorithm>
#include <set>

#include "core/attack/proxy/oracle_proxy.h"
#include "core/base/text.h"
#include "core/data/file_bytes.h"
#include "core/lab/certificates.h"
#include "core/lab/collect_answers.h"
#include "core/lab/study_setup.h"
#include "core/report/html_report.h"
#include "core/store/tables.h"

namespace metamer {
namespace {

/// Whether a certificate of the model around the source reaches the example and holds.
std::optional<bool> isCertified(const PredictedLabels &model, const Example &example) {
    const auto ofSource = model.certificates.find(example.sourceId);
    const auto certificate = ofSource != model.certificates.end() ? certificateFor(example.norms, ofSource->second) : std::nullopt;
    return certificate ? std::optional(certificate->status == CertificateStatus::Certified) : std::nullopt;
}

/// The clean controls of one measure, counted as a run is.
RunReport reportControls(const Votes &votes, const std::string &measure, const std::map<SourceImageId, int> &labels, const ConsensusRule &rule) {
    std::vector<ReportedExample> controls;
    for (const auto &[item, ofItem] : votes.measures.at(measure).byItem) {
        if (votes.items.at(item).kind == ItemKind::Control) {
            const SourceImageId source = votes.items.at(item).sourceId;
            controls.push_back({ExampleOutcome::Found, labels.at(source), {}, ofItem, source});
        }
    }
    RunReport report = reportRun("clean controls", static_cast<std::int64_t>(controls.size()), controls, rule);
    report.measure = measure;
    return report;
}

bool isRight(int label, int truth) { return label == truth || label == kSame; }

/// What one annotator did in one measure.
AnnotatorReport reportAnnotator(const Annotator &annotator, const std::string &measure, const Votes &votes, const std::map<SourceImageId, int> &labels) {
    AnnotatorReport report;
    report.name = annotator.name;
    report.kind = nameOf(annotator.kind);
    report.measure = measure;
    std::vector<double> times;
    std::map<ItemId, int> first;
    for (const auto &cast : votes.measures.at(measure).answers) {
        if (cast.annotator != annotator.id || cast.trialKind == TrialKind::Practice) {
            continue;
        }
        const Item &item = votes.items.at(cast.answer.itemId);
        const int label = labelOf(cast.answer);
        ++report.answers;
        report.unsure += label == kUnsure;
        report.flagged += cast.answer.flagsJson != "[]";
        if (cast.answer.responseMs) {
            times.push_back(static_cast<double>(*cast.answer.responseMs));
        }
        if (cast.trialKind == TrialKind::Repeat) {
            if (const auto before = first.find(item.id); before != first.end()) {
                ++report.repeated;
                report.repeatedSame += before->second == label;
            }
            continue;
        }
        first[item.id] = label;
        if (item.kind == ItemKind::Control) {
            const bool isCorrect = isRight(label, labels.at(item.sourceId));
            ++report.cleanSeen;
            report.cleanRight += isCorrect;
            report.goldSeen += item.goldLabel.has_value();
            report.goldRight += item.goldLabel.has_value() && isCorrect;
        }
    }
    if (!times.empty()) {
        std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
        report.medianResponseMs = times[times.size() / 2];
    }
    return report;
}

std::vector<AnnotatorReport> reportAnnotators(StudyFile &file, const Votes &votes, const std::map<SourceImageId, int> &labels) {
    std::vector<AnnotatorReport> reports;
    for (const auto &[measure, of] : votes.measures) {
        std::vector<VotesOfItem> items;
        std::set<AnnotatorId> present;
        for (const auto &[item, ofItem] : of.byItem) {
            items.push_back(ofItem);
        }
        for (const auto &cast : of.answers) {
            present.insert(cast.annotator);
        }
        const DawidSkene skills = dawidSkene(items);
        for (const auto &annotator : AnnotatorTable(file).list()) {
            if (present.contains(annotator.id)) {
                reports.push_back(reportAnnotator(annotator, measure, votes, labels));
                if (const auto skill = skills.annotators.find(annotator.id); skill != skills.annotators.end()) {
                    reports.back().skill = skill->second;
                }
            }
        }
    }
    return reports;
}

/// The guesses of the proxies on a run's found examples, the newest score of each role.
std::vector<ProxyReport> reportProxies(StudyFile &file, const Run &run, const std::vector<Example> &examples, const std::vector<ReportedExample> &rows,
                                       const ConsensusRule &rule) {
    std::map<std::string, std::map<ExampleId, int>> labels;
    for (const auto &score : ProxyScoreTable(file).ofRun(run.id)) {
        labels[score.role][score.exampleId] = score.label;
    }
    std::vector<ProxyReport> reports;
    for (const ProxyRole role : {ProxyRole::Selector, ProxyRole::Evaluator}) {
        std::vector<ProxyGuess> guesses;
        for (std::size_t i = 0; i < examples.size(); ++i) {
            const auto label = lookUp(labels[nameOf(role)], examples[i].id);
            if (label && examples[i].outcome == ExampleOutcome::Found) {
                guesses.push_back({rows[i].sourceLabel, examples[i].targetClass, consensusOf(rows[i].votes, rule), *label});
            }
        }
        if (!guesses.empty()) {
            reports.push_back(reportProxy(run.name, nameOf(role), guesses));
        }
    }
    return reports;
}

constexpr std::size_t kMostCompared = 8;   // runs, pair by pair

}  // namespace

ExampleVotes votesOnExample(StudyFile &file, const Example &example) {
    const Votes votes = collectVotes(file);
    const Protocol protocol = studyProtocol(file);
    const std::string measure = primaryMeasure(measuresOn(votes, ExampleTable(file).ofRun(example.runId)), {}, protocol.measure().name());
    return {votes.on(example.id, measure), ruleOf(protocol), Measure::fromName(measure).title()};
}

std::map<std::string, ModelAgreement> modelAgreement(StudyFile &file) {
    const Votes votes = collectVotes(file);
    std::map<std::string, ModelAgreement> agreement;
    if (votes.measures.empty()) {
        return agreement;
    }
    const auto models = collectModelAnswers(file);
    const Protocol protocol = studyProtocol(file);
    for (const auto &run : RunTable(file).list()) {
        const auto examples = ExampleTable(file).ofRun(run.id);
        const std::string measure = primaryMeasure(measuresOn(votes, examples), {}, protocol.measure().name());
        for (const auto &example : examples) {
            const auto consensus = consensusOf(votes.on(example.id, measure), ruleOf(protocol));
            for (const auto &model : models) {
                const auto answer = lookUp(model.onExample, example.id);
                if (consensus && *consensus >= 0 && answer && run.modelName != model.name) {   // a run that was chosen for the model agrees less by design
                    ++agreement[model.name].named;
                    agreement[model.name].agreed += *answer == *consensus;
                }
            }
        }
    }
    return agreement;
}

StudyReport reportStudy(StudyFile &file, const ReportRequest &request) {
    if (!request.measure.empty()) {
        Measure::fromName(request.measure);
    }
    const Votes votes = collectVotes(file, request.annotators, request.withSimulated);
    const auto models = collectModelAnswers(file);
    const Protocol protocol = studyProtocol(file);
    const ConsensusRule rule = ruleOf(protocol);
    std::map<SourceImageId, int> labels;
    for (const auto &source : SourceImageTable(file).all()) {
        labels[source.id] = source.label;
    }
    StudyReport report;
    report.measure = protocol.measure().name();
    std::vector<std::vector<VotedExample>> voted;
    for (const auto &run : chosenRuns(file, request.run)) {
        const auto examples = ExampleTable(file).ofRun(run.id);
        auto measures = measuresOn(votes, examples);
        const std::string primary = primaryMeasure(measures, request.measure, report.measure);
        measures.erase(primary);
        std::set<SourceImageId> attempted;
        for (const auto &example : examples) {
            attempted.insert(example.sourceId);
        }
        const auto count = run.kind == RunKind::Import ? static_cast<std::int64_t>(examples.size()) : static_cast<std::int64_t>(attempted.size());
        std::map<ExampleId, int> evaluator;
        for (const auto &score : ProxyScoreTable(file).ofRun(run.id)) {
            if (score.role == nameOf(ProxyRole::Evaluator)) {
                evaluator[score.exampleId] = score.label;
            }
        }
        const auto reported = [&](const std::string &measure) {
            std::vector<ReportedExample> rows;
            for (const auto &example : examples) {
                rows.push_back({example.outcome, labels.at(example.sourceId), example.norms, votes.on(example.id, measure), example.sourceId, lookUp(evaluator, example.id)});
            }
            return rows;
        };
        const auto rows = reported(primary);
        report.runs.push_back(reportRun(run.name, count, rows, rule));
        report.runs.back().measure = primary;
        voted.push_back(votedExamples(rows));
        for (const auto &model : models) {
            ReportedModel answers{model.name, {}, {}, {}};
            for (const auto &example : examples) {
                answers.onSource.push_back(lookUp(model.onSource, example.sourceId));
                answers.onExample.push_back(lookUp(model.onExample, example.id));
                answers.isCertified.push_back(isCertified(model, example));
            }
            report.models.push_back(reportModel(run.name, answers, rows, rule));
            report.models.back().isChosenFor = run.modelName == model.name;
        }
        for (auto &proxy : reportProxies(file, run, examples, rows, rule)) {
            report.proxies.push_back(std::move(proxy));
        }
        for (const auto &[measure, votesOfMeasure] : measures) {
            report.otherMeasures.push_back(reportRun(run.name, count, reported(measure), rule));
            report.otherMeasures.back().measure = measure;
        }
    }
    for (const auto &[measure, of] : votes.measures) {
        if (RunReport controls = reportControls(votes, measure, labels, rule); controls.labelled > 0) {
            report.controls.push_back(std::move(controls));
        }
    }
    for (std::size_t i = 0; i < std::min(kMostCompared, voted.size()); ++i) {
        for (std::size_t j = i + 1; j < std::min(kMostCompared, voted.size()); ++j) {
            if (report.runs[i].measure != report.runs[j].measure) {
                continue;
            }
            if (const auto difference = pairedDifference(voted[i], voted[j], rule); difference.sources > 0) {
                report.comparisons.push_back({report.runs[i].name, report.runs[j].name, report.runs[i].measure, difference});
            }
        }
    }
    report.annotators = reportAnnotators(file, votes, labels);
    report.hasSimulated = std::any_of(report.annotators.begin(), report.annotators.end(), [](const AnnotatorReport &annotator) { return annotator.kind == "simulated"; });
    report.freeze = freezeStatus(file);
    return report;
}

std::vector<std::string> StudyReport::notes() const {
    std::vector<std::string> sentences;
    if (hasSimulated) {
        sentences.push_back("Simulated: answers of people who do not exist are counted here.");
    }
    if (!freeze.freeze) {
        sentences.push_back("The protocol was not frozen before the first answer.");
        return sentences;
    }
    sentences.push_back("Frozen at " + freeze.freeze->createdUtc + ", SHA-256 " + freeze.freeze->hash + (freeze.departures.empty() ? "; nothing departs from it." : "."));
    for (const auto &departure : freeze.departures) {
        sentences.push_back("Departure: " + departure + ".");
    }
    return sentences;
}

void writeHtmlReport(StudyFile &file, const ReportRequest &request, const StudyReport &report, const std::filesystem::path &out) {
    const Dataset dataset = DatasetTable(file).get();
    const std::string text = dataset.spec + ": " + countOf(dataset.trainCount, "training image") + ", " + countOf(dataset.testCount, "test image") + ", " +
                             std::to_string(dataset.shape.width) + "x" + std::to_string(dataset.shape.height) + ", " +
                             std::to_string(dataset.classNames.size()) + " classes";
    const std::string people = request.withSimulated ? "everyone, simulated annotators included" : "everyone but simulated annotators";
    const HtmlReportHead head{file.path().filename().string(), text, request.annotators.empty() ? people : join(request.annotators, ", "), METAMER_VERSION, utcNow(),
                              studyProtocol(file).analysisPlan(), report.notes()};
    writeFileText(out, htmlReport(head, report));
}

}  // namespace metamer
