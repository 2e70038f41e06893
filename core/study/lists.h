#pragma once

#include <cstdint>
#include <vector>

#include "core/base/records.h"

namespace metamer {

/// What could stand on a list: an example, or a source shown clean.
struct ListCandidate {
    std::int64_t item = 0;     ///< whatever the caller knows it by
    std::int64_t source = 0;   ///< equal for everything made of one source image
    bool isExample = true;
    bool isAttacked = true;    ///< clean: some example is made of the same source
};

struct ListDesign {
    int lists = 0;               ///< 0: as many as it takes to show each example at least `answersPerItem` times
    int answersPerItem = 5;
    int examplesPerControl = 1;  ///< 0: no controls
    int gold = 0;
    int practice = 0;
    int repeats = 0;
    int repeatDistance = 50;
    int trialsPerList = 0;       ///< 0: as many as the sources allow
    std::uint64_t seed = 0;
};

struct PlannedTrial {
    std::int64_t item = 0;
    TrialKind kind = TrialKind::Main;
    bool isGold = false;
};

using TrialList = std::vector<PlannedTrial>;

/// Counterbalanced lists: on each, every source stands at most once, clean or perturbed, repeats aside; examples are spread
/// so that their numbers of lists differ as little as the sources allow; clean ones are as many as the design asks for, on
/// other lists the same sources stand perturbed. Practice comes first, gold and practice items are clean and stand on every
/// list, a repeat comes at least `repeatDistance` trials after its first. Same candidates, design and seed: same lists.
/// Throws Error(Usage) where there are too few sources, with the numbers.
std::vector<TrialList> makeLists(const std::vector<ListCandidate> &candidates, const ListDesign &design);

}  // namespace metamer
