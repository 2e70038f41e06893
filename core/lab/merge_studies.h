#pragma once

#include <filesystem>

#include "core/store/merge.h"

namespace metamer {

/// Merges a copy of a study, labelled elsewhere, into `into` (see mergeTables). The same files merged in any order, any
/// number of times, give the same answers. Conflicts, answers given twice to one trial among them, are named and logged.
/// Throws Error(Usage) if both are the same file.
MergeCounts mergeStudy(StudyFile &into, const std::filesystem::path &from);

}  // namespace metamer
