#pragma once

#include "core/attack/attack.h"

namespace metamer {

/// `linf-semantic`: ours. Looks for donors that contain the source's strokes, lays them over the source, draws them in
/// several styles inside the ball, and lets the proxy's selector choose class, donor, placement and style.
AttackInfo linfSemanticInfo();

std::unique_ptr<Attack> makeLinfSemantic(const AttackSetup &setup);

}  // namespace metamer
