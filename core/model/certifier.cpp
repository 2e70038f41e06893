#include "core/model/certifier.h"

#include <cmath>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/blas_threads.h"
#include "core/model/bounds.h"
#include "core/model/classifier.h"
#include "core/model/pgd.h"
#include "core/model/tensors.h"
#include "core/model/torch_errors.h"

namespace metamer {
namespace {

constexpr std::int64_t kBatch = 32;
constexpr double kWorkLimit = 4e10;      // multiplications a layer and image: a few seconds on two cores
constexpr double kRelative = 1e-6, kAbsolute = 1e-6, kMeasured = 4;
constexpr std::int64_t kAttackSteps = 40;
constexpr double kAttackStep = 0.1;      // of eps

struct NamedMethod {
    BoundMethod method;
    const char *name;
};

constexpr NamedMethod kMethods[] = {{BoundMethod::Interval, "ibp"}, {BoundMethod::CrownInterval, "crown-ibp"}, {BoundMethod::Crown, "crown"}};

/// Logits less those of the label, whose own place is infinitely low: [N, classes].
torch::Tensor overLabel(const torch::Tensor &logits, const torch::Tensor &labels) {
    const auto own = torch::one_hot(labels, logits.size(1)).to(torch::kBool);
    return (logits - logits.gather(1, labels.unsqueeze(1))).masked_fill(own, -std::numeric_limits<double>::infinity());
}

class NetworkCertifier final : public Certifier {
public:
    NetworkCertifier(std::shared_ptr<Network> network, const ImageShape &shape, torch::Device device) : m_network(std::move(network)), m_shape(shape), m_device(device) {
        m_network->to(m_device);
        m_network->eval();
        m_chain = convertedChain(m_network->chain(), torch::kFloat64);
    }

    std::vector<CertificateVerdict> certify(const ImageSet &images, const std::vector<int> &labels, Norm norm, double eps) const override {
        if ((norm != Norm::Linf && norm != Norm::L2) || !std::isfinite(eps) || eps < 0) {
            throw Error(ErrorCode::Usage, "no certificate for " + normTitle(norm) + " and eps " + formatNumber(eps) + "; use linf or l2 and an eps that is not negative");
        }
        if (images.shape != m_shape || labels.size() != static_cast<std::size_t>(images.count())) {
            throw Error(ErrorCode::BadInput, "the model was trained on images of another size; train one on this data set");
        }
        return translated([&] {
            const OneBlasThread oneThread;
            std::vector<CertificateVerdict> verdicts;
            for (std::int64_t start = 0; start < images.count(); start += kBatch) {
                const std::int64_t count = std::min(kBatch, images.count() - start);
                const std::span<const std::uint8_t> bytes(images.bytes.data() + static_cast<std::size_t>(start) * m_shape.size(), static_cast<std::size_t>(count) * m_shape.size());
                const auto wanted = torch::tensor(std::vector<std::int64_t>(labels.begin() + start, labels.begin() + start + count)).to(m_device);
                const auto some = certifyBatch(toTensor(bytes, count, m_shape, m_device), wanted, norm, eps);
                verdicts.insert(verdicts.end(), some.begin(), some.end());
            }
            return verdicts;
        });
    }

private:
    std::vector<CertificateVerdict> certifyBatch(const torch::Tensor &x, const torch::Tensor &labels, Norm norm, double eps) const {
        std::vector<CertificateVerdict> verdicts(static_cast<std::size_t>(x.size(0)));
        const auto exact = bytesOver255(x);
        const auto slack = slackOf(x, exact, verdicts, labels);
        auto best = torch::full({x.size(0), slack.size(1)}, -std::numeric_limits<double>::infinity(), exact.options());
        for (const auto &[method, name] : kMethods) {
            const auto open = openRows(verdicts);
            if (open.empty()) {
                break;
            }
            const auto rows = torch::tensor(open).to(m_device);
            const auto some = labels.index_select(0, rows);
            const auto raw = marginBounds(m_chain, exact.index_select(0, rows), some, norm, eps, method, kWorkLimit);
            const auto lowered = raw - kRelative * raw.abs() - slack.index_select(0, rows);
            const auto better = torch::max(best.index_select(0, rows), lowered);
            best.index_copy_(0, rows, better);
            const auto least = better.masked_fill(torch::one_hot(some, better.size(1)).to(torch::kBool), std::numeric_limits<double>::infinity()).amin(1).cpu();
            for (std::size_t i = 0; i < open.size(); ++i) {
                auto &verdict = verdicts[static_cast<std::size_t>(open[i])];
                verdict.margin = least[static_cast<std::int64_t>(i)].item<double>();
                verdict.method = name;
                verdict.status = verdict.margin > 0 ? CertificateStatus::Certified : CertificateStatus::Unknown;
            }
        }
        attackOpen(x, labels, norm, eps, verdicts);
        return verdicts;
    }

