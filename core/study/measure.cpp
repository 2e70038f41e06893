#include "core/study/measure.h"

#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"

namespace metamer {
namespace {

struct Known {
    Presentation presentation;
    const char *name;
    const char *title;
};

constexpr Known kKnown[] = {{Presentation::PerturbedAlone, "perturbed", "perturbed alone"},
                            {Presentation::Pair, "pair", "pair side by side"},
                            {Presentation::Sequence, "sequence", "original, then perturbed"},
                            {Presentation::SameDifferent, "same-different", "same or different"}};
const std::string kForced = "-forced";

const Known &known(Presentation presentation) { return kKnown[static_cast<int>(presentation)]; }

}  // namespace

std::string presentationName(Presentation presentation) { return known(presentation).name; }

std::string Measure::name() const { return presentationName(presentation) + (isForced ? kForced : std::string()); }

std::string Measure::title() const { return std::string(known(presentation).title) + (isForced ? ", forced choice" : ""); }

Measure Measure::fromName(const std::string &name) {
    std::vector<std::string> names;
    for (const auto &candidate : kKnown) {
        for (const bool isForced : {false, true}) {
            const Measure measure{candidate.presentation, isForced};
            names.push_back(measure.name());
            if (names.back() == name) {
                return measure;
            }
        }
    }
    throw Error(ErrorCode::Usage, "measure '" + name + "' is unknown; use " + join(names, ", "));
}

}  // namespace metamer
