#include <algorithm>
#include <charconv>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/file_bytes.h"
#include "core/exchange/labelled_set.h"
#include "core/study/consensus.h"
#include "core/study/measure.h"

namespace metamer {
namespace {

/// RFC 4180 records: quoted fields may hold commas, quotes and line ends.
std::vector<std::vector<std::string>> parseCsv(const std::string &text) {
    std::vector<std::vector<std::string>> records;
    std::vector<std::string> record(1);
    bool isQuoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (isQuoted) {
            if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
                record.back() += text[++i];
            } else if (c == '"') {
                isQuoted = false;
            } else {
                record.back() += c;
            }
        } else if (c == '"') {
            isQuoted = true;
        } else if (c == ',') {
            record.emplace_back();
        } else if (c == '\n') {
            records.push_back(std::move(record));
            record.assign(1, {});
        } else if (c != '\r') {
            record.back() += c;
        }
    }
    if (record.size() > 1 || !record[0].empty()) {
        records.push_back(std::move(record));
    }
    return records;
}

std::optional<std::int64_t> wholeNumber(const std::string &text) {
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    return code == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<int> parseLabel(const std::string &text, const std::vector<std::string> &classNames) {
    if (const auto named = std::find(classNames.begin(), classNames.end(), text); named != classNames.end()) {
        return static_cast<int>(named - classNames.begin());
    }
    if (text == "not_a_class") {
        return kNotAClass;
    }
    if (text == "unsure") {
        return kUnsure;
    }
    if (text == "same") {
        return kSame;
    }
    if (text == "different") {
        return kDifferent;
    }
    const auto number = wholeNumber(text);
    const bool isAllowed = number && ((*number <= kNotAClass && *number >= kDifferent) ||
                                      (*number >= 0 && *number < static_cast<std::int64_t>(classNames.size())));
    return isAllowed ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

}  // namespace

void writeVotesCsv(const LabelledSet &set, const std::filesystem::path &path) {
    std::string text = "task,worker,label,kind,measure,confidence,note,flags,response_ms,answered_utc,run,split,source_index,original_label,target_class,"
                       "human_label,norm,eps,visible\n";
    for (const auto &example : set.examples) {
        for (const auto &vote : example.votes) {
            const std::vector<std::string> fields = {
                std::to_string(example.task), vote.rater, std::to_string(vote.label), vote.kind,
                vote.measure, vote.confidence ? std::to_string(*vote.confidence) : "", vote.note, vote.flagsJson, vote.responseMs ? std::to_string(*vote.responseMs) : "", vote.utc, example.run, example.split,
                std::to_string(example.sourceIndex), std::to_string(example.originalLabel),
                example.targetClass ? std::to_string(*example.targetClass) : "", std::to_string(example.humanLabel),
                example.norm, formatNumber(example.eps), vote.visibleJson};
            for (std::size_t i = 0; i < fields.size(); ++i) {
                text += (i > 0 ? "," : "") + csvField(fields[i]);
            }
            text += '\n';
        }
    }
    writeFileText(path, text);
}

std::vector<ImportedVote> readVotesCsv(const std::filesystem::path &path, const std::vector<std::string> &classNames) {
    const Pixels bytes = readFileBytes(path);
    std::string text(bytes.begin(), bytes.end());
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.erase(0, 3);
    }
    const auto records = parseCsv(text);
    const auto fail = [&path](std::size_t line, const std::string &why) {
        return Error(ErrorCode::BadInput, path.string() + ", line " + std::to_string(line + 1) + ": " + why);
    };
    if (records.empty()) {
        throw fail(0, "the file is empty; its first line must name the columns task, worker and label");
    }
    std::size_t columns[3];
    const char *names[3] = {"task", "worker", "label"};
    for (int i = 0; i < 3; ++i) {
        const auto found = std::find(records[0].begin(), records[0].end(), names[i]);
        if (found == records[0].end()) {
            throw fail(0, std::string("there is no column '") + names[i] + "'; the first line must name task, worker and label");
        }
        columns[i] = static_cast<std::size_t>(found - records[0].begin());
    }
    const auto measureAt = static_cast<std::size_t>(std::find(records[0].begin(), records[0].end(), "measure") - records[0].begin());
    std::vector<ImportedVote> votes;
    for (std::size_t line = 1; line < records.size(); ++line) {
        const auto &record = records[line];
        if (record.size() != records[0].size()) {
            throw fail(line, "has " + countOf(static_cast<std::int64_t>(record.size()), "field") + " where the first line has " +
                                 std::to_string(records[0].size()));
        }
        const auto task = wholeNumber(record[columns[0]]);
        if (!task || *task < 0) {
            throw fail(line, "task '" + record[columns[0]] + "' is not a number from 0 up");
        }
        const auto label = parseLabel(trimmed(record[columns[2]]), classNames);
        if (!label) {
            throw fail(line, "label '" + record[columns[2]] + "' is none of the classes, not_a_class or unsure");
        }
        if (record[columns[1]].empty()) {
            throw fail(line, "worker is empty");
        }
        const std::string measure = measureAt < record.size() ? record[measureAt] : std::string();
        try {
            Measure::fromName(measure.empty() ? "perturbed" : measure);
        } catch (const Error &error) {
            throw fail(line, error.what());
        }
        votes.push_back({*task, record[columns[1]], *label, measure});
    }
    return votes;
}

}  // namespace metamer
