#include <cmath>

#include "core/model/recipes.h"
#include "core/model/trainer.h"

namespace metamer {
namespace {

constexpr std::int64_t kKept = 40;      // coefficients of the cosine transform, of 784 on the digits
constexpr std::int64_t kRemoved = 20;   // pixels that may be corrupted
constexpr int kRounds = 10;

/// The orthonormal discrete cosine transform of `size` points: [size, size].
torch::Tensor cosineMatrix(std::int64_t size) {
    const auto point = torch::arange(size, torch::kFloat32).add(0.5), wave = torch::arange(size, torch::kFloat32).unsqueeze(1);
    const auto matrix = torch::cos(wave * point * (M_PI / static_cast<double>(size))) * std::sqrt(2.0 / static_cast<double>(size));
    matrix[0].mul_(std::sqrt(0.5));
    return matrix;
}

/// x [N, C, H, W] with all but the `count` greatest magnitudes of each channel set to 0.
torch::Tensor greatest(const torch::Tensor &x, std::int64_t count) {
    const auto flat = x.flatten(2);
    const auto places = std::get<1>(flat.abs().topk(std::min(count, flat.size(2)), 2));
    return torch::zeros_like(flat).scatter(2, places, flat.gather(2, places)).view_as(x);
}

/// A small CNN that sees its input only as few cosine coefficients tell it.
class SparseNetwork final : public Network {
public:
    SparseNetwork(const ImageShape &shape, int classCount)
        : m_inner(register_module("inner", makeNetwork("small-cnn", shape, classCount))), m_rows(cosineMatrix(shape.height)), m_columns(cosineMatrix(shape.width)) {}

    torch::Tensor forward(const torch::Tensor &x) override {
        torch::Tensor seen;
        {
            const torch::NoGradGuard noGrad;
            seen = is_training() ? sparse(x) : recovered(x);
        }
        return m_inner->forward(x + (seen - x).detach());   // backward as if nothing had been taken away
    }

    std::string script() const override {
        const auto matrix = [](std::int64_t size) {
            const std::string points = "torch.arange(" + std::to_string(size) + ", device=x.device)", n = std::to_string(size);
            return "torch.cos(" + points + ".unsqueeze(1) * (" + points + " + 0.5) * (3.141592653589793 / " + n + ")) * (2.0 / " + n + ") ** 0.5 * torch.where(" + points +
                   ".unsqueeze(1) == 0, 0.5 ** 0.5, 1.0)\n";
        };
        const auto greatestOf = [](std::int64_t count) {
            return "        places = torch.topk(torch.abs(flat), min(" + std::to_string(count) + ", flat.size(2)), 2)[1]\n"
                   "        kept = torch.zeros_like(flat).scatter(2, places, flat.gather(2, places)).view_as(x)\n";
        };
        std::string inner = m_inner->script();
        inner.replace(inner.find("forward"), 7, "inner");
        for (std::size_t at = inner.find("self."); at != std::string::npos; at = inner.find("self.", at + 1)) {
            inner.insert(at + 5, "inner_");
        }
        return inner + "def forward(self, x: Tensor) -> Tensor:\n    rows = " + matrix(m_rows.size(0)) + "    columns = " + matrix(m_columns.size(0)) +
               "    noise = torch.zeros_like(x)\n    image = x\n    for round in range(" + std::to_string(kRounds) +
               "):\n        flat = torch.flatten(torch.matmul(torch.matmul(rows, x - noise), columns.t()), 2)\n" + greatestOf(kKept) +
               "        image = torch.matmul(torch.matmul(rows.t(), kept), columns)\n        flat = torch.flatten(x - image, 2)\n" + greatestOf(kRemoved) +
               "        noise = kept\n    return self.inner(x + (image - x).detach())\n";
    }

    const std::vector<Layer> &chain() const override {
        static const std::vector<Layer> kNone;
        return kNone;
    }

private:
    torch::Tensor sparse(const torch::Tensor &x) const {
        const auto rows = m_rows.to(x.device()), columns = m_columns.to(x.device());
        const auto kept = greatest(rows.matmul(x).matmul(columns.t()), kKept);
        return rows.t().matmul(kept).matmul(columns);
    }

    /// Iterative hard thresholding: the sparse image and the few corrupted pixels in turn.
    torch::Tensor recovered(const torch::Tensor &x) const {
        auto noise = torch::zeros_like(x), image = x;
        for (int round = 0; round < kRounds; ++round) {
            image = sparse(x - noise);
            noise = greatest(x - image, kRemoved);
        }
        return image;
    }

    std::shared_ptr<Network> m_inner;
    torch::Tensor m_rows, m_columns;
};

}  // namespace

std::shared_ptr<Network> makeSparseNetwork(const ImageShape &shape, int classCount) { return std::make_shared<SparseNetwork>(shape, classCount); }

RegisteredRecipe sparseL0Recipe() {
    TrainerDefaults defaults;
    defaults.architecture = "sparse-cnn";
    defaults.architectures = {"sparse-cnn"};
    defaults.epochs = "3";
    defaults.lengthSource = "ours";
    defaults.source = "Kingma and Ba 2015";
    return gradientRecipe({"sparse-l0", "Sparse transform, L0",
                           "Cross-entropy on images of few cosine coefficients; what is attacked is first freed of few corrupted pixels. Broken by adaptive attacks: "
                           "shown for comparison, not as a defence.",
                           ParameterSchema(trainerParameters(defaults))},
                          [](const ParameterValues &) {
                              return [](Network &network, const Batch &batch) {
                                  const auto logits = network.forward(batch.x);
                                  return BatchLoss{torch::nn::functional::cross_entropy(logits, batch.labels), logits};
                              };
                          });
}

}  // namespace metamer
