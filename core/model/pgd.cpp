#include "core/model/pgd.h"

#include <algorithm>

#include "core/model/recipes.h"
#include "core/model/trainer.h"

namespace metamer {
namespace {

/// The length of each image's row, shaped to divide by.
torch::Tensor lengthOf(const torch::Tensor &x) { return x.flatten(1).norm(2, 1).clamp_min(1e-12).view({-1, 1, 1, 1}); }

torch::Tensor projected(const torch::Tensor &moved, const torch::Tensor &x, const Ascent &ascent) {
    if (ascent.norm == Norm::Linf) {
        return torch::min(torch::max(moved, x - ascent.eps), x + ascent.eps).clamp_(0, 1);
    }
    const auto shift = moved - x;
    return (x + shift * (ascent.eps / lengthOf(shift)).clamp_max(1)).clamp_(0, 1);
}

LossFunction attackedCrossEntropy(const ParameterValues &values, Norm norm) {
    const Ascent full = ascentFrom(values, norm);
    const double ramp = values.real("ramp");
    return [=](Network &network, const Batch &batch) {
        Ascent ascent = full;
        ascent.eps *= ramp > 0 ? std::min(1.0, batch.done / ramp) : 1;
        const auto moved = ascend(network, batch.x, randomStart(batch.x, ascent, batch.generator), ascent,
                                  [&](const torch::Tensor &logits) { return torch::nn::functional::cross_entropy(logits, batch.labels); });
        const auto logits = network.forward(moved);
        return BatchLoss{torch::nn::functional::cross_entropy(logits, batch.labels), logits};
    };
}

}  // namespace

torch::Tensor randomStart(const torch::Tensor &x, const Ascent &ascent, at::Generator &generator) {
    if (ascent.norm == Norm::Linf) {
        const auto shift = torch::rand(x.sizes(), generator, torch::kFloat32).mul_(2 * ascent.eps).sub_(ascent.eps).to(x.device());
        return (x + shift).clamp_(0, 1);
    }
    const auto direction = torch::randn(x.sizes(), generator, torch::kFloat32).to(x.device());
    const auto radius = torch::rand({x.size(0), 1, 1, 1}, generator, torch::kFloat32).to(x.device()).pow(1.0 / static_cast<double>(x[0].numel()));
    return (x + direction / lengthOf(direction) * radius * ascent.eps).clamp_(0, 1);
}

torch::Tensor ascend(Network &network, const torch::Tensor &x, const torch::Tensor &start, const Ascent &ascent,
                     const std::function<torch::Tensor(const torch::Tensor &logits)> &loss) {
    const bool isTrained = network.is_training();
    network.eval();
    auto moved = start;
    for (std::int64_t i = 0; i < ascent.steps; ++i) {
        moved = moved.detach().requires_grad_(true);
        const auto gradient = torch::autograd::grad({loss(network.forward(moved))}, {moved})[0];
        const auto step = ascent.norm == Norm::Linf ? gradient.sign() : gradient / lengthOf(gradient);
        moved = projected(moved.detach() + ascent.stepSize * step, x, ascent);
    }
    network.train(isTrained);
    return moved.detach();
}

std::vector<Parameter> attackParameters(const std::string &eps, const std::string &stepSize, const std::string &ramp, const std::string &source) {
    return {{"eps", "Eps", ParameterType::Text, eps, 0, 0, "", "Radius of the ball, like 0.3 or 8/255.", source, {}, false},
            {"attack-steps", "Attack steps", ParameterType::Integer, "40", 1, 1000, "", "Gradient steps an attack.", source, {}, true},
            {"step-size", "Step size", ParameterType::Real, stepSize, 1e-6, 10, "", "Length of a gradient step, of the full pixel range.", source, {}, true},
            {"ramp", "Ramp", ParameterType::Real, ramp, 0, 1, "of the training", "Eps grows from 0 over this part; without it training at an Linf eps of 0.4 collapses.",
             "ours, after Gowal et al. 2018", {}, true}};
}

Ascent ascentFrom(const ParameterValues &values, Norm norm) {
    return {norm, Budget::parse(norm, values.text("eps")).eps(), values.integer("attack-steps"), values.real("step-size")};
}

namespace {

/// The two recipes differ in their ball alone.
RegisteredRecipe pgdRecipe(RecipeInfo info, Norm norm, const std::string &eps, const std::string &stepSize, const std::string &source) {
    TrainerDefaults defaults;
    defaults.architecture = "madry-cnn";
    defaults.steps = "100000";
    defaults.batchSize = "50";
    defaults.learningRate = "0.0001";
    defaults.source = defaults.lengthSource = "Madry et al. 2018, MNIST";
    std::vector<Parameter> parameters = {presetParameter("ibp-tiny, 20 epochs, 10 attack steps; on MNIST some 10 minutes on two cores.")};
    for (const auto &more : {attackParameters(eps, stepSize, "0.5", source), trainerParameters(defaults)}) {
        parameters.insert(parameters.end(), more.begin(), more.end());
    }
    info.schema = ParameterSchema(std::move(parameters));
    return gradientRecipe(std::move(info), [norm](const ParameterValues &values) { return attackedCrossEntropy(values, norm); });
}

std::map<std::string, std::string> quickOptions(const std::string &stepSize) {
    return {{"architecture", "ibp-tiny"}, {"steps", "0"}, {"epochs", "20"}, {"batch-size", "100"}, {"learning-rate", "0.002"}, {"learning-rate-drops", "0.7,0.9"},
            {"attack-steps", "10"}, {"step-size", stepSize}, {"ramp", "0.3"}};
}

}  // namespace

RegisteredRecipe pgdLinfRecipe() {
    return pgdRecipe({"pgd-linf", "PGD training, Linf", "Cross-entropy on images attacked by projected gradient descent inside an Linf ball.", {}, {{"quick", quickOptions("0.06")}}},
                     Norm::Linf, "0.3", "0.01", "Madry et al. 2018, MNIST");
}

RegisteredRecipe pgdL2Recipe() {
    return pgdRecipe({"pgd-l2", "PGD training, L2", "Cross-entropy on images attacked by projected gradient descent inside an L2 ball.", {}, {{"quick", quickOptions("0.5")}}},
                     Norm::L2, "2", "0.125", "ours: Madry et al. 2018 train inside Linf only; 40 steps of 2.5 eps / 40");
}

}  // namespace metamer
