#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/records.h"
#include "core/study/consensus.h"

namespace metamer {

/// One answer, for the long table.
struct ExportedVote {
    std::string rater;
    std::string kind;                        ///< "class", "not_a_class", "unsure", "same", "different"
    int label = -1;                          ///< a class, -2 not a class, -3 unsure, -4 same, -5 different
    std::string measure;                     ///< see Measure
    std::optional<int> confidence;
    std::string note;
    std::string flagsJson;
    std::optional<std::int64_t> responseMs;
    std::string visibleJson;
    std::string utc;
};

/// One found example with everything known about it.
struct ExportedExample {
    std::string run;
    std::int64_t task = 0;                   ///< ordinal in its run, from 0
    std::string norm;
    double eps = 0;
    std::string split;
    std::int64_t sourceIndex = 0;
    int originalLabel = 0;
    std::optional<int> targetClass;
    int humanLabel = -1;                     ///< consensus in `measure`; -1 none, -2 not a class
    int verdict = -1;                        ///< consensus with "same" and "different" as people said it; -1 none
    std::string measure;                     ///< the one measure that humanLabel and the columns of votes are of
    ByteNorms norms;
    Pixels clean;
    Pixels perturbed;
    std::vector<int> modelAnswers;           ///< one a model, -1 where none was computed
    std::vector<ExportedVote> votes;         ///< each rater's standing answer
    bool isAttempt = false;                  ///< the nearest candidate of a failed attempt; on contact sheets only
    std::string style = {};                  ///< how the attack drew it; empty where there is one way
    std::optional<std::int64_t> donorIndex = {};   ///< in the training split
    std::map<std::string, int> proxyLabels = {};   ///< what each proxy guesses, by role; -1 no class. Never a human label
};

/// What is exported: examples, and the names that their columns stand for.
struct LabelledSet {
    ImageShape shape;
    std::vector<std::string> classNames;
    std::vector<std::string> models;
    std::vector<std::string> raters;
    std::vector<ExportedExample> examples;
};

/// .npz without pickles: x_clean, x_adv float32 [N, C, H, W], exactly byte / 255; y_orig, y_human int64 (-1 none, -2 not a
/// class); y_model int64 [N, M]; votes int64 [N, R] (-1 missing, -2 not a class, -3 unsure, -4 same, -5 different), all of the one
/// measure that is named in measure; run, norm text; source_index
/// int64; eps float64; models, raters text.
void writeLabelledNpz(const LabelledSet &set, const std::filesystem::path &path);

/// Long .csv, one answer a row, UTF-8: task, worker, label, then what is known of the example. `label import` reads it back.
void writeVotesCsv(const LabelledSet &set, const std::filesystem::path &path);

/// One .png with every example, and the nearest candidates of attempts: original, perturbed and signed difference, captioned
/// (target, donor, style, norms, what people said, what the proxies guess), framed red where people changed the label.
void writeContactSheet(const LabelledSet &set, const std::filesystem::path &path);

/// One row of a votes file.
struct ImportedVote {
    std::int64_t task = 0;
    std::string worker;
    int label = -1;       ///< a class, -2 not a class, -3 unsure, -4 same, -5 different
    std::string measure;  ///< of the column of that name; empty where there is none
};

/// Reads a .csv with the columns task, worker and label, in any order and among others. A label is a number, a class
/// name, not_a_class, unsure, same or different; a column measure tells what the answer measures. Throws Error(BadInput) naming the line.
std::vector<ImportedVote> readVotesCsv(const std::filesystem::path &path, const std::vector<std::string> &classNames);

}  // namespace metamer
