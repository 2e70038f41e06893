#pragma once

#include <filesystem>
#include <string>

#include "core/lab/gate.h"
#include "core/lab/job_context.h"
#include "core/model/imported.h"
#include "core/model/model_checks.h"
#include "core/store/tables.h"

namespace metamer {

struct ImportModelRequest {
    std::string name;
    std::filesystem::path file;          ///< TorchScript or ONNX; or
    std::string command;                 ///< a program that speaks the adapter's protocol
    Normalisation normalisation = {};    ///< as given; none: FILE.json beside the file, else what the file itself brings
    int timeoutMs = 60000;               ///< to load and answer the sample; of a command, to start and for a batch
    int memoryMib = 4096;                ///< for the process that tries a file out
};

struct ImportModelOutcome {
    ModelRecord model;
    ModelChecks checks;
    Normalisation normalisation;
    std::string normalisationFrom;       ///< "given", "beside", "inside the file", "in the model" or "none"
};

/// Takes in a model that the user brings: looks at what the file is, tries it out on 200 clean test images (a file in a
/// process of its own), keeps it in the study, trusts it for this user, and predicts every image in use with it. Clean accuracy on the
/// whole test split is measured too where that takes under two minutes.
/// Throws Error(Usage) for a name, file or normalisation that is missing or wrong, Error(Exists) for a name or model that the
/// study has, and what architectureOfFile, probeModel and startCommandClassifier throw, each sentence beginning with the file or command.
ImportModelOutcome importModel(StudyGate &gate, const ImportModelRequest &request, const JobContext &job);

}  // namespace metamer
