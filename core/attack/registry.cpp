#include "core/attack/registry.h"

#include "core/attack/compute.h"
#include "core/attack/invariance/interpolate.h"
#include "core/attack/invariance/l0_transform.h"
#include "core/attack/invariance/l2_semantic.h"
#include "core/attack/invariance/linf_nearest.h"
#include "core/attack/invariance/linf_semantic.h"
#include "core/model/torch_errors.h"

namespace metamer {
namespace {

/// An attack and how it is made. A new one is a file pair and a line here.
struct RegisteredAttack {
    AttackInfo info;
    std::unique_ptr<Attack> (*make)(const AttackSetup &setup);
};

const std::vector<RegisteredAttack> &registeredAttacks() {
    static const std::vector<RegisteredAttack> kAttacks = {
        {linfNearestInfo(), makeLinfNearest},
        {linfSemanticInfo(), makeLinfSemantic},
        {l0TransformInfo(), makeL0Transform},
        {l2SemanticInfo(), makeL2Semantic},
        {interpolateInfo(), makeInterpolate},
    };
    return kAttacks;
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

}  // namespace

std::vector<AttackInfo> attackInfos() {
    std::vector<AttackInfo> infos;
    for (const auto &registered : registeredAttacks()) {
        infos.push_back(registered.info);
    }
    return infos;
}

std::unique_ptr<Attack> makeRegisteredAttack(const std::string &name, const AttackSetup &setup) {
    const auto infos = attackInfos();
    const auto row = static_cast<std::size_t>(&findByName(infos, name, "attack") - infos.data());
    return translated([&]() -> std::unique_ptr<Attack> { return std::make_unique<TranslatedAttack>(registeredAttacks()[row].make(setup)); });
}

}  // namespace metamer
