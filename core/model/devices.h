#pragma once

#include <string>
#include <vector>

namespace metamer {

/// Prepares LibTorch for this process: one line a warning less, and all cores. Call before the first operation; after it,
/// convolutions would stay slow.
void prepareTorch();

/// LibTorch's version, as it was built against: "1.13.1".
std::string torchVersionText();

/// "cpu" and every usable "cuda:N".
std::vector<std::string> torchDevices();

/// What `auto`, `cpu`, `cuda` or `cuda:0` means here. Throws Error(Device) for one that is not there, Error(Usage) for a
/// word that is none.
std::string resolveTorchDevice(const std::string &wanted);

}  // namespace metamer
