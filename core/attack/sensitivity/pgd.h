#pragma once

#include <string>
#include <vector>

#include "core/base/budget.h"
#include "core/base/job.h"
#include "core/model/classifier.h"

namespace metamer {

/// A gradient attack on one model, to see how robust it is: "pgd" climbs the cross-entropy; "pgd-margin" climbs, for each other
/// class in turn, its logit less the label's, which also finds what a flat cross-entropy hides.
/// Source: Madry et al. 2018 (PGD); targeted margins as in Gowal et al., "An Alternative Surrogate Loss for PGD-based
/// Adversarial Testing", 2019. Deviation: success is judged on bytes, rounded towards the source.
struct GradientAttack {
    std::string name = "pgd";
    Budget budget;             ///< Linf or L2
    int steps = 40;            ///< each 2.5 eps / steps long, from a random start in the ball
    std::int64_t seed = 0;
};

/// Names of the gradient attacks.
const std::vector<std::string> &gradientAttackNames();

/// For each image whether the model names it right both as it is and where the attack has moved it inside the ball.
/// Throws Error(Usage) for an unknown attack, a norm that it lacks, or a model that gives no gradients: that such a model resists
/// would say nothing. Asked to stop it returns what it has; the rest is missing at the end.
std::vector<bool> withstandsAttack(const Classifier &model, const LabelledImages &images, const GradientAttack &attack, const StopToken &stop,
                                   const ProgressHandler &progress);

}  // namespace metamer
