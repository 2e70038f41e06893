#include "core/model/export_torchscript.h"

#include <algorithm>
#include <sstream>

#include <torch/script.h>

namespace metamer {

Pixels writeTorchScript(const Network &network) {
    torch::jit::Module module("metamer.Model");
    const auto nameOf = [](std::string name) {
        std::replace(name.begin(), name.end(), '.', '_');
        return name;
    };
    for (const auto &named : network.named_parameters()) {
        module.register_parameter(nameOf(named.key()), named.value().detach().cpu().contiguous().clone(), false);
    }
    for (const auto &named : network.named_buffers()) {
        module.register_buffer(nameOf(named.key()), named.value().detach().cpu().contiguous().clone());
    }
    module.define(network.script());
    module.eval();
    std::ostringstream stream;
    module.save(stream);
    const std::string text = stream.str();
    return {text.begin(), text.end()};
}

}  // namespace metamer
