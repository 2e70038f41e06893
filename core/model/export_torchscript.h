#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include "core/model/network.h"

namespace metamer {

/// A TorchScript file of a network, written from its script: x [N, C, H, W] in [0, 1] to logits [N, classes].
/// torch.jit.load of Python reads it.
Pixels writeTorchScript(const Network &network);

}  // namespace metamer
