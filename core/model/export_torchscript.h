#pragma once
// Private to the compute library: includes torch.

#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "core/base/records.h"

namespace metamer {

/// One layer of a feed-forward network as TorchScript: a statement that makes x of x, and the tensors that it names as `self.NAME`.
struct LayerText {
    std::string statement;                                       ///< "x = torch.relu(x)"
    std::vector<std::pair<std::string, torch::Tensor>> tensors;  ///< kept as parameters of the module
};

LayerText convolutionText(const std::string &name, const torch::Tensor &weight, const torch::Tensor &bias, std::int64_t stride, std::int64_t padding);
LayerText linearText(const std::string &name, const torch::Tensor &weight, const torch::Tensor &bias);
LayerText reluText();
LayerText maxPoolText(std::int64_t side);
LayerText flattenText();

/// A TorchScript file of the layers, one after another: x [N, C, H, W] in [0, 1] to logits [N, classes]. torch.jit.load of
/// Python reads it.
Pixels writeTorchScript(const std::vector<LayerText> &layers);

}  // namespace metamer
