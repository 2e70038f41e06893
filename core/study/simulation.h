#pragma once

#include <cstdint>
#include <vector>

#include "core/base/rng.h"
#include "core/study/bootstrap.h"

namespace metamer {

/// People who do not exist. Each picture is either read as what it was or as something else; a rater errs now and then.
struct SimulatedPeople {
    int raters = 10;
    int itemsPerRater = 0;        ///< each labels so many examples; 0: all
    double error = 0.1;           ///< probability of naming a class drawn at random from the others
    double changed = 0.5;         ///< share of the pictures that people in general read as the target
    int classes = 10;
    std::uint64_t seed = 0;
};

/// What most people would read, example by example: the target class or the source's label.
std::vector<int> simulatedTruths(const std::vector<int> &sourceLabels, const std::vector<int> &targets, const SimulatedPeople &people);

/// One rater's label of a picture that people in general read as `truth`.
int simulatedLabel(int truth, const SimulatedPeople &people, Rng &rng);

/// Which of `examples` examples each rater gets: those that have been seen the least come first, ties by chance.
std::vector<std::vector<int>> simulatedAssignment(int examples, const SimulatedPeople &people, Rng &rng);

/// How wide a study's interval will be.
struct PowerForecast {
    int examples = 0;
    double votesPerItem = 0;
    double meanRate = 0;     ///< share changed by consensus, over the simulated studies
    double rateSpread = 0;   ///< standard deviation of it
    double meanWidth = 0;    ///< of the two-way bootstrap interval
    double widestWidth = 0;
};

/// Simulates `studies` studies of `examples` examples and measures their intervals.
PowerForecast forecastPower(int examples, const SimulatedPeople &people, int studies = 40, int draws = 200);

}  // namespace metamer
