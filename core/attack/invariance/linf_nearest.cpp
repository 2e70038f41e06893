#include "core/attack/invariance/linf_nearest.h"

#include <algorithm>
#include <cmath>

#include "core/attack/donor_search.h"
#include "core/base/json_writer.h"
#include "core/model/tensors.h"

namespace metamer {
namespace {

std::vector<double> evenSteps(double reach, std::int64_t steps) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < steps; ++i) {
        values.push_back(steps == 1 ? 0 : -reach + 2 * reach * static_cast<double>(i) / static_cast<double>(steps - 1));
    }
    return values;
}

std::vector<Alignment> releasedVersions(const ParameterValues &values) {
    const auto shifts = evenSteps(values.real("max-shift"), values.integer("shift-steps"));
    const auto rotations = evenSteps(values.real("max-rotation"), values.integer("rotation-steps"));
    std::vector<Alignment> grid;
    for (const double x : shifts) {
        for (const double y : shifts) {
            for (const double rotation : rotations) {
                grid.push_back({x, y, rotation});
            }
        }
    }
    return grid;
}

Pixels toBytes(const torch::Tensor &image) {
    const auto bytes = image.mul(255).round().clamp(0, 255).to(torch::kUInt8).cpu().contiguous();
    const auto *data = bytes.data_ptr<std::uint8_t>();
    return {data, data + bytes.numel()};
}

class LinfNearest final : public Attack {
public:
    explicit LinfNearest(const AttackSetup &setup)
        : m_setup(setup), m_device(setup.device), m_versions(releasedVersions(setup.values)), m_search(*setup.donors, m_device),
          m_seenFrom(gridOf(m_versions, false)) {}

    std::vector<Candidate> perturb(std::span<const std::uint8_t> source, int label, const StopToken &stop) override {
        const torch::NoGradGuard noGrad;
        const ImageShape &shape = m_setup.donors->images.shape;
        const auto versions = warp(toTensor(source, 1, shape, m_device).expand({static_cast<std::int64_t>(m_versions.size()), -1, -1, -1}), m_seenFrom).flatten(1).contiguous();
        std::vector<Candidate> candidates;
        std::int64_t leastRemoved = 0;
        const auto targets = m_setup.targets.allowedFor(label);
        const auto donors = stop.isAbortRequested() ? std::vector<NearestDonor>() : m_search.nearest(versions, targets);
        for (std::size_t i = 0; i < donors.size(); ++i) {
            if (donors[i].index < 0) {
                continue;
            }
            Candidate candidate = moveTo(donors[i], targets[i], source);
            const std::int64_t removed = removedInk(source, candidate.pixels);
            if (m_setup.targets.isOneEach()) {
                candidates.push_back(std::move(candidate));
            } else if (candidates.empty() || removed < leastRemoved) {
                candidates = {std::move(candidate)};
                leastRemoved = removed;
            }
        }
        return candidates;
    }

private:
    Candidate moveTo(const NearestDonor &nearest, int target, std::span<const std::uint8_t> source) const {
        const Alignment &alignment = m_versions[nearest.version];
        Candidate candidate;
        candidate.targetClass = target;
        candidate.donorIndex = nearest.index;
        candidate.alignedDonor = toBytes(warp(m_search.donor(nearest.index), gridOf({alignment}, true)));
        candidate.pixels = moveTowardsDonor(source, candidate.alignedDonor, m_setup.budget.greyLevels());
        candidate.transformJson = JsonWriter().add("shift_x", alignment.shiftX).add("shift_y", alignment.shiftY)
                                      .add("rotation_degrees", alignment.rotation).text();
        candidate.detailsJson = JsonWriter().add("search_distance_l2", std::sqrt(std::max(0.0, nearest.squaredDistance)))
                                    .add("removed_ink", static_cast<double>(removedInk(source, candidate.pixels)) / 255.0).text();
        return candidate;
    }

    torch::Tensor gridOf(const std::vector<Alignment> &alignments, bool isInverse) const {
        const ImageShape &shape = m_setup.donors->images.shape;
        return alignmentGrid(alignments, isInverse, shape.height, shape.width, m_device);
    }

    AttackSetup m_setup;
    torch::Device m_device;
    std::vector<Alignment> m_versions;
    DonorSearch m_search;
    torch::Tensor m_seenFrom;   ///< where each version reads the source
};

}  // namespace

AttackInfo linfNearestInfo() {
    const std::string source = "Tramèr et al. 2020, released code";
    return {"linf-nearest",
            "Linf, nearest donor",
            "invariance",
            "Moves a digit towards the nearest training image of another class, after the best shift and rotation.",
            "Tramèr et al., ICML 2020, automated Linf attack",
            {Norm::Linf},
            ParameterSchema({
                {"max-shift", "Shift up to", ParameterType::Real, "3", 0, 14, "px", "Versions are shifted by up to so much on each axis.", source, {}, true},
                {"shift-steps", "Shift steps", ParameterType::Integer, "5", 1, 29, "", "Steps on each axis.", source, {}, true},
                {"max-rotation", "Rotation up to", ParameterType::Real, "30", 0, 180, "degrees", "Versions are turned by up to so much either way.", source, {}, true},
                {"rotation-steps", "Rotation steps", ParameterType::Integer, "31", 1, 361, "", "Steps of the rotation.", source, {}, true},
            })};
}

std::unique_ptr<Attack> makeLinfNearest(const AttackSetup &setup) { return std::make_unique<LinfNearest>(setup); }

}  // namespace metamer
