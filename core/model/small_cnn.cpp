#include "core/model/small_cnn.h"

namespace metamer {

SmallCnnImpl::SmallCnnImpl(const ImageShape &shape, int classCount)
    : conv1(register_module("conv1", torch::nn::Conv2d(torch::nn::Conv2dOptions(shape.channels, 16, 5).padding(2)))),
      conv2(register_module("conv2", torch::nn::Conv2d(torch::nn::Conv2dOptions(16, 32, 5).padding(2)))),
      hidden(register_module("hidden", torch::nn::Linear(32 * (shape.height / 4) * (shape.width / 4), 128))),
      output(register_module("output", torch::nn::Linear(128, classCount))) {}

torch::Tensor SmallCnnImpl::forward(torch::Tensor x) {
    x = torch::max_pool2d(torch::relu(conv1(x)), 2);
    x = torch::max_pool2d(torch::relu(conv2(x)), 2);
    return output(torch::relu(hidden(x.flatten(1))));
}

}  // namespace metamer
