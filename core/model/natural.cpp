#include "core/model/recipes.h"
#include "core/model/trainer.h"

namespace metamer {

RegisteredRecipe naturalRecipe() {
    return {{"natural", "Natural training", "Cross-entropy on clean images; the undefended CNN.",
             ParameterSchema(trainerParameters("3", "ours: enough for 98 % on the digit sets", "100", "0.001", "Kingma and Ba 2015"))},
            [](const TrainRequest &request, const StopToken &stop, const ProgressHandler &progress) {
                const auto asIs = [](SmallCnn &, const torch::Tensor &x, const torch::Tensor &, double, at::Generator &) { return x; };
                return trainSmallCnn(request, asIs, stop, progress);
            }};
}

std::vector<RegisteredRecipe> registeredRecipes() { return {naturalRecipe(), pgdLinfRecipe()}; }

}  // namespace metamer
