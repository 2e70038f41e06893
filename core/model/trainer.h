#pragma once
// Private to the compute library: includes torch.

#include "core/model/classifier.h"
#include "core/model/small_cnn.h"

namespace metamer {

/// What a recipe does to a batch before the network learns from it: x [N, C, H, W] in [0, 1] and its labels [N], how much
/// of the training is done (0 .. 1), and a generator whose state depends on seed and step alone. Returns the x to learn from.
using BatchTransform = std::function<torch::Tensor(SmallCnn &network, const torch::Tensor &x, const torch::Tensor &labels, double done,
                                                   at::Generator &generator)>;

/// Trains a small CNN with Adam and cross-entropy on what `transform` makes of each batch; reads epochs, batch-size and
/// learning-rate from the request. Same seed, same device: same weights, also when it was stopped and went on.
TrainedModel trainSmallCnn(const TrainRequest &request, const BatchTransform &transform, const StopToken &stop, const ProgressHandler &progress);

/// The parameters that trainSmallCnn reads, with a recipe's own defaults.
std::vector<Parameter> trainerParameters(const std::string &epochs, const std::string &epochsSource, const std::string &batchSize,
                                         const std::string &learningRate, const std::string &source);

/// A model from what stands in a checkpoint, as if the training had ended there.
TrainedModel modelFromCheckpoint(const TrainRequest &request);

/// Loads what a recipe has trained. Throws Error(Damaged) if the weights do not fit the architecture.
std::unique_ptr<Classifier> loadSmallCnn(const Pixels &weights, const ImageShape &shape, int classCount, const std::string &device);

}  // namespace metamer
