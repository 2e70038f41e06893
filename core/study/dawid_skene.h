#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/study/consensus.h"

namespace metamer {

/// How reliable an annotator looks beside the others.
struct AnnotatorSkill {
    std::int64_t votes = 0;
    double accuracy = 0;   ///< expected share of right votes, over the model's classes
    bool isOneCoin = true; ///< one accuracy for all classes, for want of votes; else a confusion matrix
};

/// What Dawid and Skene's model makes of the votes. A view of annotators: it never decides what an example shows.
struct DawidSkene {
    std::string whyUndefined;                         ///< empty where there is a result
    std::map<AnnotatorId, AnnotatorSkill> annotators;
    std::map<int, double> classShares;
    std::vector<std::map<int, double>> posteriors;    ///< item by item, as given
    int rounds = 0;
};

/// Expectation-maximisation in logarithms, started from the vote shares and smoothed by one vote spread over the classes.
/// An annotator has a single accuracy until there are 50 votes for every class, then a confusion matrix. Unsure never votes.
/// Source: Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm", Applied
/// Statistics 28 (1979).
DawidSkene dawidSkene(const std::vector<VotesOfItem> &items, int mostRounds = 200);

}  // namespace metamer
