#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/store/study_file.h"

namespace metamer {

struct BundleOutcome {
    std::string hash;      ///< SHA-256 over everything that decides what is shown; result files carry it
    int lists = 0;
    int trials = 0;        ///< over all lists
    int pictures = 0;
};

/// Writes the frozen study as a folder with a static web page, one list a person, that any web host serves, or that is opened
/// from the disk. Pictures are PNG files under names that tell nothing. jsPsych is copied from `jspsych` (empty: where
/// packaging/jspsych puts it), with its licence. Throws Error(Usage) if the study is not frozen or has no lists,
/// Error(NotFound) with what to do if jsPsych is not there, Error(Exists) if `out` is not empty.
BundleOutcome writeBundle(StudyFile &file, const std::filesystem::path &out, const std::filesystem::path &jspsych = {});

struct BundleImportOutcome {
    std::int64_t sessions = 0;    ///< new ones
    std::int64_t answers = 0;
    std::int64_t known = 0;       ///< answers that were in the study already
    std::vector<std::string> notes;  ///< "list 3 was labelled by ada too"
};

/// Takes back one result file of a bundle's page, whole or not at all; taken twice it changes nothing. Throws
/// Error(BadInput) if it is none, is of a bundle that this study did not write, or names trials that its list lacks.
BundleImportOutcome importBundleResults(StudyFile &file, const std::filesystem::path &results);

}  // namespace metamer
