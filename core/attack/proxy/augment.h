#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <torch/torch.h>

namespace metamer {

struct ProxyBatch {
    torch::Tensor images;   ///< [N, 1, H, W], brightest pixel 1
    torch::Tensor labels;   ///< [N] int64
};

/// A batch as a proxy learns it. Changes that people do not mind keep the label: turning by up to 20 degrees, size 0.75 to
/// 1.25, slant, shift by up to 3 pixels, thickness, ink that is uneven smoothly or in two levels, a faint other figure,
/// binarised ink, blur, noise, a grey ground. One image in eight becomes `notAClass`: two figures over each other, halves
/// of two figures, swapped quarters, blots.
/// `images` [N, 1, H, W] in [0, 1] with light ink, `labels` [N]; N at least 2.
ProxyBatch augmentForProxy(const torch::Tensor &images, const torch::Tensor &labels, std::int64_t notAClass, at::Generator &generator);

/// Each image divided by its brightest pixel.
torch::Tensor brightestIsOne(const torch::Tensor &images);

/// Blurred by the binomial kernel of `taps` (3 or 5) on each axis.
torch::Tensor blurred(const torch::Tensor &images, int taps);

}  // namespace metamer
