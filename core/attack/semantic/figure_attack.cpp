#include "core/attack/semantic/figure_attack.h"

#include <algorithm>
#include <cmath>

#include "core/attack/parallel.h"
#include "core/base/json_writer.h"

namespace metamer {
namespace {

constexpr std::size_t kStyled = 40;    // drawings that are drawn in every style
constexpr std::size_t kVaried = 3;     // drawings that are varied
constexpr int kVariations = 12;
constexpr int kVaryRounds = 3;
constexpr std::size_t kOffered = 40;   // drawings that a model is asked about
constexpr int kLeastSeen = 64;         // grey levels: darker new ink is not seen as a stroke beside old ink

// What a trait is worth, in log-odds that a reader takes the drawing for its figure; the others are parameters.
constexpr double kHoleGained = 0.7;
constexpr double kStandingOut = 1.5;
constexpr double kWiderPrice = 0.15;      // a pixel
constexpr double kNewAreaPrice = 0.014;   // a pixel

/// The same of a reading: the class aimed at, the source's own, and none.
double worthOf(const ProxyReading &reading, int target, int label) {
    const auto logOdds = [](float p) {
        const double inside = std::clamp(static_cast<double>(p), 1e-4, 1 - 1e-4);
        return std::log(inside / (1 - inside));
    };
    return 0.17 * logOdds(reading.probabilityOf(target)) - 0.18 * logOdds(reading.probabilityOf(label)) - 0.11 * logOdds(reading.notAClass);
}

}  // namespace

/// One drawing in the running.
struct FigureAttack::Drawing {
    PlacedDonor donor;
    std::string style;
    Pixels pixels = {};
    ProxyReading reading = {};
    double price = 0;
    double score = -INFINITY;
};

FigureAttack::FigureAttack(const AttackSetup &setup, std::unique_ptr<FigureRenderer> renderer)
    : m_setup(setup), m_renderer(std::move(renderer)), m_placer(setup) {}

std::vector<Candidate> FigureAttack::perturb(std::span<const std::uint8_t> given, int label, const StopToken &stop) {
    const Pixels source = m_placer.lightInk(given);
    const std::uint64_t seed = m_placer.seedOf(source);
    const InkCost cost = m_renderer->costOf(inkOf(source));
    const auto targets = m_setup.targets.allowedFor(label);
    std::vector<Drawing> first;
    for (const PlacedDonor &donor : m_placer.place(cost, targets, static_cast<int>(m_setup.values.integer("donors")), seed)) {
        first.push_back({donor, m_renderer->styles().front()});
    }
    if (first.empty() || stop.isAbortRequested()) {
        return {};
    }
    judge(first, source, label);
    std::vector<Candidate> candidates;
    if (!m_setup.targets.isOneEach()) {
        candidates.push_back(chosen(drawn(std::move(first), source, label, cost, seed, stop), source, label));
        return candidates;
    }
    for (const int target : targets) {
        std::vector<Drawing> ofClass;
        std::copy_if(first.begin(), first.end(), std::back_inserter(ofClass), [&](const Drawing &drawing) { return drawing.donor.classIndex == target; });
        if (!ofClass.empty()) {
            candidates.push_back(chosen(drawn(std::move(ofClass), source, label, cost, seed, stop), source, label));
        }
    }
    return candidates;
}

/// Draws, reads and scores every drawing; the best first.
void FigureAttack::judge(std::vector<Drawing> &drawings, const Pixels &source, int label) const {
    const TraitMeasure measure(inkOf(source), m_placer.usual(), m_placer.shape());
    inParallel(drawings.size(), [&](std::size_t i) {
        Drawing &drawing = drawings[i];
        const InkPlane figure = m_placer.planeOf(drawing.donor);
        drawing.pixels = m_renderer->render(drawing.style, source, figure, m_placer.shape());
        drawing.price = priceOf(measure.of(inkOf(drawing.pixels), figure));
    });
    std::vector<Pixels> images;
    for (const Drawing &drawing : drawings) {
        images.push_back(drawing.pixels);
    }
    const auto readings = readFigures(images, m_renderer->brightestNewInk());
    for (std::size_t i = 0; i < drawings.size(); ++i) {
        drawings[i].reading = readings[i];
        drawings[i].score = worthOf(readings[i], drawings[i].donor.classIndex, label) - drawings[i].price;
    }
    std::stable_sort(drawings.begin(), drawings.end(), [](const Drawing &a, const Drawing &b) { return a.score > b.score; });
}

/// What the selector says of the drawings as they are and of their shapes, where any ink that new strokes can have counts as full:
/// people see a dark stroke as a stroke, and dark residue as residue.
std::vector<ProxyReading> FigureAttack::readFigures(const std::vector<Pixels> &images, int brightestNewInk) const {
    if (brightestNewInk == 255) {
        return m_placer.read(images);
    }
    return m_placer.readTwice(images, [&](const Pixels &image) { return brightened(image, std::max(brightestNewInk, kLeastSeen)); });
}

/// What the traits of a drawing cost, less what they are worth.
double FigureAttack::priceOf(const DrawingTraits &traits) const {
    const auto price = [&](const char *name) { return m_setup.values.real(name); };
    return price("alongside-price") * traits.alongside + price("dark-price") * traits.dark + price("hole-price") * traits.holesBeyond +
           price("blot-price") * traits.blot + kWiderPrice * traits.wider + kNewAreaPrice * traits.newArea - kHoleGained * (traits.gainsHole ? 1 : 0) -
           kStandingOut * traits.standsOut;
}

std::vector<FigureAttack::Drawing> FigureAttack::drawn(std::vector<Drawing> first, const Pixels &source, int label, const InkCost &cost, std::uint64_t seed,
                                                       const StopToken &stop) const {
    first.resize(std::min(first.size(), kStyled));
    if (stop.isStopRequested()) {
        return first;
    }
    std::vector<PlacedDonor> donors;
    for (const Drawing &drawing : first) {
        donors.push_back(drawing.donor);
    }
    m_placer.bend(donors, cost, seed);
    std::vector<Drawing> drawings;
    for (const PlacedDonor &donor : donors) {
        for (const std::string &style : m_renderer->styles()) {
            drawings.push_back({donor, style});
        }
    }
    judge(drawings, source, label);
    Rng rng(seed + 2);
    for (int round = 0; round < kVaryRounds && !stop.isStopRequested(); ++round) {
        std::vector<Drawing> varied(drawings.begin(), drawings.begin() + static_cast<std::ptrdiff_t>(std::min(kVaried, drawings.size())));
        const std::size_t parents = varied.size();
        for (std::size_t parent = 0; parent < parents; ++parent) {
            for (int i = 0; i < kVariations; ++i) {
                Drawing variation{varied[parent].donor, varied[parent].style};
                variation.donor.placement = stepped(varied[parent].donor.placement, 0.6 / (1 + round), true, rng);
                varied.push_back(std::move(variation));
            }
        }
        judge(varied, source, label);
        drawings.insert(drawings.begin(), varied.begin(), varied.begin() + static_cast<std::ptrdiff_t>(std::min(kVaried, varied.size())));
    }
    return drawings;
}

/// The best drawing that the selector reads as its figure; where a model's answer must be kept, the best of which it is, too.
/// `drawings` come best first.
Candidate FigureAttack::chosen(const std::vector<Drawing> &drawings, const Pixels &source, int label) const {
    const auto isRead = [](const Drawing &drawing) { return drawing.reading.label() == drawing.donor.classIndex; };
    const auto read = std::find_if(drawings.begin(), drawings.end(), isRead);
    const Drawing *best = read != drawings.end() ? &*read : &drawings.front();
    if (m_setup.keeps) {
        const auto end = drawings.begin() + static_cast<std::ptrdiff_t>(std::min(kOffered, drawings.size()));
        const auto kept = std::find_if(drawings.begin(), end, [&](const Drawing &drawing) { return isRead(drawing) && m_setup.keeps(m_placer.asGiven(drawing.pixels)); });
        best = kept != end ? &*kept : best;
    }
    Candidate candidate;
    candidate.pixels = m_placer.asGiven(best->pixels);
    candidate.targetClass = best->donor.classIndex;
    candidate.donorIndex = best->donor.index;
    candidate.alignedDonor = m_placer.alignedDonor(best->donor);
    candidate.transformJson = best->donor.placement.toJson();
    candidate.detailsJson = JsonWriter().add("style", best->style).add("score", best->score).text();
    if (!isRead(*best)) {
        explainFailure(candidate, *best, source, label);
    }
    return candidate;
}

/// Draws the same figure with larger budgets until the selector reads it.
void FigureAttack::explainFailure(Candidate &candidate, const Drawing &best, const Pixels &source, int label) const {
    candidate.isFound = false;
    const int read = best.reading.label();
    const std::string seen = read == label ? "the source's own class" : read < 0 ? "no class" : "class " + std::to_string(read);
    std::vector<Pixels> images;
    const auto larger = m_renderer->larger();
    const InkPlane figure = m_placer.planeOf(best.donor);
    for (const auto &[eps, renderer] : larger) {
        images.push_back(renderer->render(best.style, source, figure, m_placer.shape()));
    }
    candidate.why = "the selector still reads " + seen + " in the nearest candidate";
    for (std::size_t i = 0; i < images.size(); ++i) {
        if (readFigures({images[i]}, larger[i].second->brightestNewInk()).front().label() == best.donor.classIndex) {
            candidate.enough = larger[i].first;
            return;
        }
    }
}

std::vector<Parameter> figureParameters() {
    const std::string source = "Metamer";
    return {{"donors", "Donors a class", ParameterType::Integer, "30", 1, 64, "", "So many of the cheapest donors of each class are tried.", source, {}, true},
            {"add-weight", "Price of added ink", ParameterType::Real, "0.25", 0.01, 1, "", "What added ink costs in the search, against 1 for ink that cannot be taken away.", source, {}, true},
            {"alongside-price", "Price of thicker strokes", ParameterType::Real, "2.5", 0, 100, "", "What added ink costs that only touches old ink, as a share of all added ink.", source, {}, true},
            {"dark-price", "Price of dark ink", ParameterType::Real, "5", 0, 100, "", "What new ink costs, the more the darker it is than old.", source, {}, true},
            {"hole-price", "Price of other holes", ParameterType::Real, "1.1", 0, 100, "", "What each hole costs that the figure does not have.", source, {}, true},
            {"blot-price", "Price of blots", ParameterType::Real, "0.3", 0, 100, "", "What a pixel of half-width beyond that of real figures costs.", source, {}, true}};
}

}  // namespace metamer
