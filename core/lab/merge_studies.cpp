#include "core/lab/merge_studies.h"

#include <set>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/store/tables.h"
#include "core/study/consensus.h"

namespace metamer {
namespace {

/// Trials (or items, where there are no lists) that one annotator has answered twice, in the two copies.
std::vector<std::string> answeredTwice(StudyFile &file) {
    std::map<AnnotatorId, std::string> names;
    for (const auto &annotator : AnnotatorTable(file).list()) {
        names[annotator.id] = annotator.name;
    }
    std::set<std::tuple<AnnotatorId, std::string, std::int64_t, std::int64_t>> seen;
    std::map<AnnotatorId, std::int64_t> twice;
    for (const auto &cast : standingAnswers(AnswerTable(file).list())) {
        if (cast.trialKind == TrialKind::Main && cast.answer.responseMs) {
            const bool isNew = seen.insert({cast.annotator, cast.answer.measure, cast.answer.itemId.value, cast.answer.trialId.value}).second;
            twice[cast.annotator] += isNew ? 0 : 1;
        }
    }
    std::vector<std::string> sentences;
    for (const auto &[annotator, count] : twice) {
        if (count > 0) {
            sentences.push_back(names[annotator] + " answered " + countOf(count, "item") + " in more than one copy; the last answer counts, all are kept");
        }
    }
    return sentences;
}

}  // namespace

MergeCounts mergeStudy(StudyFile &into, const std::filesystem::path &from) {
    std::error_code ignored;
    if (std::filesystem::equivalent(into.path(), from, ignored)) {
        throw Error(ErrorCode::Usage, from.string() + " is the file to merge into; name another copy");
    }
    StudyFile::open(from);   // says what is wrong with it, and brings an older one up to date
    MergeCounts counts = mergeTables(into, from);
    for (auto &sentence : answeredTwice(into)) {
        counts.conflicts.push_back(std::move(sentence));
    }
    if (counts.answers + counts.examples + counts.erased > 0) {
        EventTable(into).insert({}, "merged", Json{{"from", from.filename().string()}, {"answers", counts.answers}, {"conflicts", counts.conflicts.size()}}.dump());
    }
    return counts;
}

}  // namespace metamer
