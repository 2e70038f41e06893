#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/model/classifier.h"
#include "core/model/command_classifier.h"
#include "core/model/imported.h"
#include "core/store/tables.h"

namespace metamer {

/// Where the hashes of models that this user trusts are kept, one a line: $XDG_DATA_HOME/metamer/trusted-models.
std::filesystem::path trustedModelsFile();

/// What is trusted of a model: its hash, and of one behind a command also the folder that it runs in.
std::string trustKeyOf(const ModelRecord &record);

/// False for a model of somebody else's that this user has not agreed to run. What was trained by a recipe needs no agreement.
bool isTrusted(const ModelRecord &record);

/// Agrees to run the model from now on, in any study of this user. Throws Error(Io) if that cannot be kept.
void trustModel(const ModelRecord &record);

/// What loading a model would run, as people read it: "the TorchScript file net.pt (SHA-256 ...) that lies in the study".
std::string whatRuns(const ModelRecord &record);

/// Why a model that is not trusted is not loaded, and how to agree.
std::string notTrustedSentence(const ModelRecord &record);

/// A model behind a command as it is kept, with the script metamer_model.py in reach.
CommandModel commandOf(const ModelRecord &record, const ImageShape &shape, int classCount);

/// Loads an imported model.
/// Throws Error(BadInput) if the user has not agreed or the files of a command have changed, Error(Damaged) if it is not what its
/// hash names, and what the loaders throw.
std::unique_ptr<Classifier> loadImportedModel(const ModelRecord &record, const Dataset &dataset, const std::string &device);

/// The folder with metamer_model.py beside the program; empty if it is not there.
std::filesystem::path adapterFolder();

}  // namespace metamer
