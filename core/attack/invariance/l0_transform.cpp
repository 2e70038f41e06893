#include "core/attack/invariance/l0_transform.h"

#include <algorithm>
#include <cmath>

#include <torch/torch.h>

#include "core/attack/parallel.h"
#include "core/attack/semantic/donor_placer.h"
#include "core/attack/semantic/toggles.h"
#include "core/base/json_writer.h"

namespace metamer {
namespace {

constexpr std::size_t kWhole = 24;         // donors whose strokes are chosen among
constexpr std::size_t kMostStrokes = 6;    // of a donor: 63 subsets
constexpr std::size_t kLeastStroke = 3;    // px; less is a dot
constexpr std::size_t kPolished = 3;       // compositions that are changed in small steps
constexpr int kPolishRounds = 10;
constexpr std::size_t kOffered = 40;       // compositions that a model is asked about
constexpr double kSpeckPrice = 0.7;

/// One set of toggles in the running.
struct Composition {
    std::size_t donor = 0;                  ///< among the placed donors
    std::string strokes;                    ///< as its style is named: "whole", "full" or "thin"
    std::vector<std::uint8_t> isToggled;
    std::int64_t count = 0;
    Pixels pixels = {};
    ProxyReading reading = {};
    double score = -INFINITY;
};

/// How sure a reading is of a class: log-odds, not over 6, and a tenth of the generative log-probability, so that among
/// images that all networks accept the one that looks most like a real figure wins.
double conviction(const ProxyReading &reading, int classIndex) {
    const double p = std::clamp(static_cast<double>(reading.probabilityOf(classIndex)), 1e-6, 1 - 1e-6);
    return std::min(6.0, std::log(p / (1 - p))) + 0.1 * std::max(-20.0, static_cast<double>(reading.generative[static_cast<std::size_t>(classIndex)]));
}

class L0Transform final : public Attack {
public:
    explicit L0Transform(const AttackSetup &setup)
        : m_setup(setup), m_placer(setup), m_budget(static_cast<std::int64_t>(setup.budget.eps())), m_pixelPrice(setup.values.real("pixel-price")) {}

    std::vector<Candidate> perturb(std::span<const std::uint8_t> given, int label, const StopToken &stop) override {
        const Pixels source = m_placer.lightInk(given);
        const InkMask binary = inkMask(source);
        const auto targets = m_setup.targets.allowedFor(label);
        const std::uint64_t seed = m_placer.seedOf(source);
        const InkCost cost = InkCost::plain(InkPlane(binary.begin(), binary.end()), 1);
        auto placed = m_placer.place(cost, targets, static_cast<int>(m_setup.values.integer("donors")), seed);
        if (placed.empty() || stop.isAbortRequested()) {
            return {};
        }
        m_placer.bend(placed, cost, seed);
        std::vector<Candidate> candidates;
        if (!m_setup.targets.isOneEach()) {
            candidates.push_back(bestOf(placed, source, binary, label, stop));
            return candidates;
        }
        for (const int target : targets) {
            std::vector<PlacedDonor> ofClass;
            std::copy_if(placed.begin(), placed.end(), std::back_inserter(ofClass), [&](const PlacedDonor &donor) { return donor.classIndex == target; });
            if (!ofClass.empty()) {
                candidates.push_back(bestOf(ofClass, source, binary, label, stop));
            }
        }
        return candidates;
    }

private:
    Candidate bestOf(const std::vector<PlacedDonor> &placed, const Pixels &source, const InkMask &binary, int label, const StopToken &stop) const {
        std::vector<Composition> whole;
        for (std::size_t i = 0; i < placed.size(); ++i) {
            const InkMask wanted = inkMask(m_placer.planeOf(placed[i]));
            whole.push_back(composed(i, "whole", strokesBetween(binary, wanted, m_placer.shape(), kLeastStroke), source.size()));
        }
        judge(whole, placed, source, binary);
        std::vector<Composition> some;
        for (std::size_t i = 0; i < std::min(kWhole, whole.size()); ++i) {
            addSubsets(some, whole[i].donor, placed, binary);
        }
        std::erase_if(some, [&](const Composition &each) { return each.count > m_budget || each.count == 0; });
        if (some.empty()) {
            Candidate nearest = candidateOf(whole.front(), placed);
            nearest.pixels = m_placer.asGiven(source);   // not one stroke fits
            return failed(std::move(nearest), whole.front(), placed, label);
        }
        judge(some, placed, source, binary);
        for (int round = 0; round < kPolishRounds && !stop.isStopRequested(); ++round) {
            if (!polish(some, placed, source, binary)) {
                break;
            }
        }
        return chosen(some, whole.front(), placed, label);
    }

