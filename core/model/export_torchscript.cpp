#include "core/model/export_torchscript.h"

#include <sstream>

#include <torch/script.h>

namespace metamer {
namespace {

std::string pair(std::int64_t value) { return "[" + std::to_string(value) + ", " + std::to_string(value) + "]"; }

}  // namespace

LayerText convolutionText(const std::string &name, const torch::Tensor &weight, const torch::Tensor &bias, std::int64_t stride, std::int64_t padding) {
    const std::string own = "self." + name;
    return {"x = torch.conv2d(x, " + own + "_weight, " + own + "_bias, " + pair(stride) + ", " + pair(padding) + ")", {{name + "_weight", weight}, {name + "_bias", bias}}};
}

LayerText linearText(const std::string &name, const torch::Tensor &weight, const torch::Tensor &bias) {
    const std::string own = "self." + name;
    return {"x = torch.matmul(x, " + own + "_weight.t()) + " + own + "_bias", {{name + "_weight", weight}, {name + "_bias", bias}}};
}

LayerText reluText() { return {"x = torch.relu(x)", {}}; }

LayerText maxPoolText(std::int64_t side) { return {"x = torch.max_pool2d(x, " + pair(side) + ")", {}}; }

LayerText flattenText() { return {"x = torch.flatten(x, 1)", {}}; }

Pixels writeTorchScript(const std::vector<LayerText> &layers) {
    torch::jit::Module module("metamer.Model");
    std::string source = "def forward(self, x: Tensor) -> Tensor:\n";
    for (const auto &layer : layers) {
        for (const auto &[name, tensor] : layer.tensors) {
            module.register_parameter(name, tensor.detach().cpu().contiguous().clone(), false);
        }
        source += "    " + layer.statement + "\n";
    }
    module.define(source + "    return x\n");
    module.eval();
    std::ostringstream stream;
    module.save(stream);
    const std::string text = stream.str();
    return {text.begin(), text.end()};
}

}  // namespace metamer
