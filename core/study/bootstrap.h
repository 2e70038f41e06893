#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/study/consensus.h"
#include "core/study/interval.h"

namespace metamer {

/// The votes on one example, and which source it is made of.
struct VotedExample {
    SourceImageId source;
    int sourceLabel = 0;
    VotesOfItem votes;
};

/// Rates of a set of examples, each with its 95 % interval.
struct RateWithInterval {
    std::optional<double> rate;         ///< none without votes
    std::optional<Interval> interval;   ///< none where there are fewer than two sources, or nothing varies
};

struct BootstrappedRates {
    RateWithInterval byConsensus;  ///< examples whose consensus is another class, of all with an answer
    RateWithInterval byVote;       ///< votes for another class, of all votes ("not a class" counts as a vote)
};

/// Bias-corrected percentile intervals from resampling sources and annotators, both at once (the "pigeonhole" bootstrap): whoever repeats
/// the study draws other pictures and asks other people. With one annotator only sources are drawn anew.
/// The correction matters where people are few: drawing one of them twice breaks ties of the others.
/// Sources: Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1 (2007); Efron, "Nonparametric standard errors and
/// confidence intervals", Canadian Journal of Statistics 9 (1981), for the correction.
BootstrappedRates bootstrapRates(const std::vector<VotedExample> &examples, const ConsensusRule &rule, int draws = 1000, std::uint64_t seed = 1);

/// First minus second over the sources that both sets have answers on, by consensus.
struct PairedDifference {
    std::int64_t sources = 0;
    std::optional<double> difference;
    std::optional<Interval> interval;
};
PairedDifference pairedDifference(const std::vector<VotedExample> &first, const std::vector<VotedExample> &second, const ConsensusRule &rule,
                                  int draws = 1000, std::uint64_t seed = 1);

}  // namespace metamer
