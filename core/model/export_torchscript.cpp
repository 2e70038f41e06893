#include "core/model/export_torchscript.h"

#include <sstream>

#include <torch/script.h>

#include "core/base/error.h"

namespace metamer {
namespace {

std::string pair(std::int64_t value) { return "[" + std::to_string(value) + ", " + std::to_string(value) + "]"; }

/// What makes x of x, as TorchScript; weights are parameters of the module.
std::string expressionOf(const LayerSpec &layer) {
    const std::string weights = "self." + layer.name + "_weight", biases = "self." + layer.name + "_bias";
    switch (layer.kind) {
        case LayerKind::Convolution: return "torch.conv2d(x, " + weights + ", " + biases + ", " + pair(layer.stride) + ", " + pair(layer.padding) + ")";
        case LayerKind::Linear: return "torch.matmul(x, " + weights + ".t()) + " + biases;
        case LayerKind::Relu: return "torch.relu(x)";
        case LayerKind::MaxPool: return "torch.max_pool2d(x, " + pair(layer.kernel) + ")";
        case LayerKind::Flatten: return "torch.flatten(x, 1)";
    }
    return "x";
}

}  // namespace

Pixels writeTorchScript(const Network &network) {
    if (network.chain().empty()) {
        throw Error(ErrorCode::Usage, "a network that is no chain of layers cannot be written as TorchScript; export a model of another architecture");
    }
    torch::jit::Module module("metamer.Model");
    std::string source = "def forward(self, x: Tensor) -> Tensor:\n";
    for (const Layer &layer : network.chain()) {
        if (layer.weight.defined()) {
            module.register_parameter(layer.spec.name + "_weight", layer.weight.detach().cpu().contiguous().clone(), false);
            module.register_parameter(layer.spec.name + "_bias", layer.bias.detach().cpu().contiguous().clone(), false);
        }
        source += "    x = " + expressionOf(layer.spec) + "\n";
    }
    module.define(source + "    return x\n");
    module.eval();
    std::ostringstream stream;
    module.save(stream);
    const std::string text = stream.str();
    return {text.begin(), text.end()};
}

}  // namespace metamer
