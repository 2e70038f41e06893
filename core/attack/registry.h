#pragma once

#include "core/attack/attack.h"

namespace metamer {

/// What every attack is called, works with and takes, in the order in which they are listed.
std::vector<AttackInfo> attackInfos();

/// Prepares the attack of that name; LibTorch's errors leave it as Error(Device). Throws Error(Usage) for an unknown name.
std::unique_ptr<Attack> makeRegisteredAttack(const std::string &name, const AttackSetup &setup);

}  // namespace metamer
