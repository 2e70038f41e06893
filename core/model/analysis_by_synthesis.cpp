#include <cmath>

#include "core/model/recipes.h"
#include "core/model/trainer.h"

namespace metamer {
namespace {

constexpr std::int64_t kLatent = 8;
constexpr std::int64_t kSamples = 8000;
constexpr std::uint64_t kSampleSeed = 1;
constexpr int kSteps = 50;
constexpr double kStepSize = 0.05;
constexpr std::int64_t kAtOnce = 50;      // images, on each thread
constexpr std::int64_t kSmallLayer = 64, kLargeLayer = 256;
constexpr int kScaleSteps = 200;
constexpr double kScaleStepSize = 0.05;

/// A stack of linear layers with ELU between them, one a class.
class Stacks {
public:
    /// Registers its parameters as `name`1_weight [classes, out, in], `name`1_bias [classes, 1, out] and so on, drawn as torch
    /// draws linear layers.
    Stacks(Network &owner, const std::string &name, std::int64_t classes, const std::vector<std::int64_t> &sizes) {
        for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
            const double bound = 1 / std::sqrt(static_cast<double>(sizes[i]));
            const std::string layer = name + std::to_string(i + 1);
            m_weights.push_back(owner.register_parameter(layer + "_weight", torch::empty({classes, sizes[i + 1], sizes[i]}).uniform_(-bound, bound)));
            m_biases.push_back(owner.register_parameter(layer + "_bias", torch::empty({classes, 1, sizes[i + 1]}).uniform_(-bound, bound)));
        }
    }

    /// x [count, N, in], or [1, N, in] for all alike, through the stacks of `count` classes from `first`: [count, N, out], in x's type.
    torch::Tensor operator()(const torch::Tensor &x, std::int64_t first, std::int64_t count) const {
        auto out = x.expand({count, -1, -1});
        for (std::size_t i = 0; i < m_weights.size(); ++i) {
            const auto weight = m_weights[i].narrow(0, first, count).to(x.scalar_type()), bias = m_biases[i].narrow(0, first, count).to(x.scalar_type());
            out = torch::baddbmm(bias, i == 0 ? out : torch::elu(out), weight.transpose(1, 2));
        }
        return out;
    }

    /// The same of the variable `x` as TorchScript, of its `count` classes from `first`, in x's type.
    std::string script(const std::string &x, const std::string &name) const {
        std::string script;
        for (std::size_t i = 1; i <= m_weights.size(); ++i) {
            const auto part = [&](const char *what) { return "self." + name + std::to_string(i) + what + ".narrow(0, first, count).to(" + x + ".dtype)"; };
            script += "    " + x + " = torch.baddbmm(" + part("_bias") + ", " + (i == 1 ? x : "torch.elu(" + x + ")") + ", " + part("_weight") + ".transpose(1, 2))\n";
        }
        return script;
    }

private:
    std::vector<torch::Tensor> m_weights, m_biases;
};

/// Latent z [..., latent], their decoded images and the seen ones [..., pixels]: the negative log-likelihood of a Gaussian of
/// variance 1/2 about the decoded image, plus the divergence of N(z, 1) from the prior; nats, up to a constant.
torch::Tensor objective(const torch::Tensor &z, const torch::Tensor &decoded, const torch::Tensor &seen) {
    return (decoded - seen).square().sum(-1) + z.square().sum(-1) / 2;
}

torch::Tensor priorSamples() {
    auto generator = at::detail::createCPUGenerator(kSampleSeed);
    return torch::randn({kSamples, kLatent}, generator, torch::kFloat32);
}

class SynthesisNetwork final : public Network {
public:
    SynthesisNetwork(const ImageShape &shape, int classCount, bool isBinary)
        : m_classes(classCount), m_isBinary(isBinary),
          m_encode(*this, "encoder", classCount, {static_cast<std::int64_t>(shape.size()), kLargeLayer, kSmallLayer, 2 * kLatent}),
          m_decode(*this, "decoder", classCount, {kLatent, kSmallLayer, kLargeLayer, static_cast<std::int64_t>(shape.size())}),
          m_scale(register_buffer("scale", torch::ones({classCount}))), m_samples(register_buffer("samples", priorSamples())) {}

    torch::Tensor forward(const torch::Tensor &x) override {
        const torch::NoGradGuard noGrad;
        const auto images = seen(x).to(torch::kFloat64), starts = bestSamples(images), least = torch::empty({m_classes, images.size(0)}, images.options());
        const std::int64_t parts = (images.size(0) + kAtOnce - 1) / kAtOnce;
        at::parallel_for(0, parts, 1, [&](std::int64_t from, std::int64_t to) {
            for (std::int64_t part = from; part < to; ++part) {
                const auto first = part * kAtOnce, count = std::min(kAtOnce, images.size(0) - first);
                const auto found = refined(starts.narrow(1, first, count), images.narrow(0, first, count));
                const torch::NoGradGuard noGradHere;   // a guard holds in its own thread
                least.narrow(1, first, count).copy_(found);
            }
        });
        return logitsOf(least.t()).to(torch::kFloat32);
    }

