#pragma once

#include <memory>
#include <string>

#include "core/model/classifier.h"
#include "core/model/imported.h"

namespace metamer {

/// What stands in a TorchScript file about its normalisation, told without running the model.
struct TorchScriptFacts {
    Normalisation normalisation;     ///< of the extra file `metamer.json` {"mean": [...], "std": [...]}; none where there is no such file
    std::string normalisesInside;    ///< what looks like a normalisation in the module itself: "normalize.mean"; empty if nothing does
};

/// Throws Error(BadInput) if the file is none that this LibTorch can read.
TorchScriptFacts inspectTorchScript(const Pixels &file);

/// Loads TorchScript, in eval mode, with gradients where the module lets them through. Nothing but TorchScript in the file is executed.
/// Throws Error(BadInput) if it cannot be read, does not take images of `shape`, or gives something else than [N, classes]
/// floats; Error(Device) if it needs a device that is not there.
std::unique_ptr<Classifier> loadTorchScript(const Pixels &file, const ImageShape &shape, int classCount, const Normalisation &normalisation,
                                            const std::string &device);

}  // namespace metamer