    /// The bytes of x as float64 / 255, which x holds only in float32.
    static torch::Tensor bytesOver255(const torch::Tensor &x) { return (x * 255.0f).round().to(torch::kFloat64) / 255.0; }

    static std::vector<std::int64_t> openRows(const std::vector<CertificateVerdict> &verdicts) {
        std::vector<std::int64_t> open;
        for (std::size_t i = 0; i < verdicts.size(); ++i) {
            if (verdicts[i].status == CertificateStatus::Unknown) {
                open.push_back(static_cast<std::int64_t>(i));
            }
        }
        return open;
    }

    /// How much a bound is lowered, [N, classes]; settles those that are wrong on the source.
    torch::Tensor slackOf(const torch::Tensor &x, const torch::Tensor &exact, std::vector<CertificateVerdict> &verdicts, const torch::Tensor &labels) const {
        const torch::NoGradGuard noGrad;
        const auto logits = m_network->forward(x);
        auto precise = exact;
        for (const auto &layer : m_chain) {
            precise = applyLayer(layer, precise);
        }
        const auto host = logits.cpu().contiguous(), wanted = labels.cpu();
        const auto over = overLabel(precise, labels).amax(1).cpu();
        for (std::int64_t i = 0; i < host.size(0); ++i) {
            const float *row = host.data_ptr<float>() + i * host.size(1);
            auto &verdict = verdicts[static_cast<std::size_t>(i)];
            verdict.isRight = predictedClass({row, row + host.size(1)}) == wanted[i].item<std::int64_t>();
            if (!verdict.isRight) {
                verdict = {false, -over[i].item<double>(), "clean", CertificateStatus::NotCertified};
            }
        }
        const auto slack = kAbsolute + kRelative * precise.abs().amax(1) + kMeasured * (precise - logits.to(torch::kFloat64)).abs().amax(1);
        return slack.unsqueeze(1).expand_as(precise);
    }

    /// An image of the ball and the 8-bit grid that is answered otherwise settles what is open.
    void attackOpen(const torch::Tensor &x, const torch::Tensor &labels, Norm norm, double eps, std::vector<CertificateVerdict> &verdicts) const {
        const auto open = openRows(verdicts);
        if (open.empty() || eps == 0) {
            return;
        }
        const auto rows = torch::tensor(open).to(m_device);
        const auto source = x.index_select(0, rows), wanted = labels.index_select(0, rows);
        const auto moved = ascend(*m_network, source, source, {norm, eps, kAttackSteps, kAttackStep * eps},
                                  [&](const torch::Tensor &logits) { return overLabel(logits, wanted).amax(1).sum(); });
        const torch::NoGradGuard noGrad;
        const auto bytes = (source * 255.0f).round(), there = moved * 255.0f;
        const auto rounded = torch::where(there.gt(bytes), there.floor(), there.ceil()).div(255.0f);
        const auto isChanged = overLabel(m_network->forward(rounded), wanted).amax(1).gt(0).cpu();
        for (std::size_t i = 0; i < open.size(); ++i) {
            if (isChanged[static_cast<std::int64_t>(i)].item<bool>()) {
                verdicts[static_cast<std::size_t>(open[i])].status = CertificateStatus::NotCertified;
                verdicts[static_cast<std::size_t>(open[i])].method = "pgd";
            }
        }
    }

    std::shared_ptr<Network> m_network;
    ImageShape m_shape;
    torch::Device m_device;
    std::vector<Layer> m_chain;
};

}  // namespace

std::unique_ptr<Certifier> makeNetworkCertifier(const std::string &architecture, const Pixels &weights, const ImageShape &shape, int classCount,
                                                const std::string &device) {
    if (!findArchitecture(architecture).isChain()) {
        throw Error(ErrorCode::Usage, "no bounds can be computed for " + architecture + ", which is no feed-forward chain; certify a model of " + join(architectureNames(true), ", "));
    }
    return translated([&]() -> std::unique_ptr<Certifier> {
        return std::make_unique<NetworkCertifier>(loadNetwork(architecture, weights, shape, classCount), shape, torch::Device(device));
    });
}

}  // namespace metamer
