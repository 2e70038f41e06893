#include "core/attack/semantic/donor_index.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "core/attack/parallel.h"
#include "core/attack/semantic/figure.h"
#include "core/model/blas_threads.h"

namespace metamer {
namespace {

constexpr std::int64_t kComponents = 64;
constexpr std::int64_t kShortList = 64;
constexpr float kOddHolePrice = 8;   // px

std::vector<Placement> coarseGrid() {
    std::vector<Placement> grid;
    for (int turn = -4; turn <= 4; ++turn) {
        for (const double scale : {0.85, 1.0, 1.18}) {
            for (int x = -4; x <= 4; x += 2) {
                for (int y = -4; y <= 4; y += 2) {
                    Placement at;
                    at.rotation = 6 * turn;
                    at.scaleX = at.scaleY = scale;
                    at.shiftX = x;
                    at.shiftY = y;
                    grid.push_back(at);
                }
            }
        }
    }
    return grid;
}

/// A weight image shows the source where the donor will lie: u = s R p + t, so it reads the source at p = R' (u - t) / s.
torch::Tensor sourceMaps(const std::vector<Placement> &grid, std::int64_t height, std::int64_t width) {
    const double halfWidth = static_cast<double>(width - 1) / 2, halfHeight = static_cast<double>(height - 1) / 2;
    std::vector<float> maps;
    for (const Placement &at : grid) {
        const double angle = at.rotation * std::numbers::pi / 180, c = std::cos(angle) / at.scaleX, s = std::sin(angle) / at.scaleX;
        const double moveX = -(c * at.shiftX + s * at.shiftY), moveY = -(-s * at.shiftX + c * at.shiftY);
        for (const double value : {c, s * halfHeight / halfWidth, moveX / halfWidth, -s * halfWidth / halfHeight, c, moveY / halfHeight}) {
            maps.push_back(static_cast<float>(value));
        }
    }
    return torch::tensor(maps).view({static_cast<std::int64_t>(grid.size()), 2, 3});
}

/// [N, 1] What figures cost more, in pixels, whose holes are not as many as most of the given ones have, as they are or with
/// wider strokes: a loop that is nearly closed is no loop once it is drawn over a source.
torch::Tensor oddHolePrices(const LabelledImages &donors, const std::vector<std::int64_t> &indices) {
    const ImageShape &shape = donors.images.shape;
    std::vector<int> holes(indices.size()), ofWider(indices.size());
    inParallel(indices.size(), [&](std::size_t i) {
        const InkPlane figure = inkOf(donors.images.at(indices[i]));
        holes[i] = holesOf(figure, shape, 0.4f);
        ofWider[i] = holesOf(widened(figure, shape), shape, 0.45f, 3);
    });
    std::map<int, int> counts;
    for (const int count : holes) {
        ++counts[count];
    }
    const int usual = std::max_element(counts.begin(), counts.end(), [](const auto &a, const auto &b) { return a.second < b.second; })->first;
    std::vector<float> prices;
    for (std::size_t i = 0; i < indices.size(); ++i) {
        prices.push_back(kOddHolePrice * static_cast<float>(std::max(std::abs(holes[i] - usual), std::abs(ofWider[i] - usual))));
    }
    return torch::tensor(prices).view({-1, 1});
}

}  // namespace

DonorIndex::DonorIndex(const LabelledImages &donors, torch::Device device, std::int64_t seed)
    : m_donors(donors), m_device(device), m_grid(coarseGrid()), m_leading(leadingComponents(donors.images, kComponents, device, seed)) {
    const torch::NoGradGuard noGrad;
    const ImageShape &shape = donors.images.shape;
    const auto versions = static_cast<std::int64_t>(m_grid.size());
    m_seenFrom = at::affine_grid_generator(sourceMaps(m_grid, shape.height, shape.width).to(device), {versions, 1, shape.height, shape.width}, true);
    std::vector<float> areas;
    for (const Placement &at : m_grid) {
        areas.push_back(static_cast<float>(at.scaleX * at.scaleY));
    }
    m_areas = torch::tensor(areas).view({versions}).to(device);
    for (ClassRows &members : rowsByClass(donors)) {
        const auto rows = flatRows(donors.images, members.indices, device);
        const auto ink = rows.sum(1, true);
        const auto odd = oddHolePrices(donors, members.indices).to(device);
        m_classes.push_back({std::move(members), torch::cat({torch::mm(rows - m_leading.mean, m_leading.basis), ink, torch::ones_like(ink), odd}, 1)});
    }
}

std::vector<PlacedDonor> DonorIndex::cheapest(const InkCost &cost, const std::vector<int> &classes, int perClass) const {
    const torch::NoGradGuard noGrad;
    const ImageShape &shape = m_donors.images.shape;
    const auto versions = static_cast<std::int64_t>(m_grid.size());
    const auto plane = [&](const InkPlane &ink) { return torch::from_blob(const_cast<float *>(ink.data()), {1, 1, shape.height, shape.width}).to(m_device); };
    const auto stays = plane(cost.stays());
    const auto weights = stays + cost.addWeight() * plane(cost.present());
    const OneBlasThread oneThread;   // the threads share out donors and classes; BLAS threads on top would wait for each other
    const auto seen = at::grid_sampler(weights.expand({versions, -1, -1, -1}), m_seenFrom, 0, 0, true).flatten(1);   // [V, D]
    // cost = (area * stays + add * ink - donor . weights) / area, in pixels of the source.
    const auto constant = (stays.sum() * m_areas - torch::mv(seen, m_leading.mean)) / m_areas;             // [V]
    const auto scaled = seen / m_areas.unsqueeze(1);
    const auto projected = torch::mm(scaled, m_leading.basis).t().contiguous();                             // [K, V]
    const auto inkPrice = (cost.addWeight() / m_areas).unsqueeze(0);                                // [1, V]
    // The prices of ink and of odd holes go in as more components, so that one product gives the whole cost.
    const auto right = torch::cat({-projected, inkPrice, constant.unsqueeze(0), torch::ones_like(inkPrice)});
    std::vector<const ClassBlock *> blocks;
    std::vector<torch::Tensor> shortLists;
    for (const ClassBlock &block : m_classes) {
        if (std::find(classes.begin(), classes.end(), block.members.label) != classes.end()) {
            const auto least = rowMinimaOfProduct(block.shortRows, right);
            blocks.push_back(&block);
            shortLists.push_back(std::get<1>(least.topk(std::min(kShortList, least.size(0)), 0, false)).cpu());
        }
    }
    const auto turned = scaled.t().neg();
    std::vector<std::vector<PlacedDonor>> found(blocks.size());
    inParallel(blocks.size(), [&](std::size_t i) { found[i] = priced(*blocks[i], shortLists[i], turned, inkPrice, stays.sum(), perClass); });
    std::vector<PlacedDonor> all;
    for (const auto &ofClass : found) {
        all.insert(all.end(), ofClass.begin(), ofClass.end());
    }
    return all;
}

std::vector<PlacedDonor> DonorIndex::priced(const ClassBlock &block, const torch::Tensor &shortList, const torch::Tensor &turned, const torch::Tensor &inkPrice,
                                            const torch::Tensor &stays, int most) const {
    const torch::NoGradGuard noGrad;
    std::vector<std::int64_t> indices;
    const auto odd = block.shortRows.slice(1, -1).index_select(0, shortList.to(m_device));
    for (std::int64_t i = 0; i < shortList.size(0); ++i) {
        indices.push_back(block.members.indices[static_cast<std::size_t>(shortList[i].item<std::int64_t>())]);
    }
    const auto x = flatRows(m_donors.images, indices, m_device);
    const auto best = (torch::mm(x, turned) + x.sum(1, true) * inkPrice + stays + odd).min(1);
    const auto prices = std::get<0>(best).cpu(), at = std::get<1>(best).cpu();
    std::vector<PlacedDonor> donors;
    for (std::size_t i = 0; i < indices.size(); ++i) {
        const auto row = static_cast<std::int64_t>(i);
        donors.push_back({indices[i], block.members.label, m_grid[static_cast<std::size_t>(at[row].item<std::int64_t>())], prices[row].item<float>()});
    }
    std::sort(donors.begin(), donors.end(), [](const PlacedDonor &a, const PlacedDonor &b) { return a.cost != b.cost ? a.cost < b.cost : a.index < b.index; });
    donors.resize(std::min(donors.size(), static_cast<std::size_t>(most)));
    return donors;
}

}  // namespace metamer
