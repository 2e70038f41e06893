#include "core/attack/proxy/generative.h"

#include "core/attack/proxy/augment.h"

namespace metamer {
namespace {

constexpr std::int64_t kFactors = 20;
constexpr std::int64_t kPrototypes = 150;
constexpr std::int64_t kMostFitted = 2000;   // images a class

/// Moved so that the centre of the ink is that of the image.
torch::Tensor centred(const torch::Tensor &images) {
    const auto x = brightestIsOne(images);
    const auto mass = x.sum({1, 2, 3}).clamp_min(1e-6);
    const auto rows = torch::linspace(-1, 1, x.size(2), x.options()).view({1, 1, -1, 1}), columns = torch::linspace(-1, 1, x.size(3), x.options()).view({1, 1, 1, -1});
    const auto moveX = (x * columns).sum({1, 2, 3}) / mass, moveY = (x * rows).sum({1, 2, 3}) / mass;
    const auto one = torch::ones_like(moveX), none = torch::zeros_like(moveX);
    const auto theta = torch::stack({one, none, moveX, none, one, moveY}, 1).view({-1, 2, 3});
    return at::grid_sampler(x, at::affine_grid_generator(theta, x.sizes(), true), 0, 0, true);
}

torch::Tensor features(ProxyRole role, const torch::Tensor &images) {
    const auto x = blurred(centred(images), 3);
    return (role == ProxyRole::Selector ? x : torch::avg_pool2d(x, 2)).flatten(1);
}

}  // namespace

GenerativeModel GenerativeModel::fit(ProxyRole role, const torch::Tensor &images, const torch::Tensor &labels, int classCount, std::int64_t seed) {
    GenerativeModel model;
    model.m_role = role;
    auto generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(seed));
    std::vector<torch::Tensor> centres, factors, variances;
    torch::Tensor spread = torch::zeros({1}, images.options());
    const std::int64_t size = features(role, images.slice(0, 0, 1)).size(1);
    for (int c = 0; c < classCount; ++c) {
        auto rows = labels.eq(c).nonzero().flatten();
        const auto order = torch::randperm(rows.size(0), generator, torch::kInt64).to(rows.device());
        rows = rows.index_select(0, order.slice(0, 0, kMostFitted));
        auto x = rows.size(0) > 0 ? features(role, images.index_select(0, rows)) : torch::full({1, size}, 1e3, images.options());
        if (role == ProxyRole::Evaluator) {
            std::vector<torch::Tensor> copies(static_cast<std::size_t>((kPrototypes + x.size(0) - 1) / x.size(0)), x);   // a small class repeats
            centres.push_back(torch::cat(copies).slice(0, 0, kPrototypes));
            continue;
        }
        const auto mean = x.mean(0);
        x = x - mean;
        const auto covariance = torch::mm(x.t(), x) / static_cast<double>(x.size(0));
        const auto eigen = torch::linalg_eigh(covariance);
        const auto values = std::get<0>(eigen).flip(0).clamp_min(0), vectors = std::get<1>(eigen).flip(1);
        const auto rest = values.slice(0, kFactors).mean().clamp_min(1e-4);
        centres.push_back(mean);
        factors.push_back(vectors.slice(1, 0, kFactors).contiguous());
        variances.push_back(torch::cat({values.slice(0, 0, kFactors).clamp_min(1e-3), rest.view({1})}));
    }
    model.m_centres = torch::stack(centres);
    model.m_factors = role == ProxyRole::Selector ? torch::stack(factors) : torch::zeros({1});
    model.m_variances = role == ProxyRole::Selector ? torch::stack(variances) : torch::full({1}, 0.5);
    return model;
}

torch::Tensor GenerativeModel::scores(const torch::Tensor &images) const {
    const auto x = features(m_role, images);
    std::vector<torch::Tensor> columns;
    for (std::int64_t c = 0; c < m_centres.size(0); ++c) {
        if (m_role == ProxyRole::Evaluator) {
            const auto squared = torch::cdist(x, m_centres[c]).square();
            columns.push_back(torch::logsumexp(-squared / (2 * m_variances[0]), 1));
            continue;
        }
        const auto off = x - m_centres[c];
        const auto along = torch::mm(off, m_factors[c]);
        const auto left = (off.square().sum(1) - along.square().sum(1)).clamp_min(0);
        const auto spread = m_variances[c].slice(0, 0, kFactors);
        const auto rest = m_variances[c][kFactors];
        const auto normal = spread.log().sum() + static_cast<double>(x.size(1) - kFactors) * rest.log();
        columns.push_back(-0.5 * (along.square().div(spread).sum(1) + left / rest + normal));
    }
    return torch::stack(columns, 1);
}

void GenerativeModel::save(torch::serialize::OutputArchive &archive) const {
    archive.write("centres", m_centres.cpu(), true);
    archive.write("factors", m_factors.cpu(), true);
    archive.write("variances", m_variances.cpu(), true);
}

GenerativeModel GenerativeModel::load(ProxyRole role, torch::serialize::InputArchive &archive, torch::Device device) {
    GenerativeModel model;
    model.m_role = role;
    archive.read("centres", model.m_centres, true);
    archive.read("factors", model.m_factors, true);
    archive.read("variances", model.m_variances, true);
    model.m_centres = model.m_centres.to(device);
    model.m_factors = model.m_factors.to(device);
    model.m_variances = model.m_variances.to(device);
    return model;
}

}  // namespace metamer
