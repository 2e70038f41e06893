#include <algorithm>

#include "core/model/pgd.h"
#include "core/model/recipes.h"
#include "core/model/trainer.h"

namespace metamer {
namespace {

namespace F = torch::nn::functional;

constexpr double kStartNoise = 0.001;   // as the authors' code starts its attack

/// Kullback-Leibler divergence of the answers on moved images from those on clean ones, a mean over the images.
torch::Tensor divergence(const torch::Tensor &moved, const torch::Tensor &clean) {
    return F::kl_div(torch::log_softmax(moved, 1), torch::softmax(clean, 1), F::KLDivFuncOptions().reduction(torch::kBatchMean));
}

LossFunction tradesLoss(const ParameterValues &values) {
    const Ascent full = ascentFrom(values, Norm::Linf);
    const double ramp = values.real("ramp"), beta = values.real("beta");
    return [=](Network &network, const Batch &batch) {
        Ascent ascent = full;
        ascent.eps *= ramp > 0 ? std::min(1.0, batch.done / ramp) : 1;
        network.eval();
        const auto still = network.forward(batch.x).detach();
        const auto noise = torch::randn(batch.x.sizes(), batch.generator, torch::kFloat32).to(batch.x.device());
        const auto moved = ascend(network, batch.x, (batch.x + kStartNoise * noise).clamp(0, 1), ascent, [&](const torch::Tensor &logits) { return divergence(logits, still); });
        network.train();
        const auto logits = network.forward(batch.x);
        return BatchLoss{F::cross_entropy(logits, batch.labels) + beta * divergence(network.forward(moved), logits), logits};
    };
}

}  // namespace

RegisteredRecipe tradesRecipe() {
    TrainerDefaults defaults;
    defaults.architecture = "madry-cnn";
    defaults.epochs = "100";
    defaults.batchSize = "128";
    defaults.optimiser = "sgd";
    defaults.learningRate = "0.01";
    defaults.drops = "0.55,0.75,0.9";
    defaults.source = defaults.lengthSource = "Zhang et al. 2019, MNIST, and the authors' code";
    std::vector<Parameter> parameters = {presetParameter("ibp-tiny, 12 epochs with Adam, 10 attack steps; on MNIST some 10 minutes on two cores.")};
    parameters.push_back({"beta", "Beta", ParameterType::Real, "6", 0, 1000, "", "Weight of the divergence against the cross-entropy; the authors' code for MNIST has 1.", "Zhang et al. 2019, 1 / lambda", {}, false});
    for (const auto &more : {attackParameters("0.3", "0.01", "0", defaults.source), trainerParameters(defaults)}) {
        parameters.insert(parameters.end(), more.begin(), more.end());
    }
    return gradientRecipe({"trades", "TRADES training, Linf", "Cross-entropy on clean images, and as little change of the answers inside an Linf ball as possible.",
                           ParameterSchema(std::move(parameters)),
                           {{"quick", {{"architecture", "ibp-tiny"}, {"epochs", "12"}, {"batch-size", "100"}, {"optimiser", "adam"}, {"learning-rate", "0.002"}, {"learning-rate-drops", "0.7,0.9"},
                                       {"attack-steps", "10"}, {"step-size", "0.06"}, {"ramp", "0.3"}}}}},
                          tradesLoss);
}

}  // namespace metamer
