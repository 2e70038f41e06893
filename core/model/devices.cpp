#include "core/model/devices.h"

#include <algorithm>
#include <thread>

#include <torch/torch.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/torch_compat.h"

namespace metamer {

void prepareTorch() {
    silenceTorchWarnings();
    at::set_num_threads(static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
}

std::string torchVersionText() { return TORCH_VERSION; }

std::vector<std::string> torchDevices() {
    std::vector<std::string> names = {"cpu"};
    const auto count = torch::cuda::is_available() ? torch::cuda::device_count() : 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        names.push_back("cuda:" + std::to_string(i));
    }
    return names;
}

std::string resolveTorchDevice(const std::string &wanted) {
    const auto names = torchDevices();
    if (wanted == "auto") {
        return names.size() > 1 ? names[1] : names[0];
    }
    const std::string full = wanted == "cuda" ? "cuda:0" : wanted;
    if (std::find(names.begin(), names.end(), full) == names.end()) {
        const bool isDevice = full == "cpu" || full.starts_with("cuda:");
        throw Error(isDevice ? ErrorCode::Device : ErrorCode::Usage,
                    "device '" + wanted + "' is not there; use auto or one of " + join(names, ", "));
    }
    return full;
}

}  // namespace metamer
