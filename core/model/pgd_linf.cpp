#include <algorithm>

#include "core/base/budget.h"
#include "core/model/recipes.h"
#include "core/model/trainer.h"

namespace metamer {
namespace {

/// Steps of the gradient's sign inside the ball, from a random start; `x` and the result [N, C, H, W] in [0, 1].
torch::Tensor attacked(SmallCnn &network, const torch::Tensor &x, const torch::Tensor &labels, double eps, std::int64_t steps, double stepSize,
                       at::Generator &generator) {
    const auto start = torch::rand(x.sizes(), generator, torch::kFloat32).mul_(2 * eps).sub_(eps).to(x.device());
    auto moved = (x + start).clamp_(0, 1);
    for (std::int64_t i = 0; i < steps; ++i) {
        moved = moved.detach().requires_grad_(true);
        const auto loss = torch::nn::functional::cross_entropy(network->forward(moved), labels);
        const auto gradient = torch::autograd::grad({loss}, {moved})[0];
        moved = moved.detach() + stepSize * gradient.sign();
        moved = torch::min(torch::max(moved, x - eps), x + eps).clamp_(0, 1);
    }
    return moved.detach();
}

}  // namespace

RegisteredRecipe pgdLinfRecipe() {
    const std::string source = "Madry et al. 2018, MNIST";
    std::vector<Parameter> parameters = {
        {"eps", "Eps", ParameterType::Text, "0.3", 0, 0, "", "Radius of the Linf ball, like 0.3 or 8/255.", source, {}, false}};
    for (auto &parameter : trainerParameters("5", "ours; an epoch takes some 40 times as long as a natural one, and the paper trains 83 of MNIST", "50", "0.001", source)) {
        if (parameter.name == "learning-rate") {
            parameter.source = "ours: for few epochs; the paper's 0.0001 needs its 100,000 steps";
        }
        parameters.push_back(std::move(parameter));
    }
    parameters.push_back({"attack-steps", "Attack steps", ParameterType::Integer, "40", 1, 1000, "", "Gradient steps an attack.", source, {}, true});
    parameters.push_back({"step-size", "Step size", ParameterType::Real, "0.01", 1e-6, 1, "", "Length of a gradient step, of the full pixel range.", source, {}, true});
    parameters.push_back({"ramp", "Ramp", ParameterType::Real, "0.5", 0, 1, "of the training", "Eps grows from 0 over this part; without it training at 0.4 collapses.",
                          "ours, after Gowal et al. 2018", {}, true});
    return {{"pgd-linf", "PGD training, Linf", "Cross-entropy on images attacked by projected gradient descent inside an Linf ball.",
             ParameterSchema(std::move(parameters))},
            [](const TrainRequest &request, const StopToken &stop, const ProgressHandler &progress) {
                const double eps = Budget::parse(Norm::Linf, request.values.text("eps")).eps();
                const double ramp = request.values.real("ramp"), stepSize = request.values.real("step-size");
                const std::int64_t steps = request.values.integer("attack-steps");
                const auto transform = [=](SmallCnn &network, const torch::Tensor &x, const torch::Tensor &labels, double done, at::Generator &generator) {
                    return attacked(network, x, labels, ramp > 0 ? eps * std::min(1.0, done / ramp) : eps, steps, stepSize, generator);
                };
                return trainSmallCnn(request, transform, stop, progress);
            }};
}

}  // namespace metamer
