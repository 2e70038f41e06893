#include "core/model/recipes.h"
#include "core/model/trainer.h"

namespace metamer {
namespace {

/// A number for each image of a batch, shaped to multiply it by.
torch::Tensor drawn(const Batch &batch, double low, double high) {
    return torch::rand({batch.x.size(0), 1, 1, 1}, batch.generator, torch::kFloat32).mul_(high - low).add_(low).to(batch.x.device());
}

/// Turned, scaled, slanted and shifted, each image by its own draw.
torch::Tensor turned(const Batch &batch, double degrees, double scale, double shift) {
    const auto angle = drawn(batch, -degrees, degrees).flatten() * (M_PI / 180), size = drawn(batch, 1 - scale, 1 + scale).flatten(), slant = drawn(batch, -0.2, 0.2).flatten();
    const auto cosine = torch::cos(angle) / size, sine = torch::sin(angle) / size;
    const auto right = drawn(batch, -shift, shift).flatten() * (2.0 / static_cast<double>(batch.x.size(3))), down = drawn(batch, -shift, shift).flatten() * (2.0 / static_cast<double>(batch.x.size(2)));
    const auto theta = torch::stack({torch::stack({cosine, slant - sine, right}, 1), torch::stack({sine, cosine, down}, 1)}, 1);
    return torch::grid_sampler(batch.x, torch::affine_grid_generator(theta, batch.x.sizes(), false), 0, 0, false);
}

/// Strokes one pixel wider or thinner, for a share of the images each.
torch::Tensor thickened(const torch::Tensor &x, const torch::Tensor &pick, double share) {
    const auto wide = torch::max_pool2d(x, 3, 1, 1), thin = -torch::max_pool2d(-x, 3, 1, 1);
    const auto half = torch::max((x + thin) / 2, thin);   // a whole pixel off both sides would erase thin strokes
    return torch::where(pick < share / 2, wide, torch::where(pick < share, half, x));
}

LossFunction augmentedLoss(const ParameterValues &values) {
    const double degrees = values.real("rotation"), scale = values.real("scale"), shift = values.real("shift"), thickness = values.real("thickness"), contrast = values.real("contrast");
    return [=](Network &network, const Batch &batch) {
        auto x = thickened(turned(batch, degrees, scale, shift), drawn(batch, 0, 1), thickness);
        x = ((x - 0.5) * drawn(batch, 1 - contrast, 1) + 0.5).clamp(0, 1);
        const auto logits = network.forward(x);
        return BatchLoss{torch::nn::functional::cross_entropy(logits, batch.labels), logits};
    };
}

}  // namespace

RegisteredRecipe augmentedRecipe() {
    TrainerDefaults defaults;
    defaults.epochs = "10";
    defaults.lengthSource = "ours";
    defaults.source = "Kingma and Ba 2015";
    const auto real = [](const std::string &name, const std::string &title, const std::string &value, double most, const std::string &unit, const std::string &help) {
        return Parameter{name, title, ParameterType::Real, value, 0, most, unit, help, "ours, as the oracle proxies are trained", {}, true};
    };
    std::vector<Parameter> parameters = {real("rotation", "Rotation", "20", 90, "degrees", "Images are turned by up to this."),
                                         real("scale", "Scale", "0.2", 0.9, "", "Images are made greater or smaller by up to this share."),
                                         real("shift", "Shift", "3", 20, "px", "Images are shifted by up to this on each axis."),
                                         real("thickness", "Thickness", "0.4", 1, "of the images", "Share whose strokes are made thicker or thinner."),
                                         real("contrast", "Contrast", "0.6", 1, "", "Contrast is lowered by up to this share.")};
    for (const auto &parameter : trainerParameters(defaults)) {
        parameters.push_back(parameter);
    }
    return gradientRecipe({"augmented", "Augmented training",
                           "Cross-entropy on images that are turned, moved, thickened and paled at random. Of the oracle proxies' family: beside runs that a proxy has "
                           "chosen it must not stand in a table without a run that no proxy has chosen.",
                           ParameterSchema(std::move(parameters))},
                          augmentedLoss);
}

}  // namespace metamer
