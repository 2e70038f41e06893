#include "core/image/norms.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>

#include "core/base/text.h"

namespace metamer {

ByteNorms measureNorms(const ImageShape &shape, std::span<const std::uint8_t> source,
                       std::span<const std::uint8_t> perturbed) {
    assert(source.size() == shape.size() && perturbed.size() == shape.size());
    ByteNorms norms;
    const std::size_t plane = static_cast<std::size_t>(shape.height) * shape.width;
    for (std::size_t pixel = 0; pixel < plane; ++pixel) {
        bool differs = false;
        bool toggles = false;
        for (int channel = 0; channel < shape.channels; ++channel) {
            const int before = source[channel * plane + pixel];
            const int after = perturbed[channel * plane + pixel];
            const std::int64_t distance = std::abs(after - before);
            differs = differs || distance != 0;
            toggles = toggles || (before >= 128) != (after >= 128);
            norms.l1Levels += distance;
            norms.l2SquaredLevels += distance * distance;
            norms.linfLevels = std::max(norms.linfLevels, distance);
        }
        norms.l0 += differs;
        norms.l0Binarised += toggles;
    }
    return norms;
}

bool isWithin(const ByteNorms &norms, const Budget &budget) {
    const double limit = budget.eps() * 255.0;
    switch (budget.norm()) {
        case Norm::Linf: return norms.linfLevels <= budget.greyLevels();
        case Norm::L2: return static_cast<double>(norms.l2SquaredLevels) <= limit * limit;
        case Norm::L1: return static_cast<double>(norms.l1Levels) <= limit;
        case Norm::L0: return static_cast<double>(norms.l0) <= budget.eps();
    }
    return false;
}

std::string describeExcess(const ByteNorms &norms, const Budget &budget) {
    if (isWithin(norms, budget)) {
        return {};
    }
    switch (budget.norm()) {
        case Norm::Linf: {
            const auto over = norms.linfLevels - budget.greyLevels();
            return countOf(over, "grey level") + " over (" + std::to_string(norms.linfLevels) + " of " +
                   std::to_string(budget.greyLevels()) + ")";
        }
        case Norm::L2: return "L2 " + formatNumber(norms.l2()) + " is over " + budget.epsText();
        case Norm::L1: return "L1 " + formatNumber(norms.l1()) + " is over " + budget.epsText();
        case Norm::L0: return std::to_string(norms.l0) + " pixels changed, " + budget.epsText() + " allowed";
    }
    return {};
}

}  // namespace metamer
