#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include "core/model/network.h"

namespace metamer {

/// A TorchScript file of a feed-forward chain, written from its layers: x [N, C, H, W] in [0, 1] to logits [N, classes].
/// torch.jit.load of Python reads it. Throws Error(Usage) where the network is no such chain.
Pixels writeTorchScript(const Network &network);

}  // namespace metamer