    static Composition composed(std::size_t donor, const std::string &name, const std::vector<std::vector<int>> &strokes, std::size_t size) {
        Composition composition{donor, name, std::vector<std::uint8_t>(size, 0)};
        for (const auto &stroke : strokes) {
            for (const int pixel : stroke) {
                composition.isToggled[static_cast<std::size_t>(pixel)] = 1;
                ++composition.count;
            }
        }
        return composition;
    }

    /// Every subset of the donor's largest strokes, drawn as they are and thin.
    void addSubsets(std::vector<Composition> &some, std::size_t donor, const std::vector<PlacedDonor> &placed, const InkMask &binary) const {
        const InkMask wanted = inkMask(m_placer.planeOf(placed[donor]));
        InkMask thin = thinned(wanted, m_placer.shape());
        for (std::size_t i = 0; i < thin.size(); ++i) {
            thin[i] = thin[i] != 0 || (wanted[i] != 0 && binary[i] != 0) ? 1 : 0;   // old ink inside the figure stays as it is
        }
        for (const auto &[name, figure] : {std::pair<const char *, const InkMask *>{"full", &wanted}, {"thin", &thin}}) {
            auto strokes = strokesBetween(binary, *figure, m_placer.shape(), kLeastStroke);
            strokes.resize(std::min(strokes.size(), kMostStrokes));
            for (unsigned subset = 1; subset < (1u << strokes.size()); ++subset) {
                std::vector<std::vector<int>> taken;
                for (std::size_t i = 0; i < strokes.size(); ++i) {
                    if ((subset >> i & 1u) != 0) {
                        taken.push_back(strokes[i]);
                    }
                }
                some.push_back(composed(donor, name, taken, binary.size()));
            }
        }
    }

    /// Reads and scores compositions; the best first.
    void judge(std::vector<Composition> &all, const std::vector<PlacedDonor> &placed, const Pixels &source, const InkMask &binary) const {
        std::vector<Pixels> images(all.size());
        inParallel(all.size(), [&](std::size_t i) {
            all[i].pixels = images[i] = withToggles(source, all[i].isToggled);
            all[i].score = -m_pixelPrice * static_cast<double>(all[i].count) - kSpeckPrice * specks(inkMask(all[i].pixels), binary, m_placer.shape());
        });
        const auto readings = m_placer.readTwice(images, [&](const Pixels &image) { return withGapsClosed(image, m_placer.shape()); });
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i].reading = readings[i];
            all[i].score += conviction(readings[i], placed[all[i].donor].classIndex);
        }
        std::stable_sort(all.begin(), all.end(), [](const Composition &a, const Composition &b) { return a.score > b.score; });
    }

    /// Tries to take back, or to toggle more of, a few neighbouring pixels of the best compositions; whether that helped.
    bool polish(std::vector<Composition> &all, const std::vector<PlacedDonor> &placed, const Pixels &source, const InkMask &binary) const {
        std::vector<Composition> steps;
        for (std::size_t i = 0; i < std::min(kPolished, all.size()); ++i) {
            addSteps(steps, all[i], placed, binary);
        }
        if (steps.empty()) {
            return false;
        }
        judge(steps, placed, source, binary);
        const double before = all.front().score;
        steps.resize(std::min(steps.size(), kPolished));
        all.insert(all.begin(), steps.begin(), steps.end());
        std::stable_sort(all.begin(), all.end(), [](const Composition &a, const Composition &b) { return a.score > b.score; });
        return all.front().score > before + 1e-6;
    }

