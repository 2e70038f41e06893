#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include "core/base/budget.h"
#include "core/model/network.h"

namespace metamer {

/// Lower and upper bounds, element by element.
struct Interval {
    torch::Tensor lower, upper;
};

/// Where the inputs of a batch [N, C, H, W] may lie: a box inside [0, 1], and under L2 a ball in it.
struct InputRegion {
    Interval box;
    torch::Tensor centre;
    double radius = -1;   ///< of the L2 ball; negative where the box is all
};

/// The ball of `norm` (Linf or L2) and `eps` around x, cut to [0, 1].
InputRegion regionAround(const torch::Tensor &x, Norm norm, double eps);

/// A chain with weights of another type, such as torch::kFloat64, and without gradients.
std::vector<Layer> convertedChain(const std::vector<Layer> &chain, torch::Dtype type);

/// Interval bounds of what goes into each layer of a chain, the first being the region's box; differentiable. Under L2 the
/// first affine layer takes the dual norm where that is tighter.
/// Source: Gowal et al. 2018, section 3: the centre goes through the layer, the radius through its absolute weights.
std::vector<Interval> intervalBounds(const std::vector<Layer> &chain, const InputRegion &region);

/// Upper bounds [N, classes] of z_c - z_y for labels y [N] by intervals, the last linear layer taken together with the
/// difference ("elided"); 0 where c = y. Differentiable; as logits they are the worst that the input allows.
/// Source: Gowal et al. 2018, section 3 and the authors' code.
torch::Tensor intervalWorstLogits(const std::vector<Layer> &chain, const std::vector<Interval> &bounds, const torch::Tensor &labels);

/// Lower bounds [N, S] of S linear functions of what goes into layer `end` (chain.size(): of the logits), given by their
/// coefficients [N, S, ...]: linear bounds go backward through the layers, unstable units by the line from below that
/// leaves the smaller triangle. `bounds` holds what goes into each layer before `end`. Differentiable.
/// Source: Zhang et al. 2018 (CROWN, adaptive); with interval bounds inside Zhang et al. 2020 (CROWN-IBP). Max pooling:
/// from below the input with the greatest lower bound; from above the same where it is always the greatest, else the
/// greatest upper bound.
torch::Tensor crownLower(const std::vector<Layer> &chain, const std::vector<Interval> &bounds, const InputRegion &region,
                         const torch::Tensor &coefficients, std::size_t end);

/// Coefficients [N, classes, classes] of z_y - z_c; all 0 where c = y.
torch::Tensor marginCoefficients(const torch::Tensor &labels, std::int64_t classCount, torch::Dtype type);

/// `bounds` of one image made tighter by CROWN, layer by layer, for every unit that may be on or off. A layer that would
/// take more than `workLimit` multiplications keeps its interval bounds. Without gradients.
std::vector<Interval> crownBounds(const std::vector<Layer> &chain, std::vector<Interval> bounds, const InputRegion &region, double workLimit);

enum class BoundMethod { Interval, CrownInterval, Crown };

/// Lower bounds [N, classes] of z_y - z_c over the ball around x [N, C, H, W], by one method; `workLimit` as in crownBounds.
/// Without gradients; the chain has the type of x.
torch::Tensor marginBounds(const std::vector<Layer> &chain, const torch::Tensor &x, const torch::Tensor &labels, Norm norm, double eps, BoundMethod method,
                           double workLimit);

}  // namespace metamer
