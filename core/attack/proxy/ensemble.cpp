#include "core/attack/proxy/ensemble.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include <torch/torch.h>

#include "core/attack/proxy/augment.h"
#include "core/attack/proxy/generative.h"
#include "core/attack/proxy/networks.h"
#include "core/attack/semantic/figure.h"
#include "core/base/error.h"
#include "core/model/blas_threads.h"
#include "core/model/tensors.h"

namespace metamer {
namespace {

constexpr std::int64_t kBatch = 128;
constexpr std::int64_t kReadBatch = 256;
constexpr std::int64_t kHeldOut = 4000;
constexpr double kLearningRate = 1.5e-3;

/// What is saved and read: networks, what their logits are divided by, and the generative model with its own temperature.
struct Ensemble {
    std::vector<std::shared_ptr<ProxyNetwork>> networks;
    GenerativeModel generative;
    double temperature = 1;
    double generativeTemperature = 1;
    bool isDark = false;   ///< ink is dark on light ground: images are turned over before they are read

    torch::Tensor lightInk(const torch::Tensor &images) const { return isDark ? 1 - images : images; }

    /// Log-probabilities [N, classes + 1] of images [N, 1, H, W]: the mean over networks and displays of their
    /// log-probabilities, so that each has a veto.
    torch::Tensor logProbabilities(ProxyRole role, const torch::Tensor &images) const {
        const auto displays = displaysOf(role, images);
        torch::Tensor sum;
        for (const auto &network : networks) {
            const auto logits = network->forward(displays) / temperature;
            const auto each = torch::log_softmax(logits, 1).view({kProxyDisplays, images.size(0), -1}).mean(0);
            sum = sum.defined() ? sum + each : each;
        }
        return torch::log_softmax(sum / static_cast<double>(networks.size()), 1);
    }

    torch::Tensor generativeLogProbabilities(const torch::Tensor &images) const {
        return torch::log_softmax(generative.scores(images) / generativeTemperature, 1);
    }
};

/// The divisor of `logits` [N, K] that makes them most probable given `labels`.
double bestTemperature(const torch::Tensor &logits, const torch::Tensor &labels, double low, double high) {
    double best = 1, least = INFINITY;
    for (double t = low; t <= high; t *= 1.1) {
        const double loss = torch::nn::functional::cross_entropy(logits / t, labels).item<double>();
        if (loss < least) {
            least = loss;
            best = t;
        }
    }
    return best;
}

class ProxyTrainer {
public:
    explicit ProxyTrainer(const ProxyRequest &request)
        : m_request(request), m_shape(request.train->images.shape), m_device(request.device),
          m_generator(at::detail::createCPUGenerator(static_cast<std::uint64_t>(request.seed) * 2 + (request.role == ProxyRole::Evaluator ? 1 : 0) + 0x5EED)) {
        const std::int64_t count = request.train->count();
        const auto order = torch::randperm(count, m_generator, torch::kInt64);
        const std::int64_t held = std::min(kHeldOut, count / 5);
        m_heldOut = order.slice(0, 0, held);
        m_learnt = order.slice(0, held, count);
        m_ensemble.isDark = hasDarkInk(request.train->images);
        m_labels = torch::tensor(std::vector<std::int64_t>(request.train->labels.begin(), request.train->labels.end()));
    }