    torch::Tensor glance(const torch::Tensor &x) override {
        const torch::NoGradGuard noGrad;
        return logitsOf(glanced(x));
    }

    void settle(const torch::Tensor &x, const torch::Tensor &labels) override {
        const auto objectives = [&] {
            const torch::NoGradGuard noGrad;
            return glanced(x);
        }();
        const auto logScale = m_scale.log().requires_grad_(true);
        torch::optim::Adam adam({logScale}, kScaleStepSize);
        for (int step = 0; step < kScaleSteps; ++step) {
            adam.zero_grad();
            torch::nn::functional::cross_entropy(-objectives * logScale.exp(), labels).backward();
            adam.step();
        }
        const torch::NoGradGuard noGrad;
        m_scale.copy_(logScale.exp());
    }

    bool hasGradients() const override { return false; }

    std::string script() const override {
        const auto number = [](auto value) { return std::to_string(value); };
        const std::string classes = number(m_classes);   // a type is its number here: 7 float64, 6 float32
        return "def decoded(self, z: Tensor, first: int, count: int) -> Tensor:\n" + m_decode.script("z", "decoder") +
               "    return torch.sigmoid(z)\n"
               "def least(self, starts: Tensor, seen: Tensor) -> Tensor:\n"   // its gradients written out: TorchScript cannot turn them on
               "    w1 = self.decoder1_weight.to(7)\n    w2 = self.decoder2_weight.to(7)\n    w3 = self.decoder3_weight.to(7)\n"
               "    z = starts\n    first = torch.zeros_like(z)\n    second = torch.zeros_like(z)\n    least = torch.full_like(z[:, :, 0], float('inf'))\n"
               "    for step in range(" + number(kSteps + 1) + "):\n"
               "        a = torch.baddbmm(self.decoder1_bias.to(7), z, w1.transpose(1, 2))\n"
               "        b = torch.baddbmm(self.decoder2_bias.to(7), torch.elu(a), w2.transpose(1, 2))\n"
               "        drawn = torch.sigmoid(torch.baddbmm(self.decoder3_bias.to(7), torch.elu(b), w3.transpose(1, 2)))\n"
               "        least = torch.minimum(least, (drawn - seen).square().sum(-1) + z.square().sum(-1) / 2)\n"
               "        gradient = torch.bmm(2 * (drawn - seen) * drawn * (1 - drawn), w3) * torch.exp(torch.clamp(b, max=0.0))\n"
               "        gradient = torch.bmm(torch.bmm(gradient, w2) * torch.exp(torch.clamp(a, max=0.0)), w1) + z\n"
               "        first = 0.9 * first + 0.1 * gradient\n"
               "        second = 0.999 * second + 0.001 * gradient * gradient\n"
               "        z = z - " + number(kStepSize) + " * (first / (1 - 0.9 ** (step + 1))) / ((second / (1 - 0.999 ** (step + 1))).sqrt() + 1e-8)\n"
               "    return least\n"
               "def forward(self, x: Tensor) -> Tensor:\n"
               "    seen = torch.flatten(x, 1)" + (m_isBinary ? ".gt(0.5)" : "") + ".to(7)\n"
               "    samples = self.samples.to(7)\n"
               "    starts = torch.zeros([" + classes + ", seen.size(0), " + number(kLatent) + "], dtype=7, device=x.device)\n"
               "    for label in range(" + classes + "):\n"
               "        drawn = self.decoded(samples.unsqueeze(0), label, 1)[0]\n"
               "        worth = drawn.square().sum(1) + samples.square().sum(1) / 2\n"
               "        starts[label] = samples[torch.argmin(worth.unsqueeze(0) - 2 * torch.matmul(seen, drawn.t()), 1)]\n"
               "    return (-self.least(starts, seen.unsqueeze(0)).t() * self.scale.to(7)).to(6)\n";
    }

    const std::vector<Layer> &chain() const override {
        static const std::vector<Layer> kNone;
        return kNone;
    }

    /// The negative evidence lower bound of each image under its own class, a mean over the images.
    torch::Tensor boundLoss(const torch::Tensor &x, const torch::Tensor &labels, double beta, at::Generator &generator) const {
        const auto own = labels.cpu().eq(torch::arange(m_classes).unsqueeze(1)).to(x.device());                    // [classes, N]
        const auto rows = std::get<1>(own.to(torch::kUInt8).sort(true, 1, true)).slice(1, 0, own.sum(1).max().item<std::int64_t>());   // each class's images first
        const auto isOwn = own.gather(1, rows);
        const auto images = seen(x).index_select(0, rows.flatten()).view({m_classes, rows.size(1), -1});
        const auto noise = torch::randn({x.size(0), kLatent}, generator, torch::kFloat32).to(x.device()).index_select(0, rows.flatten()).view({m_classes, rows.size(1), -1});
        const auto code = m_encode(images, 0, m_classes);
        const auto mean = code.slice(2, 0, kLatent), logVariance = code.slice(2, kLatent);
        const auto divergence = (mean.square() + logVariance.exp() - 1 - logVariance).sum(-1) / 2;
        const auto errors = (decoded(mean + (logVariance / 2).exp() * noise, 0, m_classes) - images).square().sum(-1);
        return (errors + beta * divergence).masked_select(isOwn).mean();
    }

private:
    /// What the auto-encoders see of x: [N, pixels].
    torch::Tensor seen(const torch::Tensor &x) const { return m_isBinary ? x.flatten(1).gt(0.5).to(x.scalar_type()) : x.flatten(1); }

