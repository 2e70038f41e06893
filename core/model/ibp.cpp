#include <algorithm>

#include "core/base/budget.h"
#include "core/model/bounds.h"
#include "core/model/recipes.h"
#include "core/model/trainer.h"

namespace metamer {
namespace {

/// How far a quantity is that stays at 0 for `warmUp` and then grows to 1 over `ramp`, both shares of the training.
double rampedUp(double done, double warmUp, double ramp) {
    if (done < warmUp) {
        return 0;
    }
    return ramp > 0 ? std::min(1.0, (done - warmUp) / ramp) : 1;
}

LossFunction ibpLoss(const ParameterValues &values) {
    const double eps = Budget::parse(Norm::Linf, values.text("eps")).eps();
    const double warmUp = values.real("warm-up"), ramp = values.real("ramp"), kappaEnd = values.real("kappa");
    return [=](Network &network, const Batch &batch) {
        const double grown = rampedUp(batch.done, warmUp, ramp), kappa = 1 + grown * (kappaEnd - 1);
        const auto logits = network.forward(batch.x);
        auto loss = torch::nn::functional::cross_entropy(logits, batch.labels);
        if (kappa < 1) {
            const auto bounds = intervalBounds(network.chain(), regionAround(batch.x, Norm::Linf, grown * eps));
            const auto worst = intervalWorstLogits(network.chain(), bounds, batch.labels);
            loss = kappa * loss + (1 - kappa) * torch::nn::functional::cross_entropy(worst, batch.labels);
        }
        return BatchLoss{loss, logits};
    };
}

std::vector<Parameter> scheduleParameters(const std::string &warmUp, const std::string &ramp, const std::string &source) {
    return {{"eps", "Eps", ParameterType::Text, "0.4", 0, 0, "", "Radius of the Linf ball, like 0.4 or 8/255.", source, {}, false},
            {"warm-up", "Warm-up", ParameterType::Real, warmUp, 0, 1, "of the training", "For this part eps is 0.", source, {}, true},
            {"ramp", "Ramp", ParameterType::Real, ramp, 0, 1, "of the training", "Over this part after the warm-up eps grows.", source, {}, true},
            {"kappa", "Kappa", ParameterType::Real, "0.5", 0, 1, "", "Weight of the plain cross-entropy at the end; it falls from 1 as eps grows.", source, {}, true}};
}

}  // namespace

RegisteredRecipe ibpRecipe() {
    TrainerDefaults defaults;
    defaults.architecture = "ibp-large";
    defaults.needsChain = true;
    defaults.steps = "60000";
    defaults.batchSize = "200";
    defaults.drops = "0.25,0.416667";
    defaults.source = defaults.lengthSource = "Gowal et al. 2018, MNIST, and the authors' code";
    std::vector<Parameter> parameters = {presetParameter("ibp-tiny, 40 epochs, batches of 100.")};
    for (const auto &more : {scheduleParameters("0.0333333", "0.166667", defaults.source), trainerParameters(defaults)}) {
        parameters.insert(parameters.end(), more.begin(), more.end());
    }
    return gradientRecipe({"ibp", "IBP training, Linf", "Cross-entropy on the worst logits that interval bounds allow inside an Linf ball: a network that can be certified.",
                           ParameterSchema(std::move(parameters)),
                           {{"quick", {{"architecture", "ibp-tiny"}, {"steps", "0"}, {"epochs", "40"}, {"batch-size", "100"}, {"warm-up", "0.02"}, {"ramp", "0.5"},
                                       {"learning-rate-drops", "0.75,0.9"}}}}},
                          ibpLoss);
}

}  // namespace metamer
