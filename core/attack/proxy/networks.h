#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <torch/torch.h>

#include "core/attack/proxy/oracle_proxy.h"

namespace metamer {

/// A network of a proxy: logits [N, classes + 1], the last "not a class", of x [N, 1, H, W] whose brightest pixel is 1.
struct ProxyNetwork : torch::nn::Module {
    virtual torch::Tensor forward(const torch::Tensor &x) = 0;
};

/// The selector's: three convolutions (5x5, 3x3, 3x3; 16, 32, 48 channels) with max pooling, rectifiers, a hidden layer of 96.
/// The evaluator's: strided 7x7 and 5x5 convolutions, a 3x3 one (24, 48, 64 channels), smooth units (ELU), no max pooling
/// between them, mean and maximum over places before the output.
std::shared_ptr<ProxyNetwork> makeProxyNetwork(ProxyRole role, const ImageShape &shape, int classCount);

/// The displays in which a proxy reads an image, each with its brightest pixel 1: [V * N, 1, H, W], display after display.
/// Selector: as it is; blurred 3x3; strokes over 0.6 as full ink. Evaluator: as it is; blurred 5x5; as
/// light as people see it (power 0.75).
torch::Tensor displaysOf(ProxyRole role, const torch::Tensor &images);

constexpr std::int64_t kProxyDisplays = 3;

}  // namespace metamer
