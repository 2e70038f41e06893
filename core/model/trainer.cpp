#include "core/model/trainer.h"

#include <charconv>
#include <chrono>
#include <sstream>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/blas_threads.h"
#include "core/model/network_classifier.h"
#include "core/model/tensors.h"

namespace metamer {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kCurvePoints = 20;         // at least so many over a training, and one an epoch
constexpr std::int64_t kCurveTestImages = 500;
constexpr std::int64_t kSettlingImages = 5000;
constexpr auto kCheckpointEvery = std::chrono::seconds(20);
constexpr double kDrop = 0.1;

LabelledImages firstOf(const LabelledImages &data, std::int64_t most) {
    const std::int64_t count = std::min(most, data.count());
    LabelledImages first{{data.images.shape, {}}, {data.labels.begin(), data.labels.begin() + count}};
    first.images.bytes.assign(data.images.bytes.begin(), data.images.bytes.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(count) * data.images.shape.size()));
    return first;
}

torch::Tensor labelsOf(const LabelledImages &data) { return torch::tensor(std::vector<std::int64_t>(data.labels.begin(), data.labels.end())); }

at::Generator generatorFor(std::int64_t seed, std::int64_t number) {
    return at::detail::createCPUGenerator(static_cast<std::uint64_t>(seed) * 0x9E3779B97F4A7C15ull + static_cast<std::uint64_t>(number));
}

std::vector<double> dropsFrom(const std::string &text) {
    std::vector<double> drops;
    for (const auto &part : split(text, ',')) {
        const std::string number = trimmed(part);
        double share = 0;
        const auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), share);
        if (code != std::errc() || end != number.data() + number.size() || !(share > 0 && share < 1)) {
            throw Error(ErrorCode::Usage, "--learning-rate-drops '" + text + "' is not allowed; use shares of the training between 0 and 1, like 0.5,0.75");
        }
        drops.push_back(share);
    }
    return drops;
}

std::unique_ptr<torch::optim::Optimizer> makeOptimiser(const ParameterValues &values, const Network &network) {
    const double rate = values.real("learning-rate"), decay = values.real("weight-decay");
    if (values.text("optimiser") == "sgd") {
        return std::make_unique<torch::optim::SGD>(network.parameters(), torch::optim::SGDOptions(rate).momentum(values.real("momentum")).weight_decay(decay));
    }
    return std::make_unique<torch::optim::Adam>(network.parameters(), torch::optim::AdamOptions(rate).weight_decay(decay));
}

/// A training under way: network, optimiser, where it is, and the sums of the stretch since the last curve point.
class Trainer {
public:
    Trainer(const TrainRequest &request, LossFunction loss)
        : m_request(request), m_loss(std::move(loss)), m_architecture(request.values.text("architecture")), m_shape(request.train->images.shape),
          m_device(request.device), m_network(makeSeeded(request, m_architecture)), m_optimiser(makeOptimiser(request.values, *m_network)),
          m_drops(dropsFrom(request.values.text("learning-rate-drops"))), m_batch(request.values.integer("batch-size")),
          m_stepsPerEpoch((request.train->count() + m_batch - 1) / m_batch), m_steps(stepsOf(request.values, m_stepsPerEpoch)),
          m_sample(firstOf(*request.test, kCurveTestImages)) {
        if (request.from != nullptr) {
            restore(*request.from);
        }
        m_pointEvery = std::max<std::int64_t>(1, std::min(m_stepsPerEpoch, m_steps / kCurvePoints));
    }

