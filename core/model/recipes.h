#pragma once

#include <vector>

#include "core/model/classifier.h"

namespace metamer {

/// A recipe and how it trains.
struct RegisteredRecipe {
    RecipeInfo info;

    /// Asks `stop` before each batch, hands out checkpoints, and returns the model when it is done.
    std::function<TrainedModel(const TrainRequest &request, const StopToken &stop, const ProgressHandler &progress)> train;

    /// The model that stands in the request's checkpoint.
    std::function<TrainedModel(const TrainRequest &request)> finish;
};

/// Every recipe, in the order in which they are listed. A new one is a file and a line here.
std::vector<RegisteredRecipe> registeredRecipes();

/// `natural`: cross-entropy on clean images with Adam, the undefended CNN of every comparison.
RegisteredRecipe naturalRecipe();

/// `pgd-linf`: cross-entropy on images that projected gradient descent has moved inside an Linf ball, from a random start.
/// Source: Madry et al., "Towards Deep Learning Models Resistant to Adversarial Attacks", ICLR 2018. Deviation: eps is
/// ramped up over the first part of the training, without which it collapses at 0.4.
RegisteredRecipe pgdLinfRecipe();

/// `pgd-l2`: the same inside an L2 ball.
RegisteredRecipe pgdL2Recipe();

/// `trades`: cross-entropy on clean images plus beta times the divergence of the answers inside an Linf ball.
/// Source: Zhang et al., "Theoretically Principled Trade-off between Robustness and Accuracy", ICML 2019. Deviation: the
/// network is madry-cnn.
RegisteredRecipe tradesRecipe();

/// `sparse-l0`: cross-entropy with the network `sparse-cnn`. Source: Bafna et al. 2018; broken by adaptive attacks: attacks that
/// pass the projection backward unchanged.
RegisteredRecipe sparseL0Recipe();

/// `abs` and `binary-abs`: a variational auto-encoder of each class, `abs-vae` and `binary-abs-vae` (see core/model/network.h).
RegisteredRecipe absRecipe();
RegisteredRecipe binaryAbsRecipe();

/// `augmented`: cross-entropy on images changed at random as people do not mind.
RegisteredRecipe augmentedRecipe();

/// `ibp`: cross-entropy on the worst logits that interval bounds allow in an Linf ball, mixed with the plain one.
/// Source: Gowal et al., "On the Effectiveness of Interval Bound Propagation for Training Verifiably Robust Models", 2018.
RegisteredRecipe ibpRecipe();

/// `crown-ibp`: as `ibp`, with the margins bounded by CROWN at first and by intervals at the end.
/// Source: Zhang et al., "Towards Stable and Efficient Training of Verifiably Robust Neural Networks", ICLR 2020.
RegisteredRecipe crownIbpRecipe();

}  // namespace metamer
