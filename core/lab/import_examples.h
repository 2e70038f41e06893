#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/lab/gate.h"
#include "core/store/tables.h"

namespace metamer {

struct ImportExamplesRequest {
    std::filesystem::path images;                  ///< .npy, see readImageArray for what is understood
    std::optional<std::filesystem::path> indices;  ///< .npy, row of each image's source in the split; default 0, 1, 2 ...
    std::optional<std::filesystem::path> labels;   ///< .npy, one label an image, -2 not a class, -3 unsure, -1 none
    std::string annotator;                         ///< whose labels they are; needed with labels
    std::string measure = "perturbed";             ///< what the labels measure; see Measure
    std::string split = "test";
    std::string norm = "linf";
    std::string eps;
    std::string name;                              ///< empty: import-NORM-EPS
};

struct ImportExamplesOutcome {
    Run run;
    std::int64_t examples = 0;
    std::int64_t labels = 0;
    std::int64_t overBudget = 0;   ///< images outside the ball: kept, and named by `verify`
    std::string worstExcess;       ///< "1 grey level over (103 of 102)"; empty if all are within
    std::string reading;           ///< what the array was taken to be
};

/// Imports perturbed images as a run, whole or not at all. Float images are rounded towards their sources, integer ones
/// kept as they are. An image over the budget is never refused.
ImportExamplesOutcome importExamples(StudyGate &gate, const ImportExamplesRequest &request);

struct ImportLabelsOutcome {
    std::int64_t votes = 0;
    std::int64_t raters = 0;
};

/// Imports votes (see readVotesCsv) on the examples of a run, whole or not at all. Each worker becomes an annotator of kind
/// import with a session of its own. `measure` is for votes whose file does not tell.
ImportLabelsOutcome importLabels(StudyFile &file, const std::string &runName, const std::filesystem::path &votesCsv, const std::string &measure = "perturbed");

/// The run of that name. Throws Error(NotFound).
Run findRun(StudyFile &file, const std::string &name);

}  // namespace metamer
