#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <torch/torch.h>

#include "core/image/image.h"

namespace metamer {

/// Bytes to floats on a device: [N, C, H, W] uint8 in memory to float32 in [0, 1].
torch::Tensor toTensor(std::span<const std::uint8_t> bytes, std::int64_t count, const ImageShape &shape, torch::Device device);

}  // namespace metamer
