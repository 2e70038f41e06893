#include "core/model/network_classifier.h"

#include "core/base/error.h"
#include "core/model/blas_threads.h"
#include "core/model/tensors.h"
#include "core/model/torch_errors.h"

namespace metamer {
namespace {

constexpr std::int64_t kBatch = 500;

std::vector<float> valuesOf(const torch::Tensor &tensor) {
    const auto flat = tensor.detach().cpu().contiguous();
    return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

}  // namespace

NetworkClassifier::NetworkClassifier(std::shared_ptr<Network> network, const ImageShape &shape, torch::Device device)
    : m_network(std::move(network)), m_shape(shape), m_device(device) {
    m_network->to(m_device);
    m_network->eval();
}

std::vector<std::vector<float>> NetworkClassifier::logits(const ImageSet &images) const {
    if (images.shape != m_shape) {
        throw Error(ErrorCode::BadInput, "the model was trained on images of another size; train one on this data set");
    }
    const torch::NoGradGuard noGrad;
    const OneBlasThread oneThread;
    std::vector<std::vector<float>> result;
    for (std::int64_t start = 0; start < images.count(); start += kBatch) {
        const std::int64_t count = std::min(kBatch, images.count() - start);
        const std::span<const std::uint8_t> bytes(images.bytes.data() + static_cast<std::size_t>(start) * m_shape.size(),
                                                  static_cast<std::size_t>(count) * m_shape.size());
        const auto out = m_network->forward(toTensor(bytes, count, m_shape, m_device)).cpu().contiguous();
        const float *values = out.data_ptr<float>();
        for (std::int64_t i = 0; i < count; ++i) {
            result.emplace_back(values + i * out.size(1), values + (i + 1) * out.size(1));
        }
    }
    return result;
}

torch::Tensor NetworkClassifier::onDevice(std::span<const float> x, std::int64_t count) const {
    if (x.size() != static_cast<std::size_t>(count) * m_shape.size()) {
        throw Error(ErrorCode::BadInput, "the model was trained on images of another size; train one on this data set");
    }
    return torch::from_blob(const_cast<float *>(x.data()), {count, m_shape.channels, m_shape.height, m_shape.width}).to(m_device);
}

std::vector<float> NetworkClassifier::gradients(std::span<const float> x, std::int64_t count, std::span<const float> weights) const {
    if (!hasGradients()) {
        return Classifier::gradients(x, count, weights);
    }
    return translated([&] {
        const OneBlasThread oneThread;
        const auto input = onDevice(x, count).detach().requires_grad_(true);
        const auto out = m_network->forward(input);
        const auto factors = torch::from_blob(const_cast<float *>(weights.data()), out.sizes()).to(m_device);
        return valuesOf(torch::autograd::grad({(out * factors).sum()}, {input})[0]);
    });
}

std::vector<float> NetworkClassifier::logitsOf(std::span<const float> x, std::int64_t count) const {
    if (!hasGradients()) {
        return Classifier::logitsOf(x, count);
    }
    return translated([&] {
        const torch::NoGradGuard noGrad;
        const OneBlasThread oneThread;
        return valuesOf(m_network->forward(onDevice(x, count)));
    });
}

}  // namespace metamer
