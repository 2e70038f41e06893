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

    /// Its forward as TorchScript, with what it calls; "self.conv1_weight" is the parameter or buffer `conv1.weight`.
    virtual std::string script() const = 0;

    /// Logits that are cheap enough for a training's curve: those of `forward`, unless that has to search for them.
    virtual torch::Tensor glance(const torch::Tensor &x) { return forward(x); }

    /// After the last step of a training: fits what the loss does not reach, on x [N, C, H, W] and its labels [N].
    virtual void settle(const torch::Tensor &x, const torch::Tensor &labels);

    /// Whether the gradient of `forward` by x tells how its answer changes.
    virtual bool hasGradients() const { return true; }

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

/// `abs-vae` and `binary-abs-vae`: one variational auto-encoder a class, which says how well that class explains an image.
/// The logit of class c is -scale_c * min over z of |x - decoder_c(z)|^2 + |z|^2 / 2, found by search: 8,000 samples of the
/// prior, the best of them refined by 50 steps of Adam. In float64, so that a row's logits do not hang on its batch.
/// `isBinary`: it sees x > 0.5.
/// Source: Schott et al., "Towards the First Adversarially Robust Neural Network Model on MNIST", ICLR 2019. Deviations:
/// encoders and decoders are fully connected, as every answer takes 500 passes; the binary one is trained on binary images.
std::shared_ptr<Network> makeSynthesisNetwork(const ImageShape &shape, int classCount, bool isBinary);

/// A network with stored weights. Throws Error(Damaged) if they do not fit the architecture.
std::shared_ptr<Network> loadNetwork(const std::string &architecture, const Pixels &weights, const ImageShape &shape, int classCount);

/// The network as LibTorch saves it; it must lie on the CPU.
Pixels savedNetwork(const std::shared_ptr<Network> &network);

/// SHA-256 of the architecture's name, all parameters and, where there are some, running statistics.
std::string networkHash(const std::string &architecture, const Network &network);

}  // namespace metamer
