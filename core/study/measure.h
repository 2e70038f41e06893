#pragma once

#include <string>

namespace metamer {

/// What an annotator sees.
enum class Presentation {
    PerturbedAlone,  ///< the perturbed image (or the clean control) by itself
    Pair,            ///< original and perturbed side by side; gives the source's label away
    Sequence,        ///< the original for a while, then the perturbed image
    SameDifferent    ///< side by side, and the question is whether both are the same class
};

/// "perturbed", "pair", "sequence" or "same-different".
std::string presentationName(Presentation presentation);

/// What an answer measures. Answers of different measures are never counted together: an original in sight, another
/// question, or a forced choice (neither "not a class" nor "unsure" on offer) each move what people answer.
struct Measure {
    Presentation presentation = Presentation::PerturbedAlone;
    bool isForced = false;

    /// "perturbed", "pair-forced" ...
    std::string name() const;

    /// Throws Error(Usage) naming the measures that there are.
    static Measure fromName(const std::string &name);

    /// As people read it: "perturbed alone, forced choice".
    std::string title() const;

    friend auto operator<=>(const Measure &, const Measure &) = default;
};

}  // namespace metamer
