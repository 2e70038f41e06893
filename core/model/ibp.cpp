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

/// The loss of both recipes. `crownStart`: how much of the margins CROWN bounds at first; it falls to 0 as eps grows.
LossFunction boundLoss(const ParameterValues &values, double crownStart) {
    const double eps = Budget::parse(Norm::Linf, values.text("eps")).eps();
    const double warmUp = values.real("warm-up"), ramp = values.real("ramp"), kappaEnd = values.real("kappa");
    return [=](Network &network, const Batch &batch) {
        const double grown = rampedUp(batch.done, warmUp, ramp), kappa = 1 + grown * (kappaEnd - 1), beta = crownStart * (1 - grown);
        const auto logits = network.forward(batch.x);
        auto loss = torch::nn::functional::cross_entropy(logits, batch.labels);
        if (kappa < 1) {
            const auto &chain = network.chain();
            const auto region = regionAround(batch.x, Norm::Linf, grown * eps);
            const auto bounds = intervalBounds(chain, region);
            auto worst = intervalWorstLogits(chain, bounds, batch.labels);
            if (beta > 0) {
                const auto margins = marginCoefficients(batch.labels, logits.size(1), torch::kFloat32);
                worst = (1 - beta) * worst - beta * crownLower(chain, bounds, region, margins, chain.size());
            }
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

TrainerDefaults certifiableDefaults(const std::string &source) {
    TrainerDefaults defaults;
    defaults.architecture = "ibp-large";
    defaults.architectures = architectureNames(true);
    defaults.source = defaults.lengthSource = source;
    return defaults;
}

ParameterSchema schemaOf(const std::string &quickHelp, const std::vector<Parameter> &schedule, const TrainerDefaults &defaults) {
    std::vector<Parameter> parameters = {presetParameter(quickHelp)};
    for (const auto &more : {schedule, trainerParameters(defaults)}) {
        parameters.insert(parameters.end(), more.begin(), more.end());
    }
    return ParameterSchema(std::move(parameters));
}

std::map<std::string, std::string> quickOptions(const std::string &epochs, const std::string &batchSize) {
    return {{"architecture", "ibp-tiny"}, {"steps", "0"}, {"epochs", epochs}, {"batch-size", batchSize}, {"learning-rate", "0.001"}, {"warm-up", "0.02"},
            {"ramp", "0.5"}, {"learning-rate-drops", "0.75,0.9"}};
}

}  // namespace

RegisteredRecipe ibpRecipe() {
    TrainerDefaults defaults = certifiableDefaults("Gowal et al. 2018, MNIST, and the authors' code");
    defaults.steps = "60000";
    defaults.batchSize = "200";
    defaults.drops = "0.25,0.416667";
    return gradientRecipe({"ibp", "IBP training, Linf", "Cross-entropy on the worst logits that interval bounds allow inside an Linf ball: a network that can be certified.",
                           schemaOf("ibp-tiny, 40 epochs; on MNIST some 10 minutes on two cores, with nine digits in ten certified at 0.3.", scheduleParameters("0.0333333", "0.166667", defaults.source), defaults),
                           {{"quick", quickOptions("40", "100")}}},
                          [](const ParameterValues &values) { return boundLoss(values, 0); });
}

RegisteredRecipe crownIbpRecipe() {
    TrainerDefaults defaults = certifiableDefaults("Zhang et al. 2020, MNIST, eps 0.4, and the authors' code");
    defaults.epochs = "200";
    defaults.batchSize = "256";
    defaults.learningRate = "0.0005";
    defaults.drops = "0.65,0.95";
    return gradientRecipe({"crown-ibp", "CROWN-IBP training, Linf", "As ibp, but the margins are bounded by CROWN at first and by intervals at the end, which makes the start steadier.",
                           schemaOf("ibp-tiny, 20 epochs; on MNIST nearly half an hour on two cores.", scheduleParameters("0.05", "0.255", defaults.source), defaults),
                           {{"quick", quickOptions("20", "100")}}},
                          [](const ParameterValues &values) { return boundLoss(values, 1); });
}

}  // namespace metamer
