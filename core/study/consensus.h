#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/records.h"

namespace metamer {

/// Numbers for the answers that are no class, where labels are written as numbers.
constexpr int kNoLabel = -1;
constexpr int kNotAClass = -2;
constexpr int kUnsure = -3;
constexpr int kSame = -4;        ///< "still the same class", where that is the question
constexpr int kDifferent = -5;

/// An answer as a number: its class, or one of the above.
int labelOf(const Answer &answer);

/// Each annotator's last answer to one item that was not withdrawn.
using VotesOfItem = std::map<AnnotatorId, int>;

/// The answers that stand: neither withdrawals nor withdrawn, in the order given.
std::vector<CastAnswer> standingAnswers(const std::vector<CastAnswer> &answers);

/// The votes on every item, by everybody's last standing answer. Practice and repeats never vote. `answers` must be of one
/// measure and in the order in which they were given.
std::map<ItemId, VotesOfItem> standingVotes(const std::vector<CastAnswer> &answers);

/// A label as people read it: a class name, "not a class", "still the same", "another class", "unsure", "no consensus".
std::string labelName(int label, const std::vector<std::string> &classNames);

/// What a label needs to be the consensus, beside more votes than any other.
struct ConsensusRule {
    int votes = 0;     ///< at least so many votes
    double share = 0;  ///< at least this share of all votes
};

/// Plurality of the votes that meets the rule: a class, kNotAClass, kSame or kDifferent. Unsure never votes; a tie or no
/// vote gives nothing.
std::optional<int> consensusOf(const VotesOfItem &votes, const ConsensusRule &rule = {});

/// Whether a vote or a consensus says that the label has changed; "not a class" has not.
inline bool saysChanged(int label, int sourceLabel) { return label == kDifferent || (label >= 0 && label != sourceLabel); }

}  // namespace metamer
