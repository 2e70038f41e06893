#include "core/model/recipes.h"
#include "core/model/trainer.h"

namespace metamer {

RegisteredRecipe naturalRecipe() {
    TrainerDefaults defaults;
    defaults.epochs = "3";
    defaults.lengthSource = "ours: enough for 98 % on the digit sets";
    defaults.source = "Kingma and Ba 2015";
    return gradientRecipe({"natural", "Natural training", "Cross-entropy on clean images; the undefended CNN.", ParameterSchema(trainerParameters(defaults))},
                          [](const ParameterValues &) {
                              return [](Network &network, const Batch &batch) {
                                  const auto logits = network.forward(batch.x);
                                  return BatchLoss{torch::nn::functional::cross_entropy(logits, batch.labels), logits};
                              };
                          });
}

std::vector<RegisteredRecipe> registeredRecipes() { return {naturalRecipe(), augmentedRecipe(), pgdLinfRecipe(), pgdL2Recipe(), tradesRecipe(), sparseL0Recipe(), absRecipe(), binaryAbsRecipe(), ibpRecipe(), crownIbpRecipe()}; }

}  // namespace metamer
