#include "core/attack/compute.h"

#include <chrono>
#include <thread>

#include <torch/torch.h>

#include "core/attack/proxy/ensemble.h"
#include "core/attack/registry.h"
#include "core/model/blas_threads.h"
#include "core/model/devices.h"
#include "core/model/network_classifier.h"
#include "core/model/recipes.h"
#include "core/model/torch_errors.h"

namespace metamer {
namespace {

class TorchCompute final : public Compute {
public:
    TorchCompute() : m_attacks(attackInfos()), m_trainers(registeredRecipes()) {
        prepareTorch();
        for (const auto &registered : m_trainers) {
            m_recipes.push_back(registered.info);
        }
    }

    std::string torchVersion() const override { return torchVersionText(); }
    std::vector<std::string> devices() const override { return torchDevices(); }
    std::string resolveDevice(const std::string &wanted) const override { return resolveTorchDevice(wanted); }

    double matrixGigaflops() const override {
        constexpr std::int64_t kSide = 1024;
        const auto a = torch::rand({kSide, kSide});
        double best = 0;
        for (int i = 0; i < 4; ++i) {
            const auto start = std::chrono::steady_clock::now();
            torch::mm(a, a);
            const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            best = std::max(best, 2.0 * kSide * kSide * kSide / seconds * 1e-9);
        }
        return best;
    }

    void setThreads(int count) override {
        at::set_num_threads(std::max(1, count));
        setBlasThreads(std::max(1, count));
    }

    const std::vector<AttackInfo> &attacks() const override { return m_attacks; }
    const std::vector<RecipeInfo> &recipes() const override { return m_recipes; }

    TrainedModel train(const TrainRequest &request, const StopToken &stop, const ProgressHandler &progress) override {
        const RegisteredRecipe &recipe = recipeOf(request);
        return translated([&] { return recipe.train(request, stop, progress); });
    }

    TrainedModel finishFrom(const TrainRequest &request) override {
        const RegisteredRecipe &recipe = recipeOf(request);
        return translated([&] { return recipe.finish(request); });
    }

    std::unique_ptr<Classifier> load(const std::string &architecture, const Pixels &weights, const ImageShape &shape,
                                     int classCount, const std::string &device) override {
        return translated([&]() -> std::unique_ptr<Classifier> {
            return std::make_unique<NetworkClassifier>(loadNetwork(architecture, weights, shape, classCount), shape, torch::Device(device));
        });
    }

    std::unique_ptr<Certifier> makeCertifier(const std::string &architecture, const Pixels &weights, const ImageShape &shape,
                                             int classCount, const std::string &device) override {
        return translated([&] { return makeNetworkCertifier(architecture, weights, shape, classCount, device); });
    }

    TrainedProxy trainProxy(const ProxyRequest &request, const StopToken &stop, const ProgressHandler &progress) override {
        return translated([&] { return trainProxyEnsemble(request, stop, progress); });
    }

    std::unique_ptr<OracleProxy> loadProxy(ProxyRole role, const Pixels &weights, const std::string &hash, const ImageShape &shape,
                                           int classCount, const std::string &device) override {
        return translated([&] { return loadProxyEnsemble(role, weights, hash, shape, classCount, device); });
    }

    std::unique_ptr<Attack> makeAttack(const std::string &name, const AttackSetup &setup) override { return makeRegisteredAttack(name, setup); }

private:
    const RegisteredRecipe &recipeOf(const TrainRequest &request) const {
        return m_trainers[static_cast<std::size_t>(&findByName(m_recipes, request.recipe, "recipe") - m_recipes.data())];
    }

    std::vector<AttackInfo> m_attacks;
    std::vector<RegisteredRecipe> m_trainers;
    std::vector<RecipeInfo> m_recipes;
};

}  // namespace
}  // namespace metamer

extern "C" __attribute__((visibility("default"))) metamer::Compute *metamerCompute() {
    static metamer::TorchCompute instance;
    return &instance;
}
