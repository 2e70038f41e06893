#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <torch/torch.h>

#include "core/base/records.h"
#include "core/model/architectures.h"

namespace metamer {

/// A layer of a feed-forward chain with its weights, so that bounds can walk it and TorchScript be written from it.
struct Layer {
    LayerSpec spec;
    std::vector<std::int64_t> input;   ///< size of what goes in, without the batch: {1, 28, 28} or {1568}
    torch::Tensor weight;              ///< Convolution [out, in, k, k], Linear [out, in]: the parameters themselves
    torch::Tensor bias;                ///< [out]
};

/// What one layer makes of x [N, ...].
torch::Tensor applyLayer(const Layer &layer, const torch::Tensor &x);

/// Any network of ours.
class Network : public torch::nn::Module {
public:
    /// Logits [N, classes] of x [N, C, H, W] in [0, 1].
    virtual torch::Tensor forward(const torch::Tensor &x) = 0;

    /// Its layers in order; empty where it is no feed-forward chain.
    virtual const std::vector<Layer> &chain() const = 0;
};

/// A network by architecture, its weights drawn by torch's default generator.
/// Throws Error(Newer) for an unknown architecture, Error(BadInput) if the images are too small for it.
std::shared_ptr<Network> makeNetwork(const std::string &architecture, const ImageShape &shape, int classCount);

/// A feed-forward chain of any layers; `outputs` 0 stands for `classCount`. Throws Error(BadInput) if the images are too small.
std::shared_ptr<Network> makeChain(const std::vector<LayerSpec> &layers, const ImageShape &shape, int classCount);

/// `sparse-cnn`: small-cnn, which sees of its input only the 40 greatest cosine coefficients of each channel. In training
/// they are taken of the image as it is; else by iterative hard thresholding, which takes up to 20 pixels a channel for
/// corrupted. Gradients pass the projection unchanged (BPDA, Athalye et al. 2018).
/// Source: Bafna et al., "Thwarting Adversarial Examples: An L0-Robust Sparse Fourier Transform", NeurIPS 2018, algorithm 1;
/// the three numbers are ours.
std::shared_ptr<Network> makeSparseNetwork(const ImageShape &shape, int classCount);

/// A network with stored weights. Throws Error(Damaged) if they do not fit the architecture.
std::shared_ptr<Network> loadNetwork(const std::string &architecture, const Pixels &weights, const ImageShape &shape, int classCount);

/// The network as LibTorch saves it; it must lie on the CPU.
Pixels savedNetwork(const std::shared_ptr<Network> &network);

/// SHA-256 of the architecture's name, all parameters and, where there are some, running statistics.
std::string networkHash(const std::string &architecture, const Network &network);

}  // namespace metamer
