#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/lab/gate.h"
#include "core/lab/job_context.h"
#include "core/store/tables.h"

namespace metamer {

/// A model that comes with the program, trained by us on one data set.
struct ShippedModel {
    ModelRecord record;          ///< `weights` are read when it is added
    std::string datasetSha256;   ///< of the data set that it was trained on
    std::string summary;         ///< what it is and how it did, one sentence
    std::filesystem::path weightsFile;
};

/// The models that lie beside the program (../share/metamer/models), by name. None where the folder is absent; files that
/// cannot be read are left out.
std::vector<ShippedModel> shippedModels();

/// Adds those that were trained on the study's data set and are not in it yet, and predicts every image in use with them.
/// Returns their names. Throws Error(NotFound) where none was trained on it, Error(Damaged) for a file that does not fit.
std::vector<std::string> addShippedModels(StudyGate &gate, const JobContext &job);

}  // namespace metamer
