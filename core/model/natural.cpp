#include "core/model/natural.h"

#include <sstream>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/model/small_cnn.h"

namespace metamer {
namespace {

constexpr std::int64_t kPredictionBatch = 500;

class SmallCnnClassifier final : public Classifier {
public:
    SmallCnnClassifier(SmallCnn network, ImageShape shape, torch::Device device)
        : m_network(std::move(network)), m_shape(shape), m_device(device) {
        m_network->eval();
    }

    std::vector<std::vector<float>> logits(const ImageSet &images) const override {
        if (images.shape != m_shape) {
            throw Error(ErrorCode::BadInput, "the model was trained on images of another size; train one on this data set");
        }
        const torch::NoGradGuard noGrad;
        std::vector<std::vector<float>> result;
        for (std::int64_t start = 0; start < images.count(); start += kPredictionBatch) {
            const std::int64_t count = std::min(kPredictionBatch, images.count() - start);
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

    std::string device() const override { return m_device.str(); }

private:
    mutable SmallCnn m_network;
    ImageShape m_shape;
    torch::Device m_device;
};

std::string hashOf(SmallCnn &network) {
    Sha256 hash;
    hash.add(std::string(kSmallCnn));
    for (const auto &named : network->named_parameters()) {
        const auto tensor = named.value().detach().cpu().contiguous();
        hash.add(named.key());
        hash.add({static_cast<const std::uint8_t *>(tensor.data_ptr()), tensor.nbytes()});
    }
    return hash.hex();
}

Pixels saveWeights(const SmallCnn &network) {
    std::ostringstream stream;
    torch::save(network, stream);
    const std::string text = stream.str();
    return {text.begin(), text.end()};
}

/// One epoch's order of the training images, from the seed alone.
torch::Tensor epochOrder(std::int64_t count, std::int64_t seed, std::int64_t epoch) {
    auto generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(seed * 1000 + epoch));
    return torch::randperm(count, generator, torch::kInt64);
}

}  // namespace

RecipeInfo naturalRecipe() {
    return {"natural", "Natural training", "Cross-entropy on clean images; the undefended CNN.",
            ParameterSchema({
                {"epochs", "Epochs", ParameterType::Integer, "3", 1, 1000, "", "Passes over the training images.",
                 "ours: enough for 98 % on the digit sets", {}, false},
                {"batch-size", "Batch size", ParameterType::Integer, "100", 1, 10000, "images", "Images a step.", "ours", {}, true},
                {"learning-rate", "Learning rate", ParameterType::Real, "0.001", 1e-7, 1, "", "Adam's step size.",
                 "Kingma and Ba 2015", {}, true},
            })};
}

TrainedModel trainNatural(const TrainRequest &request, const StopToken &stop, const ProgressHandler &progress) {
    const ImageShape shape = request.train->images.shape;
    if (shape.height < 8 || shape.width < 8) {
        throw Error(ErrorCode::BadInput, "images under 8x8 are too small for small-cnn");
    }
    const torch::Device device(request.device);
    torch::manual_seed(static_cast<std::uint64_t>(request.seed));
    SmallCnn network(shape, request.classCount);
    network->to(device);
    torch::optim::Adam optimiser(network->parameters(), torch::optim::AdamOptions(request.values.real("learning-rate")));
    const auto images = torch::from_blob(const_cast<std::uint8_t *>(request.train->images.bytes.data()),
                                         {request.train->count(), shape.channels, shape.height, shape.width}, torch::kUInt8);
    const auto labels = torch::tensor(std::vector<std::int64_t>(request.train->labels.begin(), request.train->labels.end()));
    const std::int64_t epochs = request.values.integer("epochs");
    const std::int64_t batch = request.values.integer("batch-size");
    const std::int64_t steps = (request.train->count() + batch - 1) / batch;
    EtaClock clock;
    TrainedModel trained;
    torch::Tensor order;
    for (std::int64_t step = 0; step < epochs * steps; ++step) {
        if (stop.isStopRequested()) {
            trained.end = stop.end();
            break;
        }
        const std::int64_t epoch = step / steps;
        if (step % steps == 0) {
            network->train();
            order = epochOrder(request.train->count(), request.seed, epoch);
        }
        const auto rows = order.slice(0, step % steps * batch, std::min((step % steps + 1) * batch, request.train->count()));
        optimiser.zero_grad();
        const auto x = images.index_select(0, rows).to(device).to(torch::kFloat32).div(255.0f);
        const auto loss = torch::nn::functional::cross_entropy(network->forward(x), labels.index_select(0, rows).to(device));
        loss.backward();
        optimiser.step();
        Progress now{"epoch " + std::to_string(epoch + 1) + " of " + std::to_string(epochs), step + 1, epochs * steps, -1};
        clock.stamp(now);
        progress(now);
    }
    if (trained.end == JobEnd::Aborted) {
        return trained;
    }
    trained.architecture = kSmallCnn;
    trained.hash = hashOf(network);
    network->to(torch::kCPU);
    trained.weights = saveWeights(network);
    network->to(device);
    trained.cleanAccuracy = accuracyOf(SmallCnnClassifier(network, shape, device), *request.test);
    return trained;
}

std::unique_ptr<Classifier> loadSmallCnn(const Pixels &weights, const ImageShape &shape, int classCount, const std::string &device) {
    SmallCnn network(shape, classCount);
    std::istringstream stream(std::string(weights.begin(), weights.end()));
    try {
        torch::load(network, stream);
    } catch (const c10::Error &) {
        throw Error(ErrorCode::Damaged, "the model's weights do not fit its architecture small-cnn; train it again");
    }
    network->to(torch::Device(device));
    return std::make_unique<SmallCnnClassifier>(network, shape, torch::Device(device));
}

}  // namespace metamer
