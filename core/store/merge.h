#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/store/study_file.h"

namespace metamer {

/// What merging one file has added.
struct MergeCounts {
    std::int64_t runs = 0;
    std::int64_t examples = 0;
    std::int64_t annotators = 0;
    std::int64_t sessions = 0;
    std::int64_t answers = 0;
    std::int64_t events = 0;
    std::int64_t erased = 0;                ///< answers taken out because their annotator's consent was withdrawn over there
    std::vector<std::string> conflicts;     ///< one sentence each; `into` stays as it was where they name a row
};

/// Adds the rows of `from` that `into` lacks, recognised by uuid, all or none; rows that are there stay as they are. Both
/// must be copies of one study file of the present schema. Throws Error(BadInput) if they are not.
MergeCounts mergeTables(StudyFile &into, const std::filesystem::path &from);

}  // namespace metamer
