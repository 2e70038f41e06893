#pragma once

#include <vector>

#include "core/model/classifier.h"

namespace metamer {

/// A recipe and how it trains: asks `stop` before each batch, hands out checkpoints, and returns the model when it is done.
struct RegisteredRecipe {
    RecipeInfo info;
    TrainedModel (*train)(const TrainRequest &request, const StopToken &stop, const ProgressHandler &progress);
};

/// Every recipe, in the order in which they are listed. A new one is a file and a line here.
std::vector<RegisteredRecipe> registeredRecipes();

/// `natural`: cross-entropy on clean images with Adam, the undefended CNN of every comparison.
RegisteredRecipe naturalRecipe();

/// `pgd-linf`: cross-entropy on images that projected gradient descent has moved inside an Linf ball, from a random start.
/// Source: Madry et al., "Towards Deep Learning Models Resistant to Adversarial Attacks", ICLR 2018. Deviations: a small
/// network, far fewer steps by default, and eps ramped up over the first part of the training.
RegisteredRecipe pgdLinfRecipe();

}  // namespace metamer
