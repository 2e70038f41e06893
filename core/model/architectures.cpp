#include "core/model/architectures.h"

#include "core/base/error.h"
#include "core/base/text.h"

namespace metamer {
namespace {

using Layers = std::vector<LayerSpec>;

LayerSpec convolution(const std::string &name, std::int64_t channels, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
    return {LayerKind::Convolution, name, channels, kernel, stride, padding};
}

LayerSpec linear(const std::string &name, std::int64_t units) { return {LayerKind::Linear, name, units}; }

const LayerSpec kRelu = {LayerKind::Relu};
const LayerSpec kPool = {LayerKind::MaxPool, {}, 0, 2, 2};
const LayerSpec kFlatten = {LayerKind::Flatten};

/// `body`, then one hidden layer and the logits.
Layers withHead(Layers body, std::int64_t hidden) {
    for (const auto &layer : {kFlatten, linear("hidden", hidden), kRelu, linear("output", 0)}) {
        body.push_back(layer);
    }
    return body;
}

/// Two 5x5 convolutions, each with 2x2 max pooling.
Layers pooled(std::int64_t first, std::int64_t second, std::int64_t hidden) {
    return withHead({convolution("conv1", first, 5, 1, 2), kRelu, kPool, convolution("conv2", second, 5, 1, 2), kRelu, kPool}, hidden);
}

Layers largeLayers() {
    return withHead({convolution("conv1", 64, 3, 1, 1), kRelu, convolution("conv2", 64, 3, 1, 1), kRelu, convolution("conv3", 128, 3, 2, 1), kRelu,
                     convolution("conv4", 128, 3, 1, 1), kRelu, convolution("conv5", 128, 3, 1, 1), kRelu}, 512);
}

}  // namespace

const std::vector<Architecture> &architectures() {
    static const std::vector<Architecture> kArchitectures = {
        {"small-cnn", "Two 5x5 convolutions (16, 32) with pooling, one hidden layer of 128; ours.", 8, pooled(16, 32, 128)},
        {"madry-cnn", "Two 5x5 convolutions (32, 64) with pooling, one hidden layer of 1024; Madry et al. 2018, MNIST.", 8, pooled(32, 64, 1024)},
        {"ibp-tiny", "Two 4x4 convolutions (16, 32) of stride 2, one hidden layer of 100; ours, after the small network of Gowal et al. 2018.", 8,
         withHead({convolution("conv1", 16, 4, 2, 1), kRelu, convolution("conv2", 32, 4, 2, 1), kRelu}, 100)},
        {"ibp-small", "4x4 convolutions (16 of stride 2, 32 of stride 1), one hidden layer of 100; Gowal et al. 2018, small.", 10,
         withHead({convolution("conv1", 16, 4, 2, 0), kRelu, convolution("conv2", 32, 4, 1, 0), kRelu}, 100)},
        {"ibp-large", "Five 3x3 convolutions (64, 64, 128 of stride 2, 128, 128), one hidden layer of 512; Gowal et al. 2018, large.", 8, largeLayers()},
        {"resnet-18", "ResNet-18 for images of 32x32 (a 3x3 first layer, no pooling before the blocks); He et al. 2016. No feed-forward chain: it has no bounds.", 8, {}},
        {"sparse-cnn", "small-cnn behind a projection on 40 cosine coefficients, found by iterative hard thresholding; after Bafna et al. 2018. It has no bounds.", 8, {}},
        {"abs-vae", "One variational auto-encoder a class, fully connected, 8 latents, searched; after Schott et al. 2019. It has no bounds and no gradients.", 8, {}, true},
        {"binary-abs-vae", "abs-vae on pixels that are set to 0 or 1 at a half; after Schott et al. 2019. It has no bounds and no gradients.", 8, {}, true},
    };
    return kArchitectures;
}

std::vector<std::string> architectureNames(bool onlyChains) {
    std::vector<std::string> names;
    for (const auto &architecture : architectures()) {
        if (!architecture.hasOwnRecipe && (architecture.isChain() || !onlyChains)) {
            names.push_back(architecture.name);
        }
    }
    return names;
}

const Architecture &findArchitecture(const std::string &name) {
    std::vector<std::string> names;
    for (const auto &architecture : architectures()) {
        if (architecture.name == name) {
            return architecture;
        }
        names.push_back(architecture.name);
    }
    throw Error(ErrorCode::Newer, "the architecture '" + name + "' is unknown to this version, which has " + join(names, ", ") + "; update Metamer");
}

}  // namespace metamer
