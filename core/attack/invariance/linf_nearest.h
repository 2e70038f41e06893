#pragma once

#include "core/attack/attack.h"

namespace metamer {

/// `linf-nearest`: the automated Linf attack of Tramèr et al., "Fundamental Tradeoffs between Invariance and Sensitivity
/// to Adversarial Perturbations", ICML 2020, as in the authors' released code. For each allowed class: the nearest
/// training image to any of 775 versions of the source (5 x 5 shifts, 31 rotations), moved back by the inverse
/// transform; the source then moves to it inside the ball. Of the allowed classes the one that removes least ink.
/// Deviations: bilinear interpolation; the ball is that of the 8-bit grid, so no rounding can leave it.
AttackInfo linfNearestInfo();

std::unique_ptr<Attack> makeLinfNearest(const AttackSetup &setup);

/// The last step on bytes: where the donor is within `greyLevels` of the source and the source has ink, the donor's
/// pixel; where it is further, `greyLevels` towards it; elsewhere the source's.
Pixels moveTowardsDonor(std::span<const std::uint8_t> source, std::span<const std::uint8_t> donor, int greyLevels);

/// Ink that a perturbation takes away: the sum of max(source - perturbed, 0), grey levels.
std::int64_t removedInk(std::span<const std::uint8_t> source, std::span<const std::uint8_t> perturbed);

}  // namespace metamer
