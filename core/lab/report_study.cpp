#include "core/lab/report_study.h"

#include <algorithm>
#include <set>

#include "core/base/budget.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/file_bytes.h"
#include "core/lab/import_examples.h"
#include "core/report/html_report.h"
#include "core/store/tables.h"

namespace metamer {
namespace {

std::vector<Run> chosenRuns(StudyFile &file, const std::string &name) {
    return name.empty() ? RunTable(file).list() : std::vector<Run>{findRun(file, name)};
}

std::set<AnnotatorId> chosenAnnotators(StudyFile &file, const std::vector<std::string> &names) {
    std::set<AnnotatorId> chosen;
    const auto all = AnnotatorTable(file).list();
    for (const auto &annotator : all) {
        const bool isNamed = std::find(names.begin(), names.end(), annotator.name) != names.end();
        if (isNamed || (names.empty() && annotator.kind != AnnotatorKind::Simulated)) {
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

/// The standing votes of the chosen annotators, and the answers behind them.
struct Votes {
    std::map<ExampleId, VotesOfItem> byExample;
    std::map<std::pair<ExampleId, AnnotatorId>, Answer> answers;
};

Votes collectVotes(StudyFile &file, const std::vector<std::string> &annotators) {
    const auto chosen = chosenAnnotators(file, annotators);
    std::vector<CastAnswer> answers = AnswerTable(file).list();
    std::erase_if(answers, [&](const CastAnswer &cast) { return !chosen.contains(cast.annotator); });
    const auto byItem = standingVotes(answers);
    std::map<ItemId, ExampleId> exampleOf;
    for (const auto &item : ItemTable(file).ofStudy(StudyTable(file).get().id)) {
        if (item.kind == ItemKind::Example) {
            exampleOf[item.id] = item.exampleId;
        }
    }
    Votes votes;
    for (const auto &[item, ofItem] : byItem) {
        if (const auto example = exampleOf.find(item); example != exampleOf.end()) {
            votes.byExample[example->second] = ofItem;
        }
    }
    std::set<AnswerId> withdrawn;
    for (const auto &cast : answers) {
        if (cast.answer.kind == AnswerKind::Withdrawal) {
            withdrawn.insert(cast.answer.withdraws);
        }
    }
    for (const auto &cast : answers) {
        const auto example = exampleOf.find(cast.answer.itemId);
        if (cast.answer.kind != AnswerKind::Withdrawal && !withdrawn.contains(cast.answer.id) && example != exampleOf.end()) {
            votes.answers[{example->second, cast.annotator}] = cast.answer;
        }
    }
    return votes;
}

struct PredictedLabels {
    std::string name;
    std::map<SourceImageId, int> onSource;
    std::map<ExampleId, int> onExample;
};

std::vector<PredictedLabels> collectModelAnswers(StudyFile &file) {
    std::vector<PredictedLabels> all;
    for (const auto &model : ModelTable(file).list()) {
        if (model.isHidden) {
            continue;
        }
        PredictedLabels answers{model.name, {}, {}};
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

const char *kindName(const Answer &answer) {
    return answer.kind == AnswerKind::Class ? "class" : (answer.kind == AnswerKind::NotAClass ? "not_a_class" : "unsure");
}

}  // namespace

std::map<ExampleId, VotesOfItem> votesOnExamples(StudyFile &file, const std::vector<std::string> &annotators) {
    return collectVotes(file, annotators).byExample;
}

StudyReport reportStudy(StudyFile &file, const ReportRequest &request) {
    const auto votes = votesOnExamples(file, request.annotators);
    const auto models = collectModelAnswers(file);
    std::map<SourceImageId, int> labels;
    for (const auto &source : SourceImageTable(file).all()) {
        labels[source.id] = source.label;
    }
    StudyReport report;
    for (const auto &run : chosenRuns(file, request.run)) {
        std::vector<ReportedExample> examples;
        std::vector<ReportedModel> answers;
        for (const auto &model : models) {
            answers.push_back({model.name, {}, {}});
        }
        std::set<SourceImageId> attempted;
        for (const auto &example : ExampleTable(file).ofRun(run.id)) {
            attempted.insert(example.sourceId);
            const auto ofExample = votes.find(example.id);
            examples.push_back({example.outcome, labels.at(example.sourceId), example.norms,
                                ofExample != votes.end() ? ofExample->second : VotesOfItem()});
            for (std::size_t i = 0; i < models.size(); ++i) {
                answers[i].onSource.push_back(lookUp(models[i].onSource, example.sourceId));
                answers[i].onExample.push_back(lookUp(models[i].onExample, example.id));
            }
        }
        const auto count = run.kind == RunKind::Import ? static_cast<std::int64_t>(examples.size()) : static_cast<std::int64_t>(attempted.size());
        report.runs.push_back(reportRun(run.name, count, examples));
        for (const auto &model : answers) {
            report.models.push_back(reportModel(run.name, model, examples));
        }
    }
    return report;
}

void writeHtmlReport(StudyFile &file, const ReportRequest &request, const StudyReport &report, const std::filesystem::path &out) {
    const Dataset dataset = DatasetTable(file).get();
    const std::string text = dataset.spec + ": " + countOf(dataset.trainCount, "training image") + ", " + countOf(dataset.testCount, "test image") + ", " +
                             std::to_string(dataset.shape.width) + "x" + std::to_string(dataset.shape.height) + ", " +
                             std::to_string(dataset.classNames.size()) + " classes";
    const HtmlReportHead head{file.path().filename().string(), text, request.annotators.empty() ? "everyone but simulated annotators" : join(request.annotators, ", "),
                              METAMER_VERSION, utcNow()};
    writeFileText(out, htmlReport(head, report.runs, report.models));
}

LabelledSet gatherLabelledSet(StudyFile &file, const std::string &run) {
    const Dataset dataset = DatasetTable(file).get();
    const Votes votes = collectVotes(file, {});
    const auto models = collectModelAnswers(file);
    LabelledSet set{dataset.shape, dataset.classNames, {}, {}, {}};
    for (const auto &model : models) {
        set.models.push_back(model.name);
    }
    std::map<AnnotatorId, std::string> names;
    for (const auto &annotator : AnnotatorTable(file).list()) {
        names[annotator.id] = annotator.name;
    }
    std::set<AnnotatorId> raters;
    std::map<SourceImageId, SourceImage> sources;
    for (auto &source : SourceImageTable(file).all()) {
        sources[source.id] = std::move(source);
    }
    for (const auto &chosen : chosenRuns(file, run)) {
        for (auto &example : ExampleTable(file).ofRun(chosen.id)) {
            if (example.outcome != ExampleOutcome::Found) {
                continue;
            }
            const SourceImage &source = sources.at(example.sourceId);
            ExportedExample row{chosen.name, example.ordinal, chosen.norm, Budget::parse(parseNorm(chosen.norm), chosen.epsText).eps(),
                                source.split, source.index, source.label, example.targetClass, kNoLabel, example.norms,
                                source.pixels, std::move(example.pixels), {}, {}};
            for (const auto &model : models) {
                row.modelAnswers.push_back(lookUp(model.onExample, example.id).value_or(-1));
            }
            if (const auto found = votes.byExample.find(example.id); found != votes.byExample.end()) {
                row.humanLabel = consensusOf(found->second).value_or(kNoLabel);
                for (const auto &[annotator, label] : found->second) {
                    raters.insert(annotator);
                    const Answer &answer = votes.answers.at({example.id, annotator});
                    row.votes.push_back({names[annotator], kindName(answer), label, answer.responseMs, answer.visibleJson, answer.createdUtc});
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
    const LabelledSet set = gatherLabelledSet(file, run);
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