    TrainedProxy run(const StopToken &stop, const ProgressHandler &progress) {
        const OneBlasThread oneThread;
        TrainedProxy trained;
        EtaClock clock;
        for (int member = 0; member < m_request.members; ++member) {
            torch::manual_seed(static_cast<std::uint64_t>(m_request.seed * 100 + member + (m_request.role == ProxyRole::Evaluator ? 50 : 0)));
            const auto network = makeProxyNetwork(m_request.role, m_shape, m_request.classCount);
            network->to(m_device);
            torch::optim::Adam optimiser(network->parameters(), torch::optim::AdamOptions(kLearningRate));
            for (std::int64_t step = 0; step < m_request.steps; ++step) {
                if (stop.isStopRequested()) {
                    trained.end = stop.end();
                    return trained;
                }
                learn(*network, optimiser, static_cast<double>(step) / static_cast<double>(m_request.steps));
                Progress now{std::string("training the proxy's ") + nameOf(m_request.role), member * m_request.steps + step + 1, m_request.members * m_request.steps, -1};
                clock.stamp(now);
                progress(now);
            }
            network->eval();
            m_ensemble.networks.push_back(network);
        }
        calibrate(trained);
        trained.weights = saved();
        return trained;
    }

private:
    torch::Tensor images(const torch::Tensor &rows) const {
        const auto &bytes = m_request.train->images.bytes;
        const auto all = torch::from_blob(const_cast<std::uint8_t *>(bytes.data()), {m_request.train->count(), 1, m_shape.height, m_shape.width}, torch::kUInt8);
        return m_ensemble.lightInk(all.index_select(0, rows).to(m_device).to(torch::kFloat32).div(255.0f));
    }

    ProxyBatch batch(const torch::Tensor &rows) {
        return augmentForProxy(images(rows), m_labels.index_select(0, rows).to(m_device), m_request.classCount, m_generator);
    }

    void learn(ProxyNetwork &network, torch::optim::Adam &optimiser, double share) {
        const double rate = kLearningRate * (share < 0.4 ? 1 : 1 - 0.97 * (share - 0.4) / 0.6);
        static_cast<torch::optim::AdamOptions &>(optimiser.param_groups()[0].options()).lr(rate);
        const auto rows = m_learnt.index_select(0, torch::randint(m_learnt.size(0), {kBatch}, m_generator, torch::kInt64));
        const ProxyBatch used = batch(rows);
        network.train();
        optimiser.zero_grad();
        torch::nn::functional::cross_entropy(network.forward(used.images), used.labels).backward();
        optimiser.step();
    }

    void calibrate(TrainedProxy &trained) {
        const torch::NoGradGuard noGrad;
        const auto classRows = m_learnt.slice(0, 0, std::min<std::int64_t>(m_learnt.size(0), 20000));
        m_ensemble.generative = GenerativeModel::fit(m_request.role, images(classRows), m_labels.index_select(0, classRows).to(m_device), m_request.classCount, m_request.seed);
        std::vector<torch::Tensor> logits, labels;
        for (std::int64_t start = 0; start + 1 < m_heldOut.size(0); start += kBatch) {
            const ProxyBatch used = batch(m_heldOut.slice(0, start, std::min(start + kBatch, m_heldOut.size(0))));
            logits.push_back(m_ensemble.logProbabilities(m_request.role, used.images));
            labels.push_back(used.labels);
        }
        const auto joined = torch::cat(logits), wanted = torch::cat(labels);
        trained.heldOutAccuracy = joined.argmax(1).eq(wanted).to(torch::kFloat32).mean().item<double>();
        m_ensemble.temperature = trained.temperature = bestTemperature(joined, wanted, 0.5, 4);
        const auto clean = m_heldOut.slice(0, 0, std::min<std::int64_t>(m_heldOut.size(0), 1000));
        m_ensemble.generativeTemperature = bestTemperature(m_ensemble.generative.scores(images(clean)), m_labels.index_select(0, clean).to(m_device), 0.1, 300);
    }

    Pixels saved() {
        torch::serialize::OutputArchive archive;
        for (std::size_t i = 0; i < m_ensemble.networks.size(); ++i) {
            torch::serialize::OutputArchive network;
            m_ensemble.networks[i]->to(torch::kCPU);
            m_ensemble.networks[i]->save(network);
            archive.write("network" + std::to_string(i), network);
        }
        m_ensemble.generative.save(archive);
        archive.write("numbers", torch::tensor({static_cast<double>(m_ensemble.networks.size()), m_ensemble.temperature, m_ensemble.generativeTemperature, m_ensemble.isDark ? 1.0 : 0.0}, torch::kFloat64),
                      true);
        std::ostringstream stream;
        archive.save_to(stream);
        const std::string text = stream.str();
        return {text.begin(), text.end()};
    }

