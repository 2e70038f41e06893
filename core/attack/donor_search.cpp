#include "core/attack/donor_search.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/attack/parallel.h"
#include "core/attack/row_minima.h"
#include "core/model/blas_threads.h"
#include "core/model/tensors.h"

namespace metamer {
namespace {

constexpr std::int64_t kComponents = 64;
constexpr double kMostSpread = 2;      // of the median: versions farther apart than that make no pair
constexpr std::size_t kLookAt = 48;   // donors compared at once
constexpr float kSlack = 0.02f;        // more than float32 loses in squared distances of a few hundred

/// Consecutive versions two by two.
struct Groups {
    torch::Tensor means;   ///< [G, D]
    double radius = 0;     ///< no version is farther from the mean of its group
};

/// Pairs of consecutive rows of `versions` [V, D] that are near each other; the others stay alone.
Groups pairsOf(const torch::Tensor &versions) {
    const std::int64_t count = versions.size(0);
    if (count < 2) {
        return {versions, 0};
    }
    const auto halves = versions.slice(0, 1).sub(versions.slice(0, 0, count - 1)).square().sum(1).sqrt().div(2).cpu();
    const float *half = halves.data_ptr<float>();
    const double limit = kMostSpread * halves.median().item<double>();
    Groups groups;
    std::vector<std::int64_t> firsts, seconds;
    for (std::int64_t i = 0; i < count;) {
        const bool isPair = i + 1 < count && half[i] <= limit;
        firsts.push_back(i);
        seconds.push_back(isPair ? i + 1 : i);
        groups.radius = isPair ? std::max(groups.radius, static_cast<double>(half[i])) : groups.radius;
        i += isPair ? 2 : 1;
    }
    const auto rows = [&](const std::vector<std::int64_t> &numbers) { return versions.index_select(0, torch::tensor(numbers).to(versions.device())); };
    groups.means = rows(firsts).add(rows(seconds)).div(2);
    return groups;
}

}  // namespace

torch::Tensor alignmentGrid(const std::vector<Alignment> &alignments, bool isInverse, std::int64_t height, std::int64_t width, torch::Device device) {
    const double halfWidth = static_cast<double>(width - 1) / 2;
    const double halfHeight = static_cast<double>(height - 1) / 2;
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
    return at::affine_grid_generator(torch::tensor(maps).view({count, 2, 3}).to(device), {count, 1, height, width}, true);
}

torch::Tensor warp(const torch::Tensor &images, const torch::Tensor &grid) { return at::grid_sampler(images, grid, 0, 0, true); }

DonorSearch::DonorSearch(const LabelledImages &donors, torch::Device device)
    : m_donors(donors), m_device(device), m_leading(leadingComponents(donors.images, 2 * kComponents, device, 0)) {
    const torch::NoGradGuard noGrad;
    for (ClassRows &members : rowsByClass(donors)) {
        const Shortened rows = shortened(flatRows(donors.images, members.indices, device));
        m_classes.push_back({std::move(members), torch::cat({rows.parts, rows.squares, torch::ones_like(rows.squares)}, 1), rows.further});
    }
}

DonorSearch::Shortened DonorSearch::shortened(const torch::Tensor &rows) const {
    const auto off = rows - m_leading.mean;
    const auto all = torch::mm(off, m_leading.basis);
    const std::int64_t count = std::min(kComponents, all.size(1));
    const auto parts = all.slice(1, 0, count), further = all.slice(1, count);
    const auto squares = off.square().sum(1, true);
    const auto rest = (squares - parts.square().sum(1, true)).clamp_min(0);
    const auto last = (rest - further.square().sum(1, true)).clamp_min(0);
    return {torch::cat({parts, rest.sqrt()}, 1), squares, torch::cat({further, last.sqrt(), rest.sqrt()}, 1).cpu().contiguous()};
}

const DonorSearch::ClassBlock *DonorSearch::blockOf(int label) const {
    const auto found = std::find_if(m_classes.begin(), m_classes.end(), [&](const ClassBlock &each) { return each.members.label == label; });
    return found != m_classes.end() ? &*found : nullptr;
}

std::vector<NearestDonor> DonorSearch::nearest(const torch::Tensor &versions, const std::vector<int> &labels) const {
    const torch::NoGradGuard noGrad;
    const OneBlasThread oneThread;   // the threads share out donors and classes; BLAS threads on top would wait for each other
    const Versions sought = prepared(versions);
    std::vector<torch::Tensor> groupBounds(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (const ClassBlock *block = blockOf(labels[i])) {
            groupBounds[i] = rowMinimaOfProduct(block->shortRows, sought.groups).cpu();
        }
    }
    std::vector<NearestDonor> found(labels.size());
    inParallel(labels.size(), [&](std::size_t i) {
        if (const ClassBlock *block = blockOf(labels[i])) {
            found[i] = nearestIn(*block, groupBounds[i], sought);
        }
    });
    return found;
}

DonorSearch::Versions DonorSearch::prepared(const torch::Tensor &versions) const {
    const auto rightOf = [](const Shortened &rows) { return torch::cat({rows.parts.mul(-2), torch::ones_like(rows.squares), rows.squares}, 1).t().contiguous(); };
    const Shortened rows = shortened(versions);
    const Groups groups = pairsOf(versions);
    return {versions.cpu().contiguous(), rows.further, rightOf(rows), rightOf(shortened(groups.means)), groups.radius};
}

NearestDonor DonorSearch::nearestIn(const ClassBlock &block, const torch::Tensor &groupBounds, const Versions &versions) const {
    const torch::NoGradGuard noGrad;
    const auto boundsInOrder = [](std::vector<std::int64_t> rows, const torch::Tensor &bounds) {
        std::vector<RowBound> all;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            all.push_back({rows[i], bounds.data_ptr<float>()[i]});
        }
        std::sort(all.begin(), all.end(), [](const RowBound &a, const RowBound &b) { return std::pair(a.bound, a.row) < std::pair(b.bound, b.row); });
        return all;
    };
    std::vector<std::int64_t> rows(static_cast<std::size_t>(groupBounds.size(0)));
    std::iota(rows.begin(), rows.end(), 0);
    const auto coarse = boundsInOrder(rows, groupBounds);
    NearestDonor nearest;
    nearest.squaredDistance = INFINITY;
    const auto first = coarse.begin() + static_cast<std::ptrdiff_t>(std::min(kLookAt, coarse.size()));
    compareRows(block, {coarse.begin(), first}, versions, nearest);
    rows.clear();
    const double reach = std::sqrt(nearest.squaredDistance + kSlack) + versions.radius;
    for (auto next = first; next != coarse.end() && next->bound <= reach * reach + kSlack; ++next) {
        rows.push_back(next->row);
    }
    if (rows.empty()) {
        return nearest;
    }
    const auto left = boundsInOrder(rows, rowMinimaOfProduct(block.shortRows.index_select(0, torch::tensor(rows).to(m_device)), versions.right).cpu());
    for (auto start = left.begin(); start != left.end() && start->bound <= nearest.squaredDistance + kSlack;) {
        const auto end = start + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(kLookAt), left.end() - start);
        compareRows(block, {start, end}, versions, nearest);
        start = end;
    }
    return nearest;
}

