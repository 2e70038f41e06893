#include "core/attack/registry.h"

#include "core/attack/invariance/linf_nearest.h"

namespace metamer {

std::vector<RegisteredAttack> registeredAttacks() {
    return {
        {linfNearestInfo(), makeLinfNearest},
    };
}

}  // namespace metamer