    const ProxyRequest &m_request;
    ImageShape m_shape;
    torch::Device m_device;
    at::Generator m_generator;
    torch::Tensor m_heldOut, m_learnt, m_labels;
    Ensemble m_ensemble;
};

class ProxyEnsemble final : public OracleProxy {
public:
    ProxyEnsemble(ProxyRole role, Ensemble ensemble, ImageShape shape, torch::Device device, std::string hash)
        : m_role(role), m_ensemble(std::move(ensemble)), m_shape(shape), m_device(device), m_hash(std::move(hash)) {}

    std::vector<ProxyReading> read(const ImageSet &images) const override {
        if (images.shape != m_shape) {
            throw Error(ErrorCode::BadInput, "the proxy was trained on images of another size; train one on this data set");
        }
        const torch::NoGradGuard noGrad;
        const OneBlasThread oneThread;
        std::vector<ProxyReading> readings;
        for (std::int64_t start = 0; start < images.count(); start += kReadBatch) {
            const std::int64_t count = std::min(kReadBatch, images.count() - start);
            const std::span<const std::uint8_t> bytes(images.bytes.data() + static_cast<std::size_t>(start) * m_shape.size(), static_cast<std::size_t>(count) * m_shape.size());
            const auto x = m_ensemble.lightInk(toTensor(bytes, count, m_shape, m_device));
            const auto named = m_ensemble.logProbabilities(m_role, x).exp().cpu().contiguous(), generative = m_ensemble.generativeLogProbabilities(x).cpu().contiguous();
            const std::int64_t classes = generative.size(1);
            for (std::int64_t i = 0; i < count; ++i) {
                const float *p = named.data_ptr<float>() + i * (classes + 1), *g = generative.data_ptr<float>() + i * classes;
                readings.push_back({{p, p + classes}, p[classes], {g, g + classes}});
            }
        }
        return readings;
    }

    const std::string &hash() const override { return m_hash; }

private:
    ProxyRole m_role;
    Ensemble m_ensemble;
    ImageShape m_shape;
    torch::Device m_device;
    std::string m_hash;
};

}  // namespace

TrainedProxy trainProxyEnsemble(const ProxyRequest &request, const StopToken &stop, const ProgressHandler &progress) {
    const ImageShape &shape = request.train->images.shape;
    if (shape.channels != 1 || shape.height < 12 || shape.width < 12) {
        throw Error(ErrorCode::Usage, "proxies read grey images of 12x12 or more; this data set has " + std::to_string(shape.channels) + " channels at " +
                                          std::to_string(shape.width) + "x" + std::to_string(shape.height));
    }
    return ProxyTrainer(request).run(stop, progress);
}

std::unique_ptr<OracleProxy> loadProxyEnsemble(ProxyRole role, const Pixels &weights, const std::string &hash, const ImageShape &shape,
                                               int classCount, const std::string &device) {
    Ensemble ensemble;
    const torch::Device on(device);
    try {
        std::istringstream stream(std::string(weights.begin(), weights.end()));
        torch::serialize::InputArchive archive;
        archive.load_from(stream, on);
        torch::Tensor numbers;
        archive.read("numbers", numbers, true);
        numbers = numbers.cpu();
        for (std::int64_t i = 0; i < numbers[0].item<std::int64_t>(); ++i) {
            torch::serialize::InputArchive saved;
            archive.read("network" + std::to_string(i), saved);
            const auto network = makeProxyNetwork(role, shape, classCount);
            network->load(saved);
            network->to(on);
            network->eval();
            ensemble.networks.push_back(network);
        }
        ensemble.generative = GenerativeModel::load(role, archive, on);
        ensemble.temperature = numbers[1].item<double>();
        ensemble.generativeTemperature = numbers[2].item<double>();
        ensemble.isDark = numbers[3].item<double>() != 0;
    } catch (const c10::Error &) {
        throw Error(ErrorCode::Damaged, "the proxy's weights do not fit its architecture; train it again with 'proxy train'");
    }
    return std::make_unique<ProxyEnsemble>(role, std::move(ensemble), shape, on, hash);
}

}  // namespace metamer