void DonorSearch::compareRows(const ClassBlock &block, std::span<const RowBound> rows, const Versions &versions, NearestDonor &nearest) const {
    std::vector<std::int64_t> numbers;
    for (const RowBound &each : rows) {
        numbers.push_back(each.row);
    }
    const auto pairBounds = torch::mm(block.shortRows.index_select(0, torch::tensor(numbers).to(m_device)), versions.right).cpu().contiguous();
    const float *pairBound = pairBounds.data_ptr<float>();
    for (const std::int64_t row : numbers) {
        compareRow(block, row, pairBound, versions, nearest);
        pairBound += versions.pixels.size(0);
    }
}

void DonorSearch::compareRow(const ClassBlock &block, std::int64_t row, const float *pairBounds, const Versions &versions, NearestDonor &nearest) const {
    const std::int64_t donor = block.members.indices[static_cast<std::size_t>(row)], width = block.furtherRows.size(1), size = versions.pixels.size(1);
    const float *further = block.furtherRows.data_ptr<float>() + row * width;
    std::vector<float> pixels;
    for (std::int64_t version = 0; version < versions.pixels.size(0); ++version) {
        const double limit = nearest.squaredDistance + kSlack;
        if (pairBounds[version] > limit) {
            continue;
        }
        const float *ofVersion = versions.furtherRows.data_ptr<float>() + version * width;
        const double lengths = static_cast<double>(further[width - 1] - ofVersion[width - 1]);   // counted in the bound as it is
        if (pairBounds[version] - lengths * lengths + squaredDistance(further, ofVersion, width - 1) > limit) {
            continue;
        }
        if (pixels.empty()) {
            const auto bytes = m_donors.images.at(donor);
            pixels.resize(bytes.size());
            std::transform(bytes.begin(), bytes.end(), pixels.begin(), [](std::uint8_t byte) { return static_cast<float>(byte) / 255.0f; });
        }
        const double squared = squaredDistance(pixels.data(), versions.pixels.data_ptr<float>() + version * size, size);
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
