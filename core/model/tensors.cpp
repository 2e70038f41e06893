#include "core/model/tensors.h"

namespace metamer {

torch::Tensor toTensor(std::span<const std::uint8_t> bytes, std::int64_t count, const ImageShape &shape, torch::Device device) {
    const auto raw = torch::from_blob(const_cast<std::uint8_t *>(bytes.data()),
                                      {count, shape.channels, shape.height, shape.width}, torch::kUInt8);
    return raw.to(device).to(torch::kFloat32).div(255.0f);
}

}  // namespace metamer
