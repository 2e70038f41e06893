#pragma once
// Private to the compute library: includes torch.

#include "core/model/network.h"
#include "core/model/recipes.h"

namespace metamer {

/// What a loss is given: x [N, C, H, W] in [0, 1] and its labels [N].
struct Batch {
    torch::Tensor x, labels;
    double done = 0;              ///< share of the training that is done, 0 .. 1
    at::Generator &generator;     ///< on the CPU; its state depends on seed and step alone
};

struct BatchLoss {
    torch::Tensor loss;           ///< a scalar to make smaller
    torch::Tensor logits;         ///< [N, classes], counted for the training accuracy
};

using LossFunction = std::function<BatchLoss(Network &network, const Batch &batch)>;

/// What a recipe's training parameters are by default, as typed.
struct TrainerDefaults {
    std::string architecture = "small-cnn";
    std::vector<std::string> architectures = architectureNames();   ///< what is offered
    std::string epochs = "0", steps = "0";   ///< one of them is 0
    std::string lengthSource = {};
    std::string batchSize = "100";
    std::string optimiser = "adam";
    std::string learningRate = "0.001";
    std::string drops = {};              ///< see `learning-rate-drops`
    std::string source = {};
};

/// The parameters that the trainer reads: architecture, epochs, steps, batch-size, optimiser, learning-rate,
/// learning-rate-drops, momentum, weight-decay.
std::vector<Parameter> trainerParameters(const TrainerDefaults &defaults);

/// The parameter `preset`, paper or quick.
Parameter presetParameter(const std::string &quickHelp);

/// A recipe that trains a network by gradient steps; `makeLoss` is called with its checked values and throws Error(Usage)
/// for those that do not go together. Same seed, same device: same weights, also when it was stopped and went on.
RegisteredRecipe gradientRecipe(RecipeInfo info, std::function<LossFunction(const ParameterValues &values)> makeLoss);

}  // namespace metamer
