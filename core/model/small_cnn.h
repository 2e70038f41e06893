#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <torch/torch.h>

#include "core/model/tensors.h"

namespace metamer {

/// A small network for small pictures: two 5x5 convolutions (16 and 32 channels) with 2x2 max pooling, one hidden layer
/// of 128. About 220 thousand weights at 28x28.
struct SmallCnnImpl : torch::nn::Module {
    SmallCnnImpl(const ImageShape &shape, int classCount);

    /// Logits [N, classes] of x [N, C, H, W] in [0, 1].
    torch::Tensor forward(torch::Tensor x);

    torch::nn::Conv2d conv1, conv2;
    torch::nn::Linear hidden, output;
};
TORCH_MODULE(SmallCnn);

constexpr const char *kSmallCnn = "small-cnn";

}  // namespace metamer
