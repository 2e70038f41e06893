#include "core/attack/semantic/donor_placer.h"

#include <algorithm>
#include <cmath>

#include "core/attack/parallel.h"
#include "core/base/error.h"

namespace metamer {
namespace {

const LabelledImages &greyOnly(const LabelledImages &donors) {
    if (donors.images.shape.channels != 1) {
        throw Error(ErrorCode::Usage, "this attack works with strokes and so with grey images; this data set has " +
                                          std::to_string(donors.images.shape.channels) + " channels; use linf-nearest");
    }
    return donors;
}

/// The normalised geometric mean of two readings: each has a veto.
ProxyReading joined(const ProxyReading &a, const ProxyReading &b) {
    const auto mean = [](float x, float y) { return std::sqrt(std::max(1e-12f, x) * std::max(1e-12f, y)); };
    ProxyReading both = a;
    both.notAClass = mean(a.notAClass, b.notAClass);
    float sum = both.notAClass;
    for (std::size_t i = 0; i < a.probabilities.size(); ++i) {
        both.probabilities[i] = mean(a.probabilities[i], b.probabilities[i]);
        both.generative[i] = (a.generative[i] + b.generative[i]) / 2;
        sum += both.probabilities[i];
    }
    both.notAClass /= sum;
    for (float &probability : both.probabilities) {
        probability /= sum;
    }
    return both;
}

}  // namespace

DonorPlacer::DonorPlacer(const AttackSetup &setup)
    : m_seed(setup.seed), m_selector(setup.selector), m_isDark(hasDarkInk(greyOnly(*setup.donors).images)),
      m_donors(m_isDark ? LabelledImages{{setup.donors->images.shape, negative(setup.donors->images.bytes)}, setup.donors->labels} : *setup.donors),
      m_index(m_donors, torch::Device(setup.device), setup.seed), m_usual(usualFigure(m_donors)) {}

Pixels DonorPlacer::lightInk(std::span<const std::uint8_t> given) const {
    return m_isDark ? negative(given) : Pixels(given.begin(), given.end());
}

std::vector<PlacedDonor> DonorPlacer::place(const InkCost &cost, const std::vector<int> &classes, int perClass, std::uint64_t seed) const {
    auto placed = m_index.cheapest(cost, classes, perClass);
    refineAll(placed, cost, {14, 6, false}, seed);
    return placed;
}

void DonorPlacer::bend(std::vector<PlacedDonor> &placed, const InkCost &cost, std::uint64_t seed) const { refineAll(placed, cost, {30, 6, true}, seed + 1); }

void DonorPlacer::refineAll(std::vector<PlacedDonor> &placed, const InkCost &cost, const Refinement &how, std::uint64_t seed) const {
    inParallel(placed.size(), [&](std::size_t i) {
        Rng rng(seed + static_cast<std::uint64_t>(placed[i].index) * 31);
        const Refined better = refined(DonorPlane(shape(), m_donors.images.at(placed[i].index)), cost, placed[i].placement, how, rng);
        placed[i].placement = better.placement;
        placed[i].cost = better.cost;
    });
}

InkPlane DonorPlacer::planeOf(const PlacedDonor &placed) const {
    InkPlane plane;
    DonorPlane(shape(), m_donors.images.at(placed.index)).place(placed.placement, plane);
    return plane;
}

Pixels DonorPlacer::alignedDonor(const PlacedDonor &placed) const {
    Pixels aligned;
    for (const float ink : planeOf(placed)) {
        aligned.push_back(static_cast<std::uint8_t>(std::lround(ink * 255)));
    }
    return asGiven(aligned);
}

std::vector<ProxyReading> DonorPlacer::read(const std::vector<Pixels> &images) const {
    ImageSet set{shape(), {}};
    for (const Pixels &image : images) {
        set.append(asGiven(image));
    }
    return m_selector->read(set);
}

std::vector<ProxyReading> DonorPlacer::readTwice(const std::vector<Pixels> &images, const std::function<Pixels(const Pixels &)> &second) const {
    std::vector<Pixels> others(images.size());
    inParallel(images.size(), [&](std::size_t i) { others[i] = second(images[i]); });
    auto readings = read(images);
    const auto ofOthers = read(others);
    for (std::size_t i = 0; i < readings.size(); ++i) {
        readings[i] = joined(readings[i], ofOthers[i]);
    }
    return readings;
}

std::uint64_t DonorPlacer::seedOf(const Pixels &source) const {
    std::uint64_t hash = static_cast<std::uint64_t>(m_seed) ^ 0xCBF29CE484222325ull;   // FNV-1a
    for (const std::uint8_t byte : source) {
        hash = (hash ^ byte) * 0x100000001B3ull;
    }
    return hash;
}

}  // namespace metamer
