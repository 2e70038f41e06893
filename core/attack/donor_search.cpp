#include "core/attack/donor_search.h"

#include <cmath>
#include <numbers>

#include "core/attack/memory_batches.h"
#include "core/model/tensors.h"

namespace metamer {
namespace {

bool isOutOfMemory(const std::exception &error) {
    return std::string(error.what()).find("out of memory") != std::string::npos ||
           dynamic_cast<const std::bad_alloc *>(&error) != nullptr;
}

}  // namespace

torch::Tensor warp(const torch::Tensor &images, const std::vector<Alignment> &alignments, bool isInverse) {
    const double halfWidth = static_cast<double>(images.size(3) - 1) / 2;
    const double halfHeight = static_cast<double>(images.size(2) - 1) / 2;
    std::vector<float> maps;
    for (const auto &[shiftX, shiftY, rotation] : alignments) {
        const double angle = rotation * std::numbers::pi / 180;
        const double cosine = std::cos(angle);
        const double sine = isInverse ? std::sin(angle) : -std::sin(angle);
        // Where an output pixel is read from: R p + s for the inverse, R' (p - s) for the alignment itself.
        const double moveX = isInverse ? shiftX : -(cosine * shiftX - sine * shiftY);
        const double moveY = isInverse ? shiftY : -(sine * shiftX + cosine * shiftY);
        for (const double value : {cosine, -sine * halfHeight / halfWidth, moveX / halfWidth, sine * halfWidth / halfHeight,
                                   cosine, moveY / halfHeight}) {
            maps.push_back(static_cast<float>(value));
        }
    }
    const auto count = static_cast<std::int64_t>(alignments.size());
    const auto theta = torch::tensor(maps).view({count, 2, 3}).to(images.device());
    const auto grid = at::affine_grid_generator(theta, {count, images.size(1), images.size(2), images.size(3)}, true);
    return at::grid_sampler(images, grid, 0, 0, true);
}

DonorSearch::DonorSearch(const LabelledImages &donors, torch::Device device) : m_donors(donors), m_device(device) {
    const std::size_t size = donors.images.shape.size();
    std::map<int, Pixels> bytes;
    for (std::int64_t i = 0; i < donors.count(); ++i) {
        const int label = donors.labels[static_cast<std::size_t>(i)];
        const auto pixels = donors.images.at(i);
        bytes[label].insert(bytes[label].end(), pixels.begin(), pixels.end());
        m_classes[label].indices.push_back(i);
    }
    for (auto &[label, block] : m_classes) {
        const auto count = static_cast<std::int64_t>(block.indices.size());
        block.rows = toTensor(bytes[label], count, donors.images.shape, device).view({count, static_cast<std::int64_t>(size)});
        block.squaredNorms = block.rows.square().sum(1);
    }
}

NearestDonor DonorSearch::nearest(const torch::Tensor &versions, int label) {
    const torch::NoGradGuard noGrad;
    const auto found = m_classes.find(label);
    if (found == m_classes.end()) {
        return {};
    }
    const ClassBlock &block = found->second;
    const auto versionNorms = versions.square().sum(1, true);
    NearestDonor best;
    best.squaredDistance = INFINITY;
    const auto scan = [&](std::int64_t start, std::int64_t count) {
        const auto rows = block.rows.slice(0, start, start + count);
        const auto norms = block.squaredNorms.slice(0, start, start + count).unsqueeze(0);
        const auto distances = at::addmm(norms, versions, rows.t(), 1, -2).add_(versionNorms);
        const auto lowest = distances.min().item<float>();
        if (lowest < best.squaredDistance) {
            const auto at = distances.argmin().item<std::int64_t>();
            best = {block.indices[static_cast<std::size_t>(start + at % count)], static_cast<std::size_t>(at / count), lowest};
        }
    };
    m_batch = forEachBatch(block.rows.size(0), m_batch, scan, isOutOfMemory);
    return best;
}

torch::Tensor DonorSearch::donor(std::int64_t index) const {
    return toTensor(m_donors.images.at(index), 1, m_donors.images.shape, m_device);
}

}  // namespace metamer
