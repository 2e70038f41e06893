#include "core/study/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/rng.h"

namespace metamer {
namespace {

/// Votes without names: annotators, sources and labels counted from 0, so that a draw is a loop over arrays.
struct Dense {
    struct Vote {
        int annotator;
        int label;   ///< position in `changes`
    };
    struct Example {
        int source;
        std::vector<Vote> votes;
        std::vector<bool> changes;  ///< by label: whether it says that the class has changed
    };
    std::vector<Example> examples;
};

class Numbers {
public:
    int of(std::int64_t key) { return m_numbers.try_emplace(key, static_cast<int>(m_numbers.size())).first->second; }
    std::size_t count() const { return m_numbers.size(); }

private:
    std::map<std::int64_t, int> m_numbers;
};

Dense densify(const std::vector<VotedExample> &examples, Numbers &sources, Numbers &annotators) {
    Dense dense;
    for (const auto &example : examples) {
        if (example.votes.empty()) {
            continue;
        }
        Dense::Example row{sources.of(example.source.value), {}, {}};
        Numbers labels;
        for (const auto &[annotator, label] : example.votes) {
            const int who = annotators.of(annotator.value);
            if (label != kUnsure) {
                row.votes.push_back({who, labels.of(label)});
                row.changes.resize(labels.count());
                row.changes[static_cast<std::size_t>(row.votes.back().label)] = saysChanged(label, example.sourceLabel);
            }
        }
        dense.examples.push_back(std::move(row));
    }
    return dense;
}

/// How often each of `count` is drawn in `count` draws with replacement.
void draw(std::vector<int> &weights, Rng &rng) {
    std::fill(weights.begin(), weights.end(), 0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        ++weights[static_cast<std::size_t>(rng.below(weights.size()))];
    }
}

struct Counts {
    double changed = 0, labelled = 0, changedVotes = 0, votes = 0;