    void addSteps(std::vector<Composition> &steps, const Composition &from, const std::vector<PlacedDonor> &placed, const InkMask &binary) const {
        const InkMask wanted = inkMask(m_placer.planeOf(placed[from.donor]));
        const ImageShape &shape = m_placer.shape();
        for (int y = 0; y < shape.height; ++y) {
            for (int x = 0; x < shape.width; ++x) {
                const auto centre = static_cast<std::size_t>(y * shape.width + x);
                const bool isTaken = from.isToggled[centre] != 0;
                if (!isTaken && (wanted[centre] != 0) == (binary[centre] != 0)) {
                    continue;   // the donor wants this pixel as it is
                }
                Composition step{from.donor, from.strokes, from.isToggled, from.count};
                for (const auto &[dx, dy] : {std::pair{0, 0}, std::pair{1, 0}, std::pair{0, 1}, std::pair{1, 1}}) {
                    if (x + dx >= shape.width || y + dy >= shape.height) {
                        continue;
                    }
                    const auto at = centre + static_cast<std::size_t>(dy * shape.width + dx);
                    const bool isWanted = (wanted[at] != 0) != (binary[at] != 0);
                    if (isTaken ? step.isToggled[at] != 0 : isWanted && step.isToggled[at] == 0) {
                        step.isToggled[at] = isTaken ? 0 : 1;
                        step.count += isTaken ? -1 : 1;
                    }
                }
                if (step.count > 0 && step.count <= m_budget) {
                    steps.push_back(std::move(step));
                }
            }
        }
    }

    Candidate candidateOf(const Composition &composition, const std::vector<PlacedDonor> &placed) const {
        const PlacedDonor &donor = placed[composition.donor];
        Candidate candidate;
        candidate.pixels = m_placer.asGiven(composition.pixels);
        candidate.targetClass = donor.classIndex;
        candidate.donorIndex = donor.index;
        candidate.alignedDonor = m_placer.alignedDonor(donor);
        candidate.transformJson = donor.placement.toJson();
        candidate.detailsJson = JsonWriter().add("style", composition.strokes).add("score", composition.score).add("donor_pixels", donor.cost).text();
        return candidate;
    }

    Candidate chosen(const std::vector<Composition> &some, const Composition &whole, const std::vector<PlacedDonor> &placed, int label) const {
        const auto isRead = [&](const Composition &each) { return each.reading.label() == placed[each.donor].classIndex; };
        const auto end = some.begin() + static_cast<std::ptrdiff_t>(std::min(kOffered, some.size()));
        const auto best = std::find_if(some.begin(), end, [&](const Composition &each) {
            return isRead(each) && (!m_setup.keeps || m_setup.keeps(m_placer.asGiven(each.pixels)));
        });
        if (best != end) {
            return candidateOf(*best, placed);
        }
        if (isRead(some.front())) {   // only the model's answer was lost
            return candidateOf(some.front(), placed);
        }
        return failed(candidateOf(some.front(), placed), whole, placed, label);
    }

    /// The nearest candidate as an attempt, with how many pixels the whole of the best donor would take where the selector reads it.
    Candidate failed(Candidate nearest, const Composition &whole, const std::vector<PlacedDonor> &placed, int label) const {
        nearest.isFound = false;
        nearest.why = "no choice of strokes within " + std::to_string(m_budget) + " pixels turns class " + std::to_string(label) + " into another by the selector";
        if (whole.reading.label() == placed[whole.donor].classIndex && whole.count > m_budget) {
            nearest.enough = std::to_string(whole.count);
        }
        return nearest;
    }

    AttackSetup m_setup;
    DonorPlacer m_placer;
    std::int64_t m_budget;
    double m_pixelPrice;
};

}  // namespace

AttackInfo l0TransformInfo() {
    return {"l0-transform",
            "L0, a donor's strokes",
            "invariance",
            "Adds and removes a few strokes, so that a binarised digit becomes one of another class.",
            "Tramèr et al., ICML 2020, automated L0 attack",
            {Norm::L0},
            ParameterSchema({
                {"donors", "Donors a class", ParameterType::Integer, "12", 1, 64, "", "So many of the nearest donors of each class are tried.", "Metamer", {}, true},
                {"pixel-price", "Price of a pixel", ParameterType::Real, "0.07", 0, 10, "", "What a changed pixel costs, in log-odds of the selector.", "Metamer", {}, true},
            }),
            "45",
            "any",
            true,
            true};
}

std::unique_ptr<Attack> makeL0Transform(const AttackSetup &setup) { return std::make_unique<L0Transform>(setup); }

}  // namespace metamer
