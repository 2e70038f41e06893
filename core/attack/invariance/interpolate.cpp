#include "core/attack/invariance/interpolate.h"

#include <algorithm>

#include <torch/torch.h>

#include "core/attack/semantic/donor_placer.h"
#include "core/base/json_writer.h"
#include "core/image/ball.h"
#include "core/image/norms.h"

namespace metamer {
namespace {

class Interpolate final : public Attack {
public:
    explicit Interpolate(const AttackSetup &setup) : m_setup(setup), m_steps(parseSteps(setup.values.text("steps"))), m_placer(setup) {}

    std::vector<Candidate> perturb(std::span<const std::uint8_t> given, int label, const StopToken &stop) override {
        const Pixels source = m_placer.lightInk(given);
        auto donors = m_placer.place(InkCost::plain(inkOf(source), 1), m_setup.targets.allowedFor(label), kDonors, m_placer.seedOf(source));
        if (stop.isAbortRequested()) {
            return {};
        }
        std::stable_sort(donors.begin(), donors.end(), [](const PlacedDonor &a, const PlacedDonor &b) { return a.cost < b.cost; });
        std::vector<Candidate> candidates;
        std::vector<int> done;
        for (const PlacedDonor &donor : donors) {
            const bool isDone = m_setup.targets.isOneEach() ? std::find(done.begin(), done.end(), donor.classIndex) != done.end() : !done.empty();
            if (!isDone) {
                done.push_back(donor.classIndex);
                addSteps(candidates, donor, given);
            }
        }
        return candidates;
    }

private:
    static constexpr int kDonors = 8;   // a class, of which the nearest after refinement is taken

    void addSteps(std::vector<Candidate> &candidates, const PlacedDonor &donor, std::span<const std::uint8_t> source) const {
        const Pixels aligned = m_placer.alignedDonor(donor);
        bool isAny = false;
        for (const double step : m_steps) {
            Candidate candidate;
            candidate.pixels.resize(source.size());
            for (std::size_t i = 0; i < source.size(); ++i) {
                candidate.pixels[i] = roundTowards(source[i] + step * (aligned[i] - source[i]), source[i]);
            }
            const ByteNorms norms = measureNorms(m_placer.shape(), source, candidate.pixels);
            if (!isWithin(norms, m_setup.budget) || (m_setup.keeps && !m_setup.keeps(candidate.pixels))) {
                continue;
            }
            isAny = true;
            candidates.push_back(described(std::move(candidate), donor, aligned, step));
        }
        if (!isAny) {
            Candidate attempt = described({}, donor, aligned, 0);
            attempt.pixels.assign(source.begin(), source.end());
            attempt.isFound = false;
            attempt.why = "every step of the line leaves the ball, or loses the model's answer";
            candidates.push_back(std::move(attempt));
        }
    }

    static Candidate described(Candidate candidate, const PlacedDonor &donor, const Pixels &aligned, double step) {
        candidate.targetClass = donor.classIndex;
        candidate.donorIndex = donor.index;
        candidate.alignedDonor = aligned;
        candidate.transformJson = donor.placement.toJson();
        candidate.detailsJson = JsonWriter().add("style", "line").add("share_of_way", step).text();
        return candidate;
    }

    AttackSetup m_setup;
    std::vector<double> m_steps;
    DonorPlacer m_placer;
};

}  // namespace

AttackInfo interpolateInfo() {
    return {"interpolate",
            "Line to the donor",
            "invariance",
            "Images on the straight line from a source to the nearest donor of another class, for psychometric curves.",
            "Metamer",
            {Norm::Linf, Norm::L2, Norm::L1},
            ParameterSchema({{"steps", "Shares of the way", ParameterType::Text, "0.2,0.4,0.6,0.8,1", 0, 0, "", "One example at each share of the way, rising, up to 1.", "Metamer", {}, false}}),
            "1",
            "any",
            false,
            true};
}

std::unique_ptr<Attack> makeInterpolate(const AttackSetup &setup) { return std::make_unique<Interpolate>(setup); }

}  // namespace metamer
