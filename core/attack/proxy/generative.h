#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <torch/torch.h>

#include "core/attack/proxy/oracle_proxy.h"

namespace metamer {

/// A class-conditional generative model of figures: how near is the nearest figure of each class to an image that was
/// centred on its ink. Selector: Gaussian factors, 20 a class (probabilistic principal components, Tipping and Bishop 1999).
/// Evaluator: a Parzen window over 150 training figures a class at half the resolution.
class GenerativeModel {
public:
    /// From `images` [N, 1, H, W] with their labels [N].
    static GenerativeModel fit(ProxyRole role, const torch::Tensor &images, const torch::Tensor &labels, int classCount, std::int64_t seed);

    /// Log-density [N, classes] up to a constant, not yet calibrated.
    torch::Tensor scores(const torch::Tensor &images) const;

    void save(torch::serialize::OutputArchive &archive) const;
    static GenerativeModel load(ProxyRole role, torch::serialize::InputArchive &archive, torch::Device device);

private:
    ProxyRole m_role = ProxyRole::Selector;
    torch::Tensor m_centres;    ///< selector [classes, D]; evaluator [classes, P, D / 4]
    torch::Tensor m_factors;    ///< selector [classes, D, K]; empty for the evaluator
    torch::Tensor m_variances;  ///< selector [classes, K + 1], the last that of what the factors leave; evaluator [1]
};

}  // namespace metamer
