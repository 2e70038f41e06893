#pragma once

#include <filesystem>
#include <string>

#include "core/store/study_file.h"

namespace metamer {

struct ExportedModel {
    std::filesystem::path file;
    std::filesystem::path card;   ///< FILE with .md
};

/// Writes a model as TorchScript that Python's torch loads (an imported ONNX as it is), and a model card beside it: name, architecture,
/// recipe, parameters, data set, clean accuracy, hash, and how to load it. Throws Error(NotFound), Error(Io), or Error(Usage)
/// where there is nothing to write: a model behind a command, an architecture that cannot be written so, ONNX to another suffix.
ExportedModel exportModel(StudyFile &file, const std::string &name, const std::filesystem::path &out);

}  // namespace metamer