    std::optional<double> byConsensus() const { return labelled > 0 ? std::optional(changed / labelled) : std::nullopt; }
    std::optional<double> byVote() const { return votes > 0 ? std::optional(changedVotes / votes) : std::nullopt; }
};

enum class Outcome { NoAnswer, Changed, NotChanged };

/// What people said of one example where annotator a counts `weights[a]` times. An example whose annotators were not
/// drawn has no answer; one with only 'unsure' keeps its place as not changed when nothing is drawn.
Outcome outcomeOf(const Dense::Example &example, const std::vector<int> &weights, const ConsensusRule &rule, std::vector<int> &counts) {
    counts.assign(example.changes.size(), 0);
    int total = 0;
    for (const auto &vote : example.votes) {
        counts[static_cast<std::size_t>(vote.label)] += weights[static_cast<std::size_t>(vote.annotator)];
        total += weights[static_cast<std::size_t>(vote.annotator)];
    }
    if (total == 0) {
        return example.votes.empty() ? Outcome::NotChanged : Outcome::NoAnswer;
    }
    int most = 0, best = -1;
    for (std::size_t label = 0; label < counts.size(); ++label) {
        if (counts[label] == most) {
            best = -1;
        } else if (counts[label] > most) {
            most = counts[label];
            best = static_cast<int>(label);
        }
    }
    const double needed = rule.votes * static_cast<double>(total) / static_cast<double>(example.votes.size());   // the votes drawn, not those given
    const bool meetsRule = best >= 0 && most >= needed - 1e-9 && most >= rule.share * total - 1e-9;
    return meetsRule && example.changes[static_cast<std::size_t>(best)] ? Outcome::Changed : Outcome::NotChanged;
}

Counts count(const Dense &dense, const std::vector<int> &sources, const std::vector<int> &annotators, const ConsensusRule &rule) {
    Counts counts;
    std::vector<int> votes;
    for (const auto &example : dense.examples) {
        const int weight = sources[static_cast<std::size_t>(example.source)];
        if (weight == 0) {
            continue;
        }
        if (const Outcome outcome = outcomeOf(example, annotators, rule, votes); outcome != Outcome::NoAnswer) {
            counts.labelled += weight;
            counts.changed += outcome == Outcome::Changed ? weight : 0;
        }
        for (const auto &vote : example.votes) {
            const int many = weight * annotators[static_cast<std::size_t>(vote.annotator)];
            counts.votes += many;
            counts.changedVotes += example.changes[static_cast<std::size_t>(vote.label)] ? many : 0;
        }
    }
    return counts;
}

double normalShare(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

/// The z below which a share of the normal distribution lies, by bisection.
double normalQuantile(double share) {
    double low = -9, high = 9;
    while (high - low > 1e-12) {
        const double middle = (low + high) / 2;
        (normalShare(middle) < share ? low : high) = middle;
    }
    return low;
}

/// The middle 95 % of the draws, shifted by how far their median is off what was observed.
std::optional<Interval> intervalOf(std::vector<double> draws, double observed) {
    if (draws.empty()) {
        return std::nullopt;
    }
    constexpr double kZ = 1.959963984540054;
    std::sort(draws.begin(), draws.end());
    if (draws.back() - draws.front() < 1e-12) {
        return std::nullopt;   // where nothing varies, drawing anew tells nothing: Wilson's interval does
    }
    const auto count = static_cast<double>(draws.size());
    const auto below = static_cast<double>(std::lower_bound(draws.begin(), draws.end(), observed - 1e-12) - draws.begin());
    const auto upTo = static_cast<double>(std::upper_bound(draws.begin(), draws.end(), observed + 1e-12) - draws.begin());
    const double bias = normalQuantile(std::clamp((below + upTo) / 2 / count, 0.5 / count, 1 - 0.5 / count));
    const auto at = [&](double z) { return draws[static_cast<std::size_t>(std::lround(normalShare(2 * bias + z) * (count - 1)))]; };
    return Interval{std::min(at(-kZ), observed), std::max(at(kZ), observed)};
}

/// Calls `use(source weights, annotator weights)` for every draw.
template <typename Use>
void resample(const Numbers &sources, const Numbers &annotators, int draws, std::uint64_t seed, const Use &use) {
    Rng rng(seed);
    std::vector<int> sourceWeights(sources.count()), annotatorWeights(annotators.count(), 1);
    for (int i = 0; i < draws; ++i) {
        draw(sourceWeights, rng);
        if (annotators.count() > 1) {
            draw(annotatorWeights, rng);
        }
        use(sourceWeights, annotatorWeights);
    }
}

/// The share changed of each source that has answers: several examples of one source are averaged.
std::vector<std::optional<double>> shareBySource(const Dense &dense, std::size_t sources, const std::vector<int> &annotators, const ConsensusRule &rule) {
    std::vector<int> changed(sources, 0), labelled(sources, 0), votes;
    for (const auto &example : dense.examples) {
        const Outcome outcome = outcomeOf(example, annotators, rule, votes);
        labelled[static_cast<std::size_t>(example.source)] += outcome != Outcome::NoAnswer;
        changed[static_cast<std::size_t>(example.source)] += outcome == Outcome::Changed;
    }
    std::vector<std::optional<double>> shares(sources);
    for (std::size_t i = 0; i < sources; ++i) {
        shares[i] = labelled[i] > 0 ? std::optional(static_cast<double>(changed[i]) / labelled[i]) : std::nullopt;
    }
    return shares;
}

}  // namespace

BootstrappedRates bootstrapRates(const std::vector<VotedExample> &examples, const ConsensusRule &rule, int draws, std::uint64_t seed) {
    Numbers sources, annotators;
    const Dense dense = densify(examples, sources, annotators);
    BootstrappedRates rates;
    if (dense.examples.empty()) {
        return rates;
    }
    const Counts observed = count(dense, std::vector<int>(sources.count(), 1), std::vector<int>(annotators.count(), 1), rule);
    rates.byConsensus.rate = observed.byConsensus();
    rates.byVote.rate = observed.byVote();
    if (sources.count() < 2) {
        return rates;
    }
    std::vector<double> byConsensus, byVote;
    resample(sources, annotators, draws, seed, [&](const std::vector<int> &sourceWeights, const std::vector<int> &annotatorWeights) {
        const Counts counts = count(dense, sourceWeights, annotatorWeights, rule);
        if (const auto rate = counts.byConsensus()) {
            byConsensus.push_back(*rate);
        }
        if (const auto rate = counts.byVote()) {
            byVote.push_back(*rate);
        }
    });
    rates.byConsensus.interval = rates.byConsensus.rate ? intervalOf(std::move(byConsensus), *rates.byConsensus.rate) : std::nullopt;
    rates.byVote.interval = rates.byVote.rate ? intervalOf(std::move(byVote), *rates.byVote.rate) : std::nullopt;
    return rates;
}

PairedDifference pairedDifference(const std::vector<VotedExample> &first, const std::vector<VotedExample> &second, const ConsensusRule &rule,
                                  int draws, std::uint64_t seed) {
    Numbers sources, annotators;
    const Dense a = densify(first, sources, annotators), b = densify(second, sources, annotators);
    PairedDifference result;
    if (a.examples.empty() || b.examples.empty()) {
        return result;
    }
    const auto difference = [&](const std::vector<int> &sourceWeights, const std::vector<int> &annotatorWeights, std::int64_t *shared) {
        const auto sharesA = shareBySource(a, sources.count(), annotatorWeights, rule), sharesB = shareBySource(b, sources.count(), annotatorWeights, rule);
        double sum = 0, weight = 0;
        for (std::size_t i = 0; i < sources.count(); ++i) {
            if (sharesA[i] && sharesB[i]) {
                sum += sourceWeights[i] * (*sharesA[i] - *sharesB[i]);
                weight += sourceWeights[i];
                *shared += 1;
            }
        }
        return weight > 0 ? std::optional(sum / weight) : std::nullopt;
    };
    result.difference = difference(std::vector<int>(sources.count(), 1), std::vector<int>(annotators.count(), 1), &result.sources);
    if (result.sources < 2) {
        return result;
    }
    std::vector<double> values;
    resample(sources, annotators, draws, seed, [&](const std::vector<int> &sourceWeights, const std::vector<int> &annotatorWeights) {
        std::int64_t ignored = 0;
        if (const auto value = difference(sourceWeights, annotatorWeights, &ignored)) {
            values.push_back(*value);
        }
    });
    result.interval = intervalOf(std::move(values), *result.difference);
    return result;
}

}  // namespace metamer
