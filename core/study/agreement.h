#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/study/consensus.h"

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

/// Share of agreeing pairs of votes, over all pairs on all items.
Agreement pairwiseAgreement(const std::vector<VoteCounts> &items);

/// Cohen's kappa of two raters over the items that both have labelled: `first` and `second` are their labels, item by item.
/// Source: Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960).
Agreement cohenKappa(const std::vector<int> &first, const std::vector<int> &second);

/// Every statistic that there is of a set of votes.
struct AgreementTable {
    Agreement pairwise, fleiss, krippendorff;
    Agreement cohen;   ///< of exactly two raters
};

/// `items` are each annotator's label (see consensus.h; unsure is left out) on each item.
AgreementTable agreementOf(const std::vector<VotesOfItem> &items);

}  // namespace metamer