    torch::Tensor decoded(const torch::Tensor &z, std::int64_t first, std::int64_t count) const { return torch::sigmoid(m_decode(z, first, count)); }

    torch::Tensor logitsOf(const torch::Tensor &objectives) const { return -objectives * m_scale.to(objectives.scalar_type()); }

    /// The objectives [N, classes] at the encoder's means.
    torch::Tensor glanced(const torch::Tensor &x) const {
        const auto images = seen(x).unsqueeze(0);
        const auto means = m_encode(images, 0, m_classes).slice(2, 0, kLatent);
        return objective(means, decoded(means, 0, m_classes), images).t();
    }

    /// The least objectives [classes, N] on the way down from `starts` [classes, N, latent].
    torch::Tensor refined(const torch::Tensor &starts, const torch::Tensor &images) const {
        const torch::AutoGradMode withGradients(true);
        const auto all = images.unsqueeze(0);
        auto z = starts.detach().clone().requires_grad_(true);
        torch::optim::Adam adam({z}, kStepSize);
        torch::Tensor least;
        for (int step = 0; step <= kSteps; ++step) {
            const auto now = objective(z, decoded(z, 0, m_classes), all);
            least = step == 0 ? now.detach() : torch::min(least, now.detach());
            if (step < kSteps) {
                z.mutable_grad() = torch::autograd::grad({now.sum()}, {z})[0];
                adam.step();
            }
        }
        return least;
    }

    /// Of the prior's samples the one with the least objective for each class and image: [classes, N, latent].
    torch::Tensor bestSamples(const torch::Tensor &images) const {
        const auto samples = m_samples.to(torch::kFloat64);
        std::vector<torch::Tensor> best(static_cast<std::size_t>(m_classes));
        at::parallel_for(0, m_classes, 1, [&](std::int64_t from, std::int64_t to) {
            const torch::NoGradGuard noGrad;
            for (std::int64_t label = from; label < to; ++label) {
                const auto drawn = decoded(samples.unsqueeze(0), label, 1)[0];
                const auto worth = drawn.square().sum(1) + samples.square().sum(1) / 2;   // the objective less |x|^2 and the product
                best[static_cast<std::size_t>(label)] = samples.index_select(0, torch::addmm(worth.unsqueeze(0), images, drawn.t(), 1, -2).argmin(1));
            }
        });
        return torch::stack(best);
    }

    std::int64_t m_classes;
    bool m_isBinary;
    Stacks m_encode, m_decode;
    torch::Tensor m_scale;     ///< [classes]
    torch::Tensor m_samples;   ///< of the prior [samples, latent], the same for every class; kept with the weights, as random numbers may change with LibTorch
};

RegisteredRecipe synthesisRecipe(RecipeInfo info, const std::string &architecture) {
    TrainerDefaults defaults;
    defaults.architecture = architecture;
    defaults.architectures = {architecture};
    defaults.epochs = "100";
    defaults.drops = "0.8";
    defaults.lengthSource = "ours";
    defaults.source = "Kingma and Ba 2015";
    std::vector<Parameter> parameters = {
        presetParameter("20 epochs, batches of 200; on MNIST some 10 minutes on two cores."),
        {"beta", "Beta", ParameterType::Real, "1", 0, 100, "", "Weight of the divergence from the prior against the squared error.", "Schott et al. 2019, the authors' code", {}, true}};
    for (const auto &more : trainerParameters(defaults)) {
        parameters.push_back(more);
    }
    info.schema = ParameterSchema(std::move(parameters));
    info.presets = {{"quick", {{"epochs", "20"}, {"batch-size", "200"}}}};
    return gradientRecipe(std::move(info), [](const ParameterValues &values) {
        return [beta = values.real("beta")](Network &network, const Batch &batch) {
            auto &synthesis = dynamic_cast<SynthesisNetwork &>(network);
            return BatchLoss{synthesis.boundLoss(batch.x, batch.labels, beta, batch.generator), synthesis.glance(batch.x)};
        };
    });
}

}  // namespace

std::shared_ptr<Network> makeSynthesisNetwork(const ImageShape &shape, int classCount, bool isBinary) {
    return std::make_shared<SynthesisNetwork>(shape, classCount, isBinary);
}

RegisteredRecipe absRecipe() {
    return synthesisRecipe({"abs", "Analysis by synthesis",
                            "One variational auto-encoder a class; the class that explains an image best is the answer. It is found by a search and gives no gradients.", {}},
                           "abs-vae");
}

RegisteredRecipe binaryAbsRecipe() {
    return synthesisRecipe({"binary-abs", "Analysis by synthesis, binary", "As abs, on pixels that are set to 0 or 1 at a half: small changes of dark and bright pixels are not seen.", {}},
                           "binary-abs-vae");
}

}  // namespace metamer
