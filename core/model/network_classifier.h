#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include "core/model/classifier.h"
#include "core/model/network.h"

namespace metamer {

/// What answers by a network. It shares the network: while that is being trained, its answers follow.
class NetworkClassifier final : public Classifier {
public:
    NetworkClassifier(std::shared_ptr<Network> network, const ImageShape &shape, torch::Device device);

    std::vector<std::vector<float>> logits(const ImageSet &images) const override;
    std::string device() const override { return m_device.str(); }
    bool hasGradients() const override { return m_network->hasGradients(); }
    std::vector<float> gradients(std::span<const float> x, std::int64_t count, std::span<const float> weights) const override;
    std::vector<float> logitsOf(std::span<const float> x, std::int64_t count) const override;

private:
    torch::Tensor onDevice(std::span<const float> x, std::int64_t count) const;

    std::shared_ptr<Network> m_network;
    ImageShape m_shape;
    torch::Device m_device;
};

}  // namespace metamer
