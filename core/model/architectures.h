#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace metamer {

enum class LayerKind { Convolution, Linear, Relu, MaxPool, Flatten };

/// One layer of a feed-forward chain. Convolutions are square; max pooling is 2x2 and drops what is left over at the edge.
struct LayerSpec {
    LayerKind kind = LayerKind::Relu;
    std::string name = {};        ///< Convolution, Linear: what its weights are called in the stored tensors
    std::int64_t outputs = 0;     ///< Convolution: channels; Linear: units, 0 = one a class
    std::int64_t kernel = 0;
    std::int64_t stride = 1;
    std::int64_t padding = 0;
};

/// A network that can be made by name for any size of image and number of classes.
struct Architecture {
    std::string name;
    std::string summary;              ///< one sentence, with its source
    int minimumSide = 0;              ///< smaller images are refused
    std::vector<LayerSpec> layers;    ///< empty where it is no feed-forward chain
    bool hasOwnRecipe = false;        ///< no other recipe can train it

    bool isChain() const { return !layers.empty(); }
};

/// Every architecture, in the order in which they are listed.
const std::vector<Architecture> &architectures();

/// The names of those that any recipe can train; only those that bounds can be computed for if `onlyChains`.
std::vector<std::string> architectureNames(bool onlyChains = false);

/// Throws Error(Newer) if there is none of that name.
const Architecture &findArchitecture(const std::string &name);

}  // namespace metamer
