#pragma once

#include <memory>

#include "core/model/classifier.h"

namespace metamer {

/// The recipe `natural`: cross-entropy on clean images with Adam, the undefended CNN of every comparison.
RecipeInfo naturalRecipe();

/// Trains by that recipe. Asks `stop` before each batch; stopped early it returns the model as it is, aborted nothing.
TrainedModel trainNatural(const TrainRequest &request, const StopToken &stop, const ProgressHandler &progress);

/// Loads what a recipe has trained. Throws Error(Damaged) if the weights do not fit the architecture.
std::unique_ptr<Classifier> loadSmallCnn(const Pixels &weights, const ImageShape &shape, int classCount, const std::string &device);

}  // namespace metamer
