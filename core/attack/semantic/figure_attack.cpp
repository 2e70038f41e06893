#include "core/attack/semantic/figure_attack.h"

#include <algorithm>
#include <cmath>

#include "core/attack/parallel.h"
#include "core/base/json_writer.h"

namespace metamer {
namespace {

constexpr std::size_t kStyled = 30;    // drawings that are drawn in every style
constexpr std::size_t kVaried = 3;     // drawings that are varied
constexpr int kVariations = 12;
constexpr int kVaryRounds = 3;
constexpr std::size_t kOffered = 40;   // drawings that a model is asked about
constexpr float kFaintest = 0.12f;     // ink that is seen as ink
constexpr int kLeastSeen = 64;         // grey levels: darker new ink is not seen as a stroke beside old ink

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
    judge(first, source);
    std::vector<Candidate> candidates;
    if (!m_setup.targets.isOneEach()) {
        candidates.push_back(chosen(drawn(std::move(first), source, cost, seed, stop), source, label));
        return candidates;
    }
    for (const int target : targets) {
        std::vector<Drawing> ofClass;
        std::copy_if(first.begin(), first.end(), std::back_inserter(ofClass), [&](const Drawing &drawing) { return drawing.donor.classIndex == target; });
        if (!ofClass.empty()) {
            candidates.push_back(chosen(drawn(std::move(ofClass), source, cost, seed, stop), source, label));
        }
    }
    return candidates;
}

/// Draws, reads and scores every drawing; the best first.
void FigureAttack::judge(std::vector<Drawing> &drawings, const Pixels &source) const {
    inParallel(drawings.size(), [&](std::size_t i) {
        Drawing &drawing = drawings[i];
        const InkPlane figure = m_placer.planeOf(drawing.donor);
        drawing.pixels = m_renderer->render(drawing.style, source, figure, m_placer.shape());
        drawing.price = priceOf(source, drawing.pixels, figure);
    });
    std::vector<Pixels> images;
    for (const Drawing &drawing : drawings) {
        images.push_back(drawing.pixels);
    }
    const auto readings = readFigures(images, m_renderer->brightestNewInk());
    for (std::size_t i = 0; i < drawings.size(); ++i) {
        drawings[i].reading = readings[i];
        drawings[i].score = conviction(readings[i], drawings[i].donor.classIndex) - drawings[i].price;
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

/// Strokes wider, and figures larger, than real ones get; holes of the figure that are closed; new ink, the more the darker it is
/// than old; bright ink outside the figure.
double FigureAttack::priceOf(const Pixels &source, const Pixels &pixels, const InkPlane &figure) const {
    const InkPlane ink = inkOf(pixels);
    const FigureSize size = measureFigure(ink, m_placer.shape(), 0.4f * *std::max_element(ink.begin(), ink.end()));
    double oldInk = 0, oldArea = 0, newInk = 0, newArea = 0, residue = 0;
    for (std::size_t i = 0; i < ink.size(); ++i) {
        const bool isOld = source[i] > 127;
        (isOld ? oldInk : newInk) += figure[i] * ink[i];
        (isOld ? oldArea : newArea) += figure[i];
        residue += std::max(0.0f, 1 - 2 * figure[i]) * ink[i];
    }
    const double newShare = newArea / std::max(1.0, newArea + oldArea);
    const double evenness = oldArea > 0 && newArea > 0 ? (newInk / newArea) / std::max(0.01, oldInk / oldArea) : 1;
    const double blot = std::max(0.0, size.halfWidth - m_placer.usual().halfWidth) + 0.012 * std::max(0, size.area - m_placer.usual().area);
    const int closed = std::max(0, holesOf(figure, m_placer.shape(), 0.4f) - holesOf(ink, m_placer.shape(), kFaintest));
    const auto price = [&](const char *name) { return m_setup.values.real(name); };
    return price("blot-price") * blot + price("hole-price") * closed + price("dark-price") * newShare * std::max(0.0, 1 - evenness) +
           price("uneven-price") * newShare * std::max(0.0, m_renderer->evenest() - evenness) + price("residue-price") * residue / std::max(1.0, oldInk + newInk);
}

std::vector<FigureAttack::Drawing> FigureAttack::drawn(std::vector<Drawing> first, const Pixels &source, const InkCost &cost, std::uint64_t seed,
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
    judge(drawings, source);
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
        judge(varied, source);
        drawings.insert(drawings.begin(), varied.begin(), varied.begin() + static_cast<std::ptrdiff_t>(std::min(kVaried, varied.size())));
    }
    return drawings;
}

/// The best drawing; where a model's answer must be kept, the best of which it is. `drawings` come best first.
Candidate FigureAttack::chosen(const std::vector<Drawing> &drawings, const Pixels &source, int label) const {
    const auto isRead = [](const Drawing &drawing) { return drawing.reading.label() == drawing.donor.classIndex; };
    const Drawing *best = &drawings.front();
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
            {"blot-price", "Price of blots", ParameterType::Real, "0.8", 0, 100, "", "What a pixel of half-width beyond that of real figures costs, in log-odds.", source, {}, true},
            {"uneven-price", "Price of uneven ink", ParameterType::Real, "14", 0, 100, "", "What new ink costs that is darker beside the old than the ball makes necessary.", source, {}, true},
            {"hole-price", "Price of closed holes", ParameterType::Real, "3", 0, 100, "", "What each hole of the figure costs that is filled with ink.", source, {}, true},
            {"dark-price", "Price of dark ink", ParameterType::Real, "8", 0, 100, "", "What new ink costs, the more the darker it is than old.", source, {}, true},
            {"residue-price", "Price of residue", ParameterType::Real, "4", 0, 100, "", "What ink outside the figure costs, as a share of the figure.", source, {}, true}};
}

}  // namespace metamer
