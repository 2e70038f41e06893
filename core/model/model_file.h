#pragma once

#include <filesystem>
#include <string>

#include "core/image/image.h"

namespace metamer {

/// The architecture of a model file, kTorchScript or kOnnx, by what is in it and not by its name; nothing in it is executed.
/// Throws Error(NotFound), Error(BadInput) or Error(Io) that names what else it is - empty, cut short, a state_dict, a pickled
/// module, safetensors, a page of the web - and says how to make a model file of it for images of `shape`.
std::string architectureOfFile(const std::filesystem::path &path, const ImageShape &shape);

}  // namespace metamer