    TrainedModel run(const StopToken &stop, const ProgressHandler &progress) {
        const OneBlasThread oneThread;
        EtaClock clock;
        auto savedAt = Clock::now();
        const std::string epochs = std::to_string((m_steps + m_stepsPerEpoch - 1) / m_stepsPerEpoch);
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
            Progress now{"epoch " + std::to_string((m_step - 1) / m_stepsPerEpoch + 1) + " of " + epochs, m_step, m_steps, -1};
            clock.stamp(now);
            progress(now);
            if (m_step % m_pointEvery == 0 || m_step % m_stepsPerEpoch == 0 || m_step == m_steps) {
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
        const LabelledImages settling = firstOf(*m_request.train, kSettlingImages);
        m_network->eval();
        m_network->settle(toTensor(settling.images.bytes, settling.count(), m_shape, m_device), labelsOf(settling).to(m_device));
        TrainedModel trained;
        trained.architecture = m_architecture;
        trained.hash = networkHash(m_architecture, *m_network);
        m_network->to(torch::kCPU);
        trained.weights = savedNetwork(m_network);
        trained.curve = m_curve;
        trained.confusion = confusionOf(NetworkClassifier(m_network, m_shape, m_device), *m_request.test, m_request.classCount);
        std::int64_t right = 0;
        for (std::size_t i = 0; i < trained.confusion.size(); ++i) {
            right += trained.confusion[i][i];
        }
        trained.cleanAccuracy = static_cast<double>(right) / static_cast<double>(m_request.test->count());
        return trained;
    }

private:
    static std::shared_ptr<Network> makeSeeded(const TrainRequest &request, const std::string &architecture) {
        torch::manual_seed(static_cast<std::uint64_t>(request.seed));
        auto network = makeNetwork(architecture, request.train->images.shape, request.classCount);
        network->to(torch::Device(request.device));
        return network;
    }

    static std::int64_t stepsOf(const ParameterValues &values, std::int64_t stepsPerEpoch) {
        const std::int64_t epochs = values.integer("epochs"), steps = values.integer("steps");
        if (epochs == 0 && steps == 0) {
            throw Error(ErrorCode::Usage, "--steps and --epochs are both 0; give one of them");
        }
        return epochs > 0 ? epochs * stepsPerEpoch : steps;
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
        auto generator = generatorFor(m_request.seed, m_step);
        const Batch batch{images.index_select(0, rows).to(m_device).to(torch::kFloat32).div(255.0f), labelTensor().index_select(0, rows).to(m_device),
                          static_cast<double>(m_step) / static_cast<double>(m_steps), generator};
        m_network->train();
        for (auto &group : m_optimiser->param_groups()) {
            group.options().set_lr(learningRate(batch.done));
        }
        const auto [loss, logits] = m_loss(*m_network, batch);
        m_optimiser->zero_grad();
        loss.backward();
        m_optimiser->step();
        ++m_step;
        m_lossSum += loss.item<double>() * static_cast<double>(batch.x.size(0));
        m_right += logits.detach().argmax(1).eq(batch.labels).sum().item<std::int64_t>();
        m_seen += batch.x.size(0);
    }

    double learningRate(double done) const {
        double rate = m_request.values.real("learning-rate");
        for (const double drop : m_drops) {
            rate *= done >= drop ? kDrop : 1;
        }
        return rate;
    }

    const torch::Tensor &labelTensor() {
        if (!m_labels.defined()) {
            m_labels = labelsOf(*m_request.train);
        }
        return m_labels;
    }

    void addPoint() {
        TrainingPoint point;
        point.epoch = static_cast<double>(m_step) / static_cast<double>(m_stepsPerEpoch);
        point.loss = m_lossSum / static_cast<double>(m_seen);
        point.trainAccuracy = static_cast<double>(m_right) / static_cast<double>(m_seen);
        point.testAccuracy = glancedAccuracy();
        m_curve.push_back(point);
        m_lossSum = 0;
        m_right = m_seen = 0;
        if (m_request.onPoint) {
            m_request.onPoint(point);
        }
    }

    double glancedAccuracy() {
        const torch::NoGradGuard noGrad;
        m_network->eval();
        const auto answers = m_network->glance(toTensor(m_sample.images.bytes, m_sample.count(), m_shape, m_device)).argmax(1).cpu();
        return answers.eq(labelsOf(m_sample)).to(torch::kFloat64).mean().item<double>();
    }

    void handOut() {
        if (!m_request.onCheckpoint) {
            return;
        }
        torch::serialize::OutputArchive archive, network, optimiser;
        m_network->save(network);
        m_optimiser->save(optimiser);
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
            m_optimiser->load(optimiser);
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
    LossFunction m_loss;
    std::string m_architecture;
    ImageShape m_shape;
    torch::Device m_device;
    std::shared_ptr<Network> m_network;
    std::unique_ptr<torch::optim::Optimizer> m_optimiser;
    std::vector<double> m_drops;
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

std::vector<Parameter> trainerParameters(const TrainerDefaults &defaults) {
    const std::string &source = defaults.source;
    return {{"architecture", "Network", ParameterType::Choice, defaults.architecture, 0, 0, "", "Which network is trained.", source, defaults.architectures, false},
            {"epochs", "Epochs", ParameterType::Integer, defaults.epochs, 0, 100000, "", "Passes over the training images; 0 where steps say how long.", defaults.lengthSource, {}, false},
            {"steps", "Steps", ParameterType::Integer, defaults.steps, 0, 100000000, "", "Batches to learn from; 0 where epochs say how long.", defaults.lengthSource, {}, true},
            {"batch-size", "Batch size", ParameterType::Integer, defaults.batchSize, 1, 10000, "images", "Images a step.", source, {}, true},
            {"optimiser", "Optimiser", ParameterType::Choice, defaults.optimiser, 0, 0, "", "Adam, or stochastic gradient descent with momentum.", source, {"adam", "sgd"}, true},
            {"learning-rate", "Learning rate", ParameterType::Real, defaults.learningRate, 1e-7, 1, "", "The optimiser's step size.", source, {}, true},
            {"learning-rate-drops", "Learning rate drops", ParameterType::Text, defaults.drops, 0, 0, "of the training", "Where the learning rate falls to a tenth, as shares of the training: 0.5,0.75.", source, {}, true},
            {"momentum", "Momentum", ParameterType::Real, "0.9", 0, 0.9999, "", "Of stochastic gradient descent; Adam has its own.", "the usual one", {}, true},
            {"weight-decay", "Weight decay", ParameterType::Real, "0", 0, 1, "", "L2 penalty on the weights, added to the gradient.", "none in the papers on digits", {}, true}};
}

Parameter presetParameter(const std::string &quickHelp) {
    return {"preset", "Preset", ParameterType::Choice, "paper", 0, 0, "", "The paper's training, or a quick one: " + quickHelp + " Options that are given win over it.", "", {"paper", "quick"}, false};
}

RegisteredRecipe gradientRecipe(RecipeInfo info, std::function<LossFunction(const ParameterValues &values)> makeLoss) {
    return {std::move(info),
            [makeLoss](const TrainRequest &request, const StopToken &stop, const ProgressHandler &progress) {
                return Trainer(request, makeLoss(request.values)).run(stop, progress);
            },
            [](const TrainRequest &request) { return Trainer(request, {}).finished(); }};
}

}  // namespace metamer
