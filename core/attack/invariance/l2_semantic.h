#pragma once

#include "core/attack/attack.h"

namespace metamer {

/// `l2-semantic`: ours, the L2 twin of `linf-semantic`. Inside an L2 ball removed and added ink cost alike, so donors are
/// wanted that differ little; the source moves towards a figure drawn at several brightnesses, as far as the ball goes.
AttackInfo l2SemanticInfo();

std::unique_ptr<Attack> makeL2Semantic(const AttackSetup &setup);

/// The source moved in a straight line towards `wanted` (0 .. 1) as far as `eps` (L2, full pixel range 1) and no further than
/// it, each pixel rounded towards the source.
Pixels movedTowards(std::span<const std::uint8_t> source, std::span<const float> wanted, double eps);

}  // namespace metamer
