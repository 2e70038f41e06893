#include "core/attack/donor_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/attack/parallel.h"
#include "core/model/blas_threads.h"
#include "core/model/tensors.h"

namespace metamer {
namespace {

constexpr std::int64_t kComponents = 64;
constexpr std::size_t kLookAt = 16;   // donors compared at once
constexpr float kSlack = 0.02f;        // more than float32 loses in squared distances of a few hundred

/// In sixteen sums side by side, which the compiler makes vectors of.
double squaredDistance(const float *a, const float *b, std::size_t size) {
    constexpr std::size_t kLanes = 16;
    std::array<float, kLanes> sums{};
    std::size_t i = 0;
    for (; i + kLanes <= size; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const float difference = a[i + lane] - b[i + lane];
            sums[lane] += difference * difference;
        }
    }
    double squared = 0;
    for (; i < size; ++i) {
        squared += static_cast<double>(a[i] - b[i]) * static_cast<double>(a[i] - b[i]);
    }
    for (const float sum : sums) {
        squared += static_cast<double>(sum);
    }
    return squared;
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

DonorSearch::DonorSearch(const LabelledImages &donors, torch::Device device)
    : m_donors(donors), m_device(device), m_leading(leadingComponents(donors.images, kComponents, device, 0)) {
    const torch::NoGradGuard noGrad;
    for (ClassRows &members : rowsByClass(donors)) {
        const auto [parts, squares] = shortened(flatRows(donors.images, members.indices, device));
        m_classes.push_back({std::move(members), torch::cat({parts, squares, torch::ones_like(squares)}, 1)});
    }
}

std::pair<torch::Tensor, torch::Tensor> DonorSearch::shortened(const torch::Tensor &rows) const {
    const auto off = rows - m_leading.mean;
    const auto parts = torch::mm(off, m_leading.basis);
    const auto squares = off.square().sum(1, true);
    const auto rest = (squares - parts.square().sum(1, true)).clamp_min(0);
    return {torch::cat({parts, rest.sqrt()}, 1), squares};
}

const DonorSearch::ClassBlock *DonorSearch::blockOf(int label) const {
    const auto found = std::find_if(m_classes.begin(), m_classes.end(), [&](const ClassBlock &each) { return each.members.label == label; });
    return found != m_classes.end() ? &*found : nullptr;
}

std::vector<NearestDonor> DonorSearch::nearest(const torch::Tensor &versions, const std::vector<int> &labels) const {
    const torch::NoGradGuard noGrad;
    const OneBlasThread oneThread;   // the threads share out donors and classes; BLAS threads on top would wait for each other
    const auto [parts, squares] = shortened(versions);
    const auto right = torch::cat({parts.mul(-2), torch::ones_like(squares), squares}, 1).t().contiguous();
    std::vector<torch::Tensor> bounds(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (const ClassBlock *block = blockOf(labels[i])) {
            bounds[i] = rowMinimaOfProduct(block->shortRows, right).cpu();
        }
    }
    const auto onHost = versions.cpu().contiguous();
    std::vector<NearestDonor> found(labels.size());
    inParallel(labels.size(), [&](std::size_t i) {
        if (const ClassBlock *block = blockOf(labels[i])) {
            found[i] = nearestIn(*block, bounds[i], onHost, right);
        }
    });
    return found;
}

NearestDonor DonorSearch::nearestIn(const ClassBlock &block, const torch::Tensor &bounds, const torch::Tensor &versions, const torch::Tensor &shortVersions) const {
    const float *bound = bounds.data_ptr<float>();
    std::vector<std::int64_t> order(static_cast<std::size_t>(bounds.size(0)));
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return bound[a] != bound[b] ? bound[a] < bound[b] : a < b; });
    NearestDonor nearest;
    nearest.squaredDistance = INFINITY;
    for (std::size_t start = 0; start < order.size() && bound[order[start]] <= nearest.squaredDistance + kSlack; start += kLookAt) {
        const std::vector<std::int64_t> rows(order.begin() + static_cast<std::ptrdiff_t>(start), order.begin() + static_cast<std::ptrdiff_t>(std::min(start + kLookAt, order.size())));
        const auto pairBounds = torch::mm(block.shortRows.index_select(0, torch::tensor(rows).to(m_device)), shortVersions).cpu().contiguous();
        const float *pairBound = pairBounds.data_ptr<float>();
        for (const std::int64_t row : rows) {
            compareRow(block.members.indices[static_cast<std::size_t>(row)], pairBound, versions, nearest);
            pairBound += versions.size(0);
        }
    }
    return nearest;
}

void DonorSearch::compareRow(std::int64_t donor, const float *pairBounds, const torch::Tensor &versions, NearestDonor &nearest) const {
    const auto bytes = m_donors.images.at(donor);
    std::vector<float> pixels;
    for (std::int64_t version = 0; version < versions.size(0); ++version) {
        if (pairBounds[version] > nearest.squaredDistance + kSlack) {
            continue;
        }
        if (pixels.empty()) {
            pixels.resize(bytes.size());
            std::transform(bytes.begin(), bytes.end(), pixels.begin(), [](std::uint8_t byte) { return static_cast<float>(byte) / 255.0f; });
        }
        const double squared = squaredDistance(pixels.data(), versions.data_ptr<float>() + version * versions.size(1), bytes.size());
        const auto at = static_cast<std::size_t>(version);
        if (squared < nearest.squaredDistance || (squared == nearest.squaredDistance && std::pair(donor, at) < std::pair(nearest.index, nearest.version))) {
            nearest = {donor, at, squared};
        }
    }
}

torch::Tensor DonorSearch::donor(std::int64_t index) const {
    return toTensor(m_donors.images.at(index), 1, m_donors.images.shape, m_device);
}

}  // namespace metamer
