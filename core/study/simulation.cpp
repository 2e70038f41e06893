#include "core/study/simulation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace metamer {

std::vector<int> simulatedTruths(const std::vector<int> &sourceLabels, const std::vector<int> &targets, const SimulatedPeople &people) {
    Rng rng(people.seed + 0x74727574);
    std::vector<int> truths;
    for (std::size_t i = 0; i < sourceLabels.size(); ++i) {
        const bool isChanged = rng.uniform() < people.changed;
        truths.push_back(isChanged ? targets[i] : sourceLabels[i]);
    }
    return truths;
}

int simulatedLabel(int truth, const SimulatedPeople &people, Rng &rng) {
    if (people.classes < 2 || rng.uniform() >= people.error) {
        return truth;
    }
    const int other = static_cast<int>(rng.below(static_cast<std::uint64_t>(people.classes - 1)));
    return other >= truth ? other + 1 : other;
}

std::vector<std::vector<int>> simulatedAssignment(int examples, const SimulatedPeople &people, Rng &rng) {
    const int each = people.itemsPerRater > 0 ? std::min(people.itemsPerRater, examples) : examples;
    std::vector<int> uses(static_cast<std::size_t>(examples), 0);
    std::vector<std::vector<int>> assignment;
    for (int rater = 0; rater < people.raters; ++rater) {
        std::vector<int> order;
        for (const auto index : drawWithoutReplacement(examples, examples, rng)) {
            order.push_back(static_cast<int>(index));
        }
        std::stable_sort(order.begin(), order.end(), [&uses](int a, int b) { return uses[static_cast<std::size_t>(a)] < uses[static_cast<std::size_t>(b)]; });
        order.resize(static_cast<std::size_t>(each));
        for (const int example : order) {
            ++uses[static_cast<std::size_t>(example)];
        }
        assignment.push_back(std::move(order));
    }
    return assignment;
}

PowerForecast forecastPower(int examples, const SimulatedPeople &people, int studies, int draws) {
    PowerForecast forecast;
    forecast.examples = examples;
    std::vector<double> rates;
    Rng rng(people.seed);
    for (int study = 0; study < studies; ++study) {
        SimulatedPeople drawn = people;
        drawn.seed = rng.next();
        const std::vector<int> sources(static_cast<std::size_t>(examples), 0), targets(static_cast<std::size_t>(examples), 1);
        const auto truths = simulatedTruths(sources, targets, drawn);
        std::vector<VotedExample> voted(static_cast<std::size_t>(examples));
        const auto assignment = simulatedAssignment(examples, drawn, rng);
        for (std::size_t rater = 0; rater < assignment.size(); ++rater) {
            for (const int example : assignment[rater]) {
                auto &row = voted[static_cast<std::size_t>(example)];
                row.source = {example + 1};
                row.votes[{static_cast<std::int64_t>(rater) + 1}] = simulatedLabel(truths[static_cast<std::size_t>(example)], drawn, rng);
                forecast.votesPerItem += 1.0 / (static_cast<double>(studies) * examples);
            }
        }
        const auto rate = bootstrapRates(voted, {}, draws, drawn.seed).byConsensus;
        if (rate.rate && rate.interval) {
            const double width = rate.interval->high - rate.interval->low;
            rates.push_back(*rate.rate);
            forecast.meanWidth += width / studies;
            forecast.widestWidth = std::max(forecast.widestWidth, width);
        }
    }
    if (!rates.empty()) {
        forecast.meanRate = std::accumulate(rates.begin(), rates.end(), 0.0) / static_cast<double>(rates.size());
        double squares = 0;
        for (const double rate : rates) {
            squares += (rate - forecast.meanRate) * (rate - forecast.meanRate);
        }
        forecast.rateSpread = std::sqrt(squares / static_cast<double>(rates.size()));
    }
    return forecast;
}

}  // namespace metamer
