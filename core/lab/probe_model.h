#pragma once

#include <filesystem>
#include <string>

#include "core/base/job.h"
#include "core/model/imported.h"
#include "core/model/model_checks.h"

namespace metamer {

/// A model file that is to be tried out.
struct ProbeRequest {
    std::filesystem::path file;
    std::string architecture;
    Normalisation normalisation;         ///< none: what the file itself brings
    const LabelledImages *sample = nullptr;
    int classCount = 0;
    int timeoutMs = 60000;
    int memoryMib = 4096;                ///< of data, beside the libraries themselves; LibTorch itself takes 240
    StopToken stop = {};                 ///< asked to, it ends with Error(Aborted)
};

struct ProbeResult {
    ModelChecks checks;
    Normalisation normalisation;         ///< as it is to be used
    bool isFromFile = false;             ///< the normalisation came out of the file
    std::string normalisesInside;        ///< see TorchScriptFacts
};

/// Loads a model file and checks it in a process of its own (metamer-probe), which is killed when its time is over. What
/// crashes, hangs or eats memory there is an Error(BadInput) here. Throws what the loaders and checkModel throw.
ProbeResult probeModel(const ProbeRequest &request);

}  // namespace metamer
