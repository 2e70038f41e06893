#pragma once

#include <string>
#include <vector>

#include "core/attack/attack.h"
#include "core/model/classifier.h"

namespace metamer {

/// The attacks that judge a model by its gradients, `pgd` and `pgd-margin`, with what they take; Linf and L2.
const std::vector<AttackInfo> &modelAttackInfos();

struct ModelAttackSetup {
    Budget budget;
    ParameterValues values;     ///< of the attack's schema
    std::int64_t seed = 0;
};

/// What an attack on a model made of one source.
struct AttackedImage {
    Pixels pixels;              ///< on the 8-bit grid and inside the budget; the source itself where it was not attacked
    bool isRight = false;       ///< the model names the source as its label says; only then it is attacked
    bool isFooled = false;      ///< the model names `pixels` otherwise
};

/// Attacks every source that the model names right. `pgd` climbs the cross-entropy from random starts; `pgd-margin` climbs
/// z_t - z_y for each other class t in turn, until one of them fools the model. Perturbed images are rounded towards the
/// source, and what the model says of the rounded bytes counts. Same seed: same bytes, whatever else is attacked along.
/// Asked to stop, it returns the images it is done with. The share right and not fooled is an upper bound of the model's
/// accuracy inside the ball, never a proof of it.
/// Throws Error(Usage) for an unknown attack, another norm, or a model without gradients: that one is not shown to be robust.
/// Source: Madry et al. 2018, section 2.1; the targeted margin after Carlini and Wagner 2017 and Gowal et al. 2019 (MultiTargeted).
std::vector<AttackedImage> attackModel(const std::string &attack, const Classifier &model, const LabelledImages &sources, const ModelAttackSetup &setup,
                                       const StopToken &stop, const ProgressHandler &progress);

}  // namespace metamer
