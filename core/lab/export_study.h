#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/exchange/labelled_set.h"
#include "core/store/study_file.h"

namespace metamer {

/// Gathers every found example of a run (of all runs if `run` is empty) with votes and model answers, for export; also the
/// attempts that have a nearest candidate, where they are asked for.
LabelledSet gatherLabelledSet(StudyFile &file, const std::string &run, bool withAttempts = false);

/// Writes an export: "npz", "csv" or "contact-sheet". Returns how many examples it holds.
/// Throws Error(Usage) for another format, Error(Io) if the place cannot be written.
std::int64_t exportStudy(StudyFile &file, const std::string &format, const std::filesystem::path &out, const std::string &run);

/// The export formats that there are, with one sentence each.
struct ExportFormat {
    std::string name;
    std::string title;
    std::string extension;
    std::string summary;
};
const std::vector<ExportFormat> &exportFormats();

}  // namespace metamer
