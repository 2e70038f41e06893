#include "core/lab/export_study.h"

#include <algorithm>
#include <set>

#include "core/base/budget.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/lab/collect_answers.h"
#include "core/lab/study_setup.h"

namespace metamer {
namespace {

const char *kindName(const Answer &answer) {
    switch (answer.kind) {
        case AnswerKind::Class: return "class";
        case AnswerKind::NotAClass: return "not_a_class";
        case AnswerKind::Same: return "same";
        case AnswerKind::Different: return "different";
        default: return "unsure";
    }
}

std::string styleOf(const Example &example) {
    const Json details = Json::parse(example.detailsJson, nullptr, false);
    return details.is_object() ? details.value("style", "") : std::string();
}

}  // namespace

LabelledSet gatherLabelledSet(StudyFile &file, const std::string &run, bool withAttempts) {
    const Dataset dataset = DatasetTable(file).get();
    const Votes votes = collectVotes(file);
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
