#pragma once

#include <string>

namespace metamer {

/// What an annotator sees.
enum class Presentation {
    Pair,           ///< original and perturbed side by side; gives the source's label away
    PerturbedAlone  ///< the perturbed image (or the clean control) by itself
};

/// How a study shows pictures and takes answers. Stored with the study, and what was shown with each answer.
struct Protocol {
    Presentation presentation = Presentation::Pair;
    int pictureSide = 336;       ///< px on the screen; the picture is zoomed to the greatest whole factor inside it
    int examplesPerControl = 5;  ///< one clean control is mixed in for so many examples

    std::string toJson() const;
    /// Throws Error(Damaged) if `json` is no protocol.
    static Protocol fromJson(const std::string &json);
};

/// "pair" or "perturbed".
std::string presentationName(Presentation presentation);

}  // namespace metamer
