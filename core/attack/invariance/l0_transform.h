#pragma once

#include "core/attack/attack.h"

namespace metamer {

/// `l0-transform`: the two stages of the automated L0 attack of Tramèr et al., "Fundamental Tradeoffs between Invariance and
/// Sensitivity to Adversarial Perturbations", ICML 2020. First the image of another class that differs from the source in
/// the fewest pixels after an affine transform, both binarised at 0.5; then a choice among subsets of the clusters of
/// changed pixels by how much the result looks like that class.
/// Deviations: the sources are transformed instead of the training images, and the best donors are refined and bent; the
/// "rotation" is one; clusters are connected sets; the choice is by the proxy's selector with a price a pixel, and then goes
/// on in steps of a few pixels; new strokes may be thinner than the donor's.
AttackInfo l0TransformInfo();

std::unique_ptr<Attack> makeL0Transform(const AttackSetup &setup);

}  // namespace metamer
