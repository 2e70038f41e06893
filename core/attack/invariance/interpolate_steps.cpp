#include <cstdlib>

#include "core/attack/invariance/interpolate.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace metamer {

std::vector<double> parseSteps(const std::string &text) {
    const auto refused = [&] {
        return Error(ErrorCode::Usage, "--steps '" + text + "' is not allowed; use rising shares of the way, over 0 and up to 1, like 0.25,0.5,1");
    };
    std::vector<double> steps;
    for (const auto &part : split(text, ',')) {
        const std::string word = trimmed(part);
        char *end = nullptr;
        const double step = std::strtod(word.c_str(), &end);
        if (word.empty() || *end != '\0' || !(step > 0) || step > 1 || (!steps.empty() && step <= steps.back())) {
            throw refused();
        }
        steps.push_back(step);
    }
    if (steps.empty()) {
        throw refused();
    }
    return steps;
}

}  // namespace metamer
