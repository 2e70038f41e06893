#include "core/attack/proxy/networks.h"

#include "core/attack/proxy/augment.h"

namespace metamer {
namespace {

using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;
using torch::nn::Linear;

struct PoolingNetwork final : ProxyNetwork {
    PoolingNetwork(const ImageShape &shape, int classCount)
        : conv1(register_module("conv1", Conv2d(Conv2dOptions(1, 16, 5).padding(2)))),
          conv2(register_module("conv2", Conv2d(Conv2dOptions(16, 32, 3).padding(1)))),
          conv3(register_module("conv3", Conv2d(Conv2dOptions(32, 48, 3).padding(1)))),
          hidden(register_module("hidden", Linear(48 * (shape.height / 4) * (shape.width / 4), 96))),
          output(register_module("output", Linear(96, classCount + 1))) {}

    torch::Tensor forward(const torch::Tensor &x) override {
        auto y = torch::relu(torch::max_pool2d(conv1(x), 2));
        y = torch::relu(torch::max_pool2d(conv2(y), 2));
        return output(torch::relu(hidden(torch::relu(conv3(y)).flatten(1))));
    }

    Conv2d conv1, conv2, conv3;
    Linear hidden, output;
};

struct StridedNetwork final : ProxyNetwork {
    explicit StridedNetwork(int classCount)
        : conv1(register_module("conv1", Conv2d(Conv2dOptions(1, 24, 7).stride(2).padding(3)))),
          conv2(register_module("conv2", Conv2d(Conv2dOptions(24, 48, 5).stride(2).padding(2)))),
          conv3(register_module("conv3", Conv2d(Conv2dOptions(48, 64, 3).padding(1)))),
          conv4(register_module("conv4", Conv2d(Conv2dOptions(64, 96, 3).padding(0)))),
          output(register_module("output", Linear(192, classCount + 1))) {}

    torch::Tensor forward(const torch::Tensor &x) override {
        auto y = torch::elu(conv2(torch::elu(conv1(x))));
        y = torch::elu(conv4(torch::elu(conv3(y)))).flatten(2);
        return output(torch::cat({y.mean(2), y.amax(2)}, 1));
    }

    Conv2d conv1, conv2, conv3, conv4;
    Linear output;
};

}  // namespace

std::shared_ptr<ProxyNetwork> makeProxyNetwork(ProxyRole role, const ImageShape &shape, int classCount) {
    if (role == ProxyRole::Selector) {
        return std::make_shared<PoolingNetwork>(shape, classCount);
    }
    return std::make_shared<StridedNetwork>(classCount);
}

torch::Tensor displaysOf(ProxyRole role, const torch::Tensor &images) {
    const auto x = brightestIsOne(images);
    if (role == ProxyRole::Selector) {
        return torch::cat({x, brightestIsOne(blurred(x, 3)), (x / 0.6).clamp_max(1)});
    }
    return torch::cat({x, brightestIsOne(blurred(x, 5)), x.pow(0.75)});
}

}  // namespace metamer
