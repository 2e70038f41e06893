#include "core/model/trainer.h"

#include <chrono>
#include <sstream>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/model/blas_threads.h"

namespace metamer {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kPredictionBatch = 500;
constexpr std::int64_t kCurvePoints = 20;         // at least so many over a training, and one an epoch
constexpr std::int64_t kCurveTestImages = 500;
constexpr auto kCheckpointEvery = std::chrono::seconds(20);

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
        const OneBlasThread oneThread;
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

template <typename Saved>
Pixels saved(const Saved &value) {
    std::ostringstream stream;
    torch::save(value, stream);
    const std::string text = stream.str();
    return {text.begin(), text.end()};
}

LabelledImages firstOf(const LabelledImages &data, std::int64_t most) {
    const std::int64_t count = std::min(most, data.count());
    LabelledImages first{{data.images.shape, {}}, {data.labels.begin(), data.labels.begin() + count}};
    first.images.bytes.assign(data.images.bytes.begin(), data.images.bytes.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(count) * data.images.shape.size()));
    return first;
}

at::Generator generatorFor(std::int64_t seed, std::int64_t number) {
    return at::detail::createCPUGenerator(static_cast<std::uint64_t>(seed) * 0x9E3779B97F4A7C15ull + static_cast<std::uint64_t>(number));
}

/// A training under way: network, optimiser, where it is, and the sums of the stretch since the last curve point.
class Trainer {
public:
    Trainer(const TrainRequest &request, const BatchTransform &transform)
        : m_request(request), m_transform(transform), m_shape(request.train->images.shape), m_device(request.device), m_network(makeNetwork(request)),
          m_optimiser(m_network->parameters(), torch::optim::AdamOptions(request.values.real("learning-rate"))),
          m_batch(request.values.integer("batch-size")), m_stepsPerEpoch((request.train->count() + m_batch - 1) / m_batch),
          m_steps(request.values.integer("epochs") * m_stepsPerEpoch), m_sample(firstOf(*request.test, kCurveTestImages)) {
        if (request.from != nullptr) {
            restore(*request.from);
        }
        m_pointEvery = std::max<std::int64_t>(1, std::min(m_stepsPerEpoch, m_steps / kCurvePoints));
    }

    TrainedModel run(const StopToken &stop, const ProgressHandler &progress) {
        const OneBlasThread oneThread;
        EtaClock clock;
        auto savedAt = Clock::now();
        while (m_step < m_steps) {
            if (stop.isStopRequested()) {
                if (!stop.isAbortRequested()) {
                    handOut();
                }
                TrainedModel unfinished;
                unfinished.end = stop.end();
                unfinished.curve = m_curve;
                return unfinished;
            }
            learn();
            Progress now{"epoch " + std::to_string((m_step - 1) / m_stepsPerEpoch + 1) + " of " + std::to_string(m_steps / m_stepsPerEpoch), m_step, m_steps, -1};
            clock.stamp(now);
            progress(now);
            const bool isPoint = m_step % m_pointEvery == 0 || m_step % m_stepsPerEpoch == 0;
            if (isPoint) {
                addPoint();
            }
            if (m_step < m_steps && Clock::now() - savedAt > kCheckpointEvery) {
                handOut();
                savedAt = Clock::now();
            }
        }
        return finished();
    }

    TrainedModel finished() {
        TrainedModel trained;
        trained.architecture = kSmallCnn;
        trained.hash = hashOf(m_network);
        m_network->to(torch::kCPU);
        trained.weights = saved(m_network);
        m_network->to(m_device);
        trained.curve = m_curve;
        trained.confusion = confusionOf(SmallCnnClassifier(m_network, m_shape, m_device), *m_request.test, m_request.classCount);
        std::int64_t right = 0;
        for (std::size_t i = 0; i < trained.confusion.size(); ++i) {
            right += trained.confusion[i][i];
        }
        trained.cleanAccuracy = static_cast<double>(right) / static_cast<double>(m_request.test->count());
        return trained;
    }

private:
    static SmallCnn makeNetwork(const TrainRequest &request) {
        const ImageShape &shape = request.train->images.shape;
        if (shape.height < 8 || shape.width < 8) {
            throw Error(ErrorCode::BadInput, "images under 8x8 are too small for small-cnn");
        }
        torch::manual_seed(static_cast<std::uint64_t>(request.seed));
        SmallCnn network(shape, request.classCount);
        network->to(torch::Device(request.device));
        return network;
    }

