#pragma once

#include "core/attack/attack.h"

namespace metamer {

/// An attack and how it is made.
struct RegisteredAttack {
    AttackInfo info;
    std::unique_ptr<Attack> (*make)(const AttackSetup &setup);
};

/// Every attack, in the order in which they are listed. A new one is a file pair and a line here.
std::vector<RegisteredAttack> registeredAttacks();

}  // namespace metamer
