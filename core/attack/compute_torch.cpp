#include "core/attack/compute.h"

#include <chrono>
#include <thread>

#include <dlfcn.h>
#include <torch/torch.h>

#include "core/attack/registry.h"
#include "core/model/recipes.h"
#include "core/model/trainer.h"
#include "core/model/torch_compat.h"

namespace metamer {
namespace {

std::string firstLine(const std::string &text) { return text.substr(0, text.find('\n')); }

template <typename Work>
auto translated(const Work &work) {
    try {
        return work();
    } catch (const c10::Error &error) {
        throw Error(ErrorCode::Device, "LibTorch: " + firstLine(error.what_without_backtrace()));
    } catch (const std::bad_alloc &) {
        throw Error(ErrorCode::Device, "out of memory; close other programs or use fewer images at once");
    }
}

class TranslatedAttack final : public Attack {
public:
    explicit TranslatedAttack(std::unique_ptr<Attack> attack) : m_attack(std::move(attack)) {}
    std::vector<Candidate> perturb(std::span<const std::uint8_t> source, int label, const StopToken &stop) override {
        return translated([&] { return m_attack->perturb(source, label, stop); });
    }

private:
    std::unique_ptr<Attack> m_attack;
};

class TorchCompute final : public Compute {
public:
    TorchCompute() : m_registered(registeredAttacks()), m_trainers(registeredRecipes()) {
        silenceTorchWarnings();
        at::set_num_threads(static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));  // before the first operation
        for (const auto &registered : m_registered) {
            m_attacks.push_back(registered.info);
        }
        for (const auto &registered : m_trainers) {
            m_recipes.push_back(registered.info);
        }
    }

    std::string torchVersion() const override { return TORCH_VERSION; }

    std::vector<std::string> devices() const override {
        std::vector<std::string> names = {"cpu"};
        const auto count = torch::cuda::is_available() ? torch::cuda::device_count() : 0;
        for (std::size_t i = 0; i < count; ++i) {
            names.push_back("cuda:" + std::to_string(i));
        }
        return names;
    }

    std::string resolveDevice(const std::string &wanted) const override {
        const auto names = devices();
        if (wanted == "auto") {
            return names.size() > 1 ? names[1] : names[0];
        }
        const std::string full = wanted == "cuda" ? "cuda:0" : wanted;
        if (std::find(names.begin(), names.end(), full) == names.end()) {
            const bool isDevice = full == "cpu" || full.starts_with("cuda:");
            throw Error(isDevice ? ErrorCode::Device : ErrorCode::Usage,
                        "device '" + wanted + "' is not there; use auto or one of " + join(names, ", "));
        }
        return full;
    }

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
        using SetThreads = void(int);
        if (auto *set = reinterpret_cast<SetThreads *>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) {
            set(std::max(1, count));
        }
    }

    const std::vector<AttackInfo> &attacks() const override { return m_attacks; }
    const std::vector<RecipeInfo> &recipes() const override { return m_recipes; }

    TrainedModel train(const TrainRequest &request, const StopToken &stop, const ProgressHandler &progress) override {
        const auto &recipe = findByName(m_recipes, request.recipe, "recipe");
        const auto &trainer = m_trainers[static_cast<std::size_t>(&recipe - m_recipes.data())];
        return translated([&] { return trainer.train(request, stop, progress); });
    }

    TrainedModel finishFrom(const TrainRequest &request) override {
        return translated([&] { return modelFromCheckpoint(request); });
    }

    std::unique_ptr<Classifier> load(const std::string &architecture, const Pixels &weights, const ImageShape &shape,
                                     int classCount, const std::string &device) override {
        if (architecture != kSmallCnn) {
            throw Error(ErrorCode::Newer, "the architecture '" + architecture + "' is unknown to this version; update Metamer");
        }
        return translated([&] { return loadSmallCnn(weights, shape, classCount, device); });
    }

    std::unique_ptr<Attack> makeAttack(const std::string &name, const AttackSetup &setup) override {
        findByName(m_attacks, name, "attack");
        for (const auto &registered : m_registered) {
            if (registered.info.name == name) {
                return translated([&]() -> std::unique_ptr<Attack> {
                    return std::make_unique<TranslatedAttack>(registered.make(setup));
                });
            }
        }
        return nullptr;
    }

private:
    std::vector<RegisteredAttack> m_registered;
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