    /// One batch. The order of an epoch follows from seed and epoch alone.
    void learn() {
        const std::int64_t within = m_step % m_stepsPerEpoch, epoch = m_step / m_stepsPerEpoch, count = m_request.train->count();
        if (epoch != m_epoch) {
            m_epoch = epoch;
            auto generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(m_request.seed * 1000 + epoch));
            m_order = torch::randperm(count, generator, torch::kInt64);
        }
        const auto rows = m_order.slice(0, within * m_batch, std::min((within + 1) * m_batch, count));
        const auto images = torch::from_blob(const_cast<std::uint8_t *>(m_request.train->images.bytes.data()),
                                             {count, m_shape.channels, m_shape.height, m_shape.width}, torch::kUInt8);
        const auto x = images.index_select(0, rows).to(m_device).to(torch::kFloat32).div(255.0f);
        const auto labels = labelTensor().index_select(0, rows).to(m_device);
        m_network->train();
        auto generator = generatorFor(m_request.seed, m_step);
        const auto used = m_transform(m_network, x, labels, static_cast<double>(m_step) / static_cast<double>(m_steps), generator);
        m_optimiser.zero_grad();
        const auto logits = m_network->forward(used);
        const auto loss = torch::nn::functional::cross_entropy(logits, labels);
        loss.backward();
        m_optimiser.step();
        ++m_step;
        m_lossSum += loss.item<double>() * static_cast<double>(x.size(0));
        m_right += logits.detach().argmax(1).eq(labels).sum().item<std::int64_t>();
        m_seen += x.size(0);
    }

    const torch::Tensor &labelTensor() {
        if (!m_labels.defined()) {
            m_labels = torch::tensor(std::vector<std::int64_t>(m_request.train->labels.begin(), m_request.train->labels.end()));
        }
        return m_labels;
    }

    void addPoint() {
        TrainingPoint point;
        point.epoch = static_cast<double>(m_step) / static_cast<double>(m_stepsPerEpoch);
        point.loss = m_lossSum / static_cast<double>(m_seen);
        point.trainAccuracy = static_cast<double>(m_right) / static_cast<double>(m_seen);
        point.testAccuracy = accuracyOf(SmallCnnClassifier(m_network, m_shape, m_device), m_sample);
        m_curve.push_back(point);
        m_lossSum = 0;
        m_right = m_seen = 0;
        if (m_request.onPoint) {
            m_request.onPoint(point);
        }
    }

    void handOut() {
        if (!m_request.onCheckpoint) {
            return;
        }
        torch::serialize::OutputArchive archive, network, optimiser;
        m_network->save(network);
        m_optimiser.save(optimiser);
        archive.write("network", network);
        archive.write("optimiser", optimiser);
        archive.write("sums", torch::tensor({m_lossSum, static_cast<double>(m_right), static_cast<double>(m_seen)}, torch::kFloat64), true);
        std::ostringstream stream;
        archive.save_to(stream);
        const std::string text = stream.str();
        m_request.onCheckpoint({m_step, m_steps, m_curve, {text.begin(), text.end()}});
    }

    void restore(const Checkpoint &checkpoint) {
        try {
            std::istringstream stream(std::string(checkpoint.state.begin(), checkpoint.state.end()));
            torch::serialize::InputArchive archive, network, optimiser;
            archive.load_from(stream, m_device);
            archive.read("network", network);
            archive.read("optimiser", optimiser);
            m_network->load(network);
            m_optimiser.load(optimiser);
            torch::Tensor sums;
            archive.read("sums", sums, true);
            sums = sums.cpu();
            m_lossSum = sums[0].item<double>();
            m_right = static_cast<std::int64_t>(sums[1].item<double>());
            m_seen = static_cast<std::int64_t>(sums[2].item<double>());
        } catch (const c10::Error &) {
            throw Error(ErrorCode::Damaged, "the checkpoint does not fit this training; drop it and train again");
        }
        m_step = checkpoint.step;
        m_curve = checkpoint.curve;
    }

    const TrainRequest &m_request;
    const BatchTransform &m_transform;
    ImageShape m_shape;
    torch::Device m_device;
    SmallCnn m_network;
    torch::optim::Adam m_optimiser;
    std::int64_t m_batch, m_stepsPerEpoch, m_steps, m_pointEvery = 1;
    LabelledImages m_sample;
    torch::Tensor m_order, m_labels;
    std::int64_t m_epoch = -1;
    std::int64_t m_step = 0;
    double m_lossSum = 0;
    std::int64_t m_right = 0, m_seen = 0;
    std::vector<TrainingPoint> m_curve;
};

}  // namespace

std::vector<Parameter> trainerParameters(const std::string &epochs, const std::string &epochsSource, const std::string &batchSize,
                                         const std::string &learningRate, const std::string &source) {
    return {{"epochs", "Epochs", ParameterType::Integer, epochs, 1, 100000, "", "Passes over the training images.", epochsSource, {}, false},
            {"batch-size", "Batch size", ParameterType::Integer, batchSize, 1, 10000, "images", "Images a step.", source, {}, true},
            {"learning-rate", "Learning rate", ParameterType::Real, learningRate, 1e-7, 1, "", "Adam's step size.", source, {}, true}};
}

TrainedModel trainSmallCnn(const TrainRequest &request, const BatchTransform &transform, const StopToken &stop, const ProgressHandler &progress) {
    return Trainer(request, transform).run(stop, progress);
}

TrainedModel modelFromCheckpoint(const TrainRequest &request) { return Trainer(request, {}).finished(); }

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
