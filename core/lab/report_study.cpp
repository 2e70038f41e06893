#include "core/lab/certificates.h"
#include "core/lab/report_study.h"

#include <algorithm>
#include <set>

#include "core/attack/proxy/oracle_proxy.h"
#include "core/base/budget.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/data/file_bytes.h"
#include "core/lab/import_examples.h"
#include "core/lab/study_setup.h"
#include "core/report/html_report.h"
#include "core/store/tables.h"

namespace metamer {
namespace {

std::vector<Run> chosenRuns(StudyFile &file, const std::string &name) {
    return name.empty() ? RunTable(file).list() : std::vector<Run>{findRun(file, name)};
}

std::set<AnnotatorId> chosenAnnotators(StudyFile &file, const ReportRequest &request) {
    std::set<AnnotatorId> chosen;
    const auto all = AnnotatorTable(file).list();
    const auto &names = request.annotators;
    for (const auto &annotator : all) {
        const bool isNamed = std::find(names.begin(), names.end(), annotator.name) != names.end();
        if (isNamed || (names.empty() && (annotator.kind != AnnotatorKind::Simulated || request.withSimulated))) {
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

/// The standing answers of the chosen annotators, measure by measure.
struct Votes {
    struct OfMeasure {
        std::vector<CastAnswer> answers;       ///< standing
        std::map<ItemId, VotesOfItem> byItem;  ///< main trials only
    };
    std::map<std::string, OfMeasure> measures;
    std::map<ItemId, Item> items;
    std::map<ExampleId, ItemId> itemOf;

    const VotesOfItem &on(ExampleId example, const std::string &measure) const {
        static const VotesOfItem kNone;
        const auto of = measures.find(measure);
        const auto item = itemOf.find(example);
        if (of == measures.end() || item == itemOf.end()) {
            return kNone;
        }
        const auto votes = of->second.byItem.find(item->second);
        return votes == of->second.byItem.end() ? kNone : votes->second;
    }
};

Votes collectVotes(StudyFile &file, const ReportRequest &request) {
    const auto chosen = chosenAnnotators(file, request);
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

/// The measures that some of `examples` have votes of, with how many votes.
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

/// The measure that a run is reported by: the wanted one, else the protocol's where it has votes, else the one with the most.
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

struct PredictedLabels {
    std::string name;
    std::map<SourceImageId, int> onSource;
    std::map<ExampleId, int> onExample;
    std::map<SourceImageId, std::vector<Certificate>> certificates;
};

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

template <typename Key>
std::optional<int> lookUp(const std::map<Key, int> &answers, const Key &key) {
    const auto found = answers.find(key);
    return found == answers.end() ? std::nullopt : std::optional(found->second);
}

/// Whether a certificate of the model around the source reaches the example and holds.
std::optional<bool> isCertified(const PredictedLabels &model, const Example &example) {
    const auto ofSource = model.certificates.find(example.sourceId);
    const auto certificate = ofSource != model.certificates.end() ? certificateFor(example.norms, ofSource->second) : std::nullopt;
    return certificate ? std::optional(certificate->status == CertificateStatus::Certified) : std::nullopt;
}

const char *kindName(const Answer &answer) {
    switch (answer.kind) {
        case AnswerKind::Class: return "class";
        case AnswerKind::NotAClass: return "not_a_class";
        case AnswerKind::Same: return "same";
        case AnswerKind::Different: return "different";
        default: return "unsure";
    }
}

ConsensusRule ruleOf(const Protocol &protocol) { return {protocol.consensusVotes(), protocol.consensusShare()}; }

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

std::string styleOf(const Example &example) {
    const Json details = Json::parse(example.detailsJson, nullptr, false);
    return details.is_object() ? details.value("style", "") : std::string();
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
    const Votes votes = collectVotes(file, {});
    const Protocol protocol = studyProtocol(file);
    const std::string measure = primaryMeasure(measuresOn(votes, ExampleTable(file).ofRun(example.runId)), {}, protocol.measure().name());
    return {votes.on(example.id, measure), ruleOf(protocol), Measure::fromName(measure).title()};
}

std::map<std::string, ModelAgreement> modelAgreement(StudyFile &file) {
    const Votes votes = collectVotes(file, {});
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
    const Votes votes = collectVotes(file, request);
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

LabelledSet gatherLabelledSet(StudyFile &file, const std::string &run, bool withAttempts) {
    const Dataset dataset = DatasetTable(file).get();
    const Votes votes = collectVotes(file, {});
    const Protocol protocol = studyProtocol(file);
    const auto models = collectModelAnswers(file);
    LabelledSet set{dataset.shape, dataset.classNames, {}, {}, {}};
    for (const auto &model : models) {
        set.models.push_back(model.name);
    }
    std::map<AnnotatorId, std::string> names;
    for (const auto &annotator : AnnotatorTable(file).list()) {
        names[annotator.id] = annotator.name;
    }
    std::map<ItemId, std::vector<const CastAnswer *>> answers;
    for (const auto &[measure, of] : votes.measures) {
        for (const auto &cast : of.answers) {
            if (cast.trialKind == TrialKind::Main) {
                answers[cast.answer.itemId].push_back(&cast);
            }
        }
    }
    std::set<AnnotatorId> raters;
    std::map<SourceImageId, SourceImage> sources;
    for (auto &source : SourceImageTable(file).all()) {
        sources[source.id] = std::move(source);
    }
    for (const auto &chosen : chosenRuns(file, run)) {
        auto examples = ExampleTable(file).ofRun(chosen.id);
        const auto scores = ProxyScoreTable(file).ofRun(chosen.id);
        const std::string primary = primaryMeasure(measuresOn(votes, examples), {}, protocol.measure().name());
        for (auto &example : examples) {
            const bool isAttempt = example.outcome != ExampleOutcome::Found;
            if (isAttempt && (!withAttempts || example.pixels.empty())) {
                continue;
            }
            const SourceImage &source = sources.at(example.sourceId);
            ExportedExample row{chosen.name, example.ordinal, chosen.norm, Budget::parse(parseNorm(chosen.norm), chosen.epsText).eps(),
                                source.split, source.index, source.label, example.targetClass, kNoLabel, kNoLabel, primary, example.norms,
                                source.pixels, std::move(example.pixels), {}, {}};
            row.isAttempt = isAttempt;
            row.style = styleOf(example);
            row.donorIndex = example.donorId.isValid() ? std::optional(sources.at(example.donorId).index) : std::nullopt;
            for (const auto &score : scores) {
                if (score.exampleId == example.id) {
                    row.proxyLabels[score.role] = score.label;
                }
            }
            for (const auto &model : models) {
                row.modelAnswers.push_back(lookUp(model.onExample, example.id).value_or(-1));
            }
            const int consensus = consensusOf(votes.on(example.id, primary), ruleOf(protocol)).value_or(kNoLabel);
            row.verdict = consensus;
            row.humanLabel = consensus == kSame ? source.label : (consensus == kDifferent ? kNoLabel : consensus);
            if (const auto item = votes.itemOf.find(example.id); item != votes.itemOf.end()) {
                for (const auto *cast : answers[item->second]) {
                    const Answer &answer = cast->answer;
                    raters.insert(cast->annotator);
                    row.votes.push_back({names[cast->annotator], kindName(answer), labelOf(answer), answer.measure, answer.confidence, answer.note, answer.flagsJson,
                                         answer.responseMs, answer.visibleJson, answer.createdUtc});
                }
            }
            set.examples.push_back(std::move(row));
        }
    }
    for (const auto rater : raters) {
        set.raters.push_back(names[rater]);
    }
    return set;
}

const std::vector<ExportFormat> &exportFormats() {
    static const std::vector<ExportFormat> kFormats = {
        {"npz", "NumPy archive", "npz", "Clean and perturbed images with the data set's, people's and the models' labels."},
        {"csv", "Votes table", "csv", "One answer a row: task, worker, label, response time and what was shown."},
        {"contact-sheet", "Contact sheet", "png", "One picture of every example: original, perturbed and difference."}};
    return kFormats;
}

std::int64_t exportStudy(StudyFile &file, const std::string &format, const std::filesystem::path &out, const std::string &run) {
    std::vector<std::string> names;
    for (const auto &known : exportFormats()) {
        names.push_back(known.name);
    }
    if (std::find(names.begin(), names.end(), format) == names.end()) {
        throw Error(ErrorCode::Usage, "format '" + format + "' is unknown; use " + join(names, ", "));
    }
    if (std::filesystem::is_directory(out)) {
        throw Error(ErrorCode::Io, out.string() + " is a folder; name a file");
    }
    const LabelledSet set = gatherLabelledSet(file, run, format == "contact-sheet");
    if (format == "npz") {
        writeLabelledNpz(set, out);
    } else if (format == "csv") {
        writeVotesCsv(set, out);
    } else {
        writeContactSheet(set, out);
    }
    return static_cast<std::int64_t>(set.examples.size());
}

}  // namespace metamer
