#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/base/records.h"

namespace metamer {

/// Numbers for the answers that are no class, where labels are written as numbers.
constexpr int kNoLabel = -1;
constexpr int kNotAClass = -2;
constexpr int kUnsure = -3;

/// Each annotator's last answer to one item that was not withdrawn: a class, kNotAClass or kUnsure.
using VotesOfItem = std::map<AnnotatorId, int>;

/// The votes on every item. `answers` must be in the order in which they were given.
std::map<ItemId, VotesOfItem> standingVotes(const std::vector<CastAnswer> &answers);

/// Plurality of the votes: a class or kNotAClass. Unsure never votes; a tie or no vote gives nothing.
std::optional<int> consensusOf(const VotesOfItem &votes);

}  // namespace metamer
