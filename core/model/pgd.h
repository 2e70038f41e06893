#pragma once
// Private to the compute library: includes torch.

#include <functional>

#include <torch/torch.h>

#include "core/base/budget.h"
#include "core/base/parameters.h"
#include "core/model/network.h"

namespace metamer {

/// Projected gradient ascent in a ball around x [N, C, H, W] in [0, 1].
struct Ascent {
    Norm norm = Norm::Linf;       ///< Linf or L2
    double eps = 0;
    std::int64_t steps = 0;
    double stepSize = 0;          ///< length of a step, in the norm
};

/// A uniform point of the ball around each of x, cut to [0, 1].
torch::Tensor randomStart(const torch::Tensor &x, const Ascent &ascent, at::Generator &generator);

/// From `start`, steps that make `loss` (a scalar, summed or averaged over the images) greater, each cut to the ball and to
/// [0, 1]. The network answers as it does when it is not trained.
torch::Tensor ascend(Network &network, const torch::Tensor &x, const torch::Tensor &start, const Ascent &ascent,
                     const std::function<torch::Tensor(const torch::Tensor &logits)> &loss);

/// The parameters eps, attack-steps, step-size and ramp, and what the first three make.
std::vector<Parameter> attackParameters(const std::string &eps, const std::string &stepSize, const std::string &ramp, const std::string &source);
Ascent ascentFrom(const ParameterValues &values, Norm norm);

}  // namespace metamer
