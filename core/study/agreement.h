#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace metamer {

/// Category to number of votes, for one item.
using VoteCounts = std::map<int, int>;

/// A statistic, or why there is none.
struct Agreement {
    std::optional<double> value;
    std::string whyUndefined;  ///< empty where there is a value
};

/// Fleiss' kappa for items with unequal numbers of votes: agreement is the mean over the items with at least two votes
/// of the share of agreeing pairs, chance is from the mean over all items with votes of the vote shares.
/// Equals Fleiss' statistic where all items have the same number of votes.
/// Source: Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76 (1971), generalised.
Agreement fleissKappa(const std::vector<VoteCounts> &items);

/// Krippendorff's alpha for nominal data with missing votes.
/// Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C.
Agreement krippendorffAlpha(const std::vector<VoteCounts> &items);

}  // namespace metamer
