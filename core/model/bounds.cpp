#include "core/model/bounds.h"

#include <algorithm>

namespace metamer {
namespace {

constexpr double kLeast = 1e-12;
constexpr std::int64_t kFunctionsAtOnce = 256;

bool isAffine(const Layer &layer) { return layer.spec.kind == LayerKind::Convolution || layer.spec.kind == LayerKind::Linear; }

Layer withWeight(const Layer &layer, const torch::Tensor &weight) {
    Layer changed = layer;
    changed.weight = weight;
    changed.bias = torch::Tensor();
    return changed;
}

Interval affineInterval(const Layer &layer, const Interval &input) {
    const auto centre = (input.upper + input.lower) / 2, radius = (input.upper - input.lower) / 2;
    const auto middle = applyLayer(layer, centre), spread = applyLayer(withWeight(layer, layer.weight.abs()), radius);
    return {middle - spread, middle + spread};
}

/// The first affine layer of an L2 ball: each output moves by radius times the length of its weights.
Interval ballInterval(const Layer &layer, const torch::Tensor &centre, double radius, const Interval &byBox) {
    const auto middle = applyLayer(layer, centre);
    const auto spread = radius * applyLayer(withWeight(layer, layer.weight.pow(2)), torch::ones_like(centre)).clamp_min(0).sqrt();
    return {torch::max(byBox.lower, middle - spread), torch::min(byBox.upper, middle + spread)};
}

/// Coefficients A [N, S, ...] of a lower bound and its constants [N, S], on the way from the logits to the input.
struct Backward {
    torch::Tensor coefficients, constant;

    torch::Tensor sumOf(const torch::Tensor &products) const { return products.flatten(2).sum(2); }

    void through(const Layer &layer, const Interval &input) {
        switch (layer.spec.kind) {
            case LayerKind::Linear:
                constant = constant + coefficients.matmul(layer.bias);
                coefficients = coefficients.matmul(layer.weight);
                break;
            case LayerKind::Convolution: throughConvolution(layer); break;
            case LayerKind::Relu: throughRelu(input); break;
            case LayerKind::MaxPool: throughPool(input); break;
            case LayerKind::Flatten: {
                std::vector<std::int64_t> sizes = {coefficients.size(0), coefficients.size(1)};
                sizes.insert(sizes.end(), layer.input.begin(), layer.input.end());
                coefficients = coefficients.reshape(sizes);
            }
        }
    }

    void throughConvolution(const Layer &layer) {
        const std::int64_t images = coefficients.size(0), functions = coefficients.size(1), stride = layer.spec.stride, padding = layer.spec.padding;
        constant = constant + coefficients.sum({3, 4}).matmul(layer.bias);
        const auto left = [&](std::size_t side, std::int64_t out) { return layer.input[side] - ((out - 1) * stride - 2 * padding + layer.spec.kernel); };
        const std::vector<std::int64_t> rest = {left(1, coefficients.size(3)), left(2, coefficients.size(4))};
        coefficients = torch::conv_transpose2d(coefficients.flatten(0, 1), layer.weight, {}, stride, padding, rest).unflatten(0, {images, functions});
    }

    void throughRelu(const Interval &input) {
        const auto on = input.lower.ge(0), off = input.upper.le(0);
        const auto unstable = on.logical_or(off).logical_not();
        const auto slope = input.upper / (input.upper - input.lower).clamp_min(kLeast);
        const auto above = torch::where(unstable, slope, on.to(slope.dtype())).unsqueeze(1);
        const auto below = torch::where(unstable, input.upper.gt(-input.lower), on).to(slope.dtype()).unsqueeze(1);
        const auto offset = torch::where(unstable, -slope * input.lower, torch::zeros_like(slope)).unsqueeze(1);
        const auto positive = coefficients.clamp_min(0), negative = coefficients.clamp_max(0);
        constant = constant + sumOf(negative * offset);
        coefficients = positive * below + negative * above;
    }

    void throughPool(const Interval &input) {
        const auto windows = [](const torch::Tensor &x) { return x.unfold(2, 2, 2).unfold(3, 2, 2).flatten(4); };   // [N, C, h, w, 4]
        const auto lower = windows(input.lower), upper = windows(input.upper);
        const auto chosen = torch::one_hot(lower.argmax(4), 4).to(torch::kBool);
        const auto others = upper.masked_fill(chosen, -std::numeric_limits<double>::infinity()).amax(4);
        const auto isSure = lower.amax(4).ge(others).unsqueeze(1);
        const auto positive = coefficients.clamp_min(0), negative = coefficients.clamp_max(0);
        const auto through = positive + torch::where(isSure, negative, torch::zeros_like(negative));
        constant = constant + sumOf(torch::where(isSure, torch::zeros_like(negative), negative * upper.amax(4).unsqueeze(1)));
        const auto spread = through.unsqueeze(5) * chosen.unsqueeze(1).to(through.dtype());   // [N, S, C, h, w, 4]
        const auto placed = spread.unflatten(5, {2, 2}).permute({0, 1, 2, 3, 5, 4, 6}).flatten(5, 6).flatten(3, 4);
        coefficients = torch::constant_pad_nd(placed, {0, input.lower.size(3) - placed.size(4), 0, input.lower.size(2) - placed.size(3)});
    }
};

/// The least value of each linear function over the region.
torch::Tensor leastOver(const InputRegion &region, const Backward &backward) {
    const auto rows = backward.coefficients.flatten(2);
    const auto dot = [&](const torch::Tensor &matrix, const torch::Tensor &x) { return matrix.matmul(x.flatten(1).unsqueeze(2)).squeeze(2); };
    auto least = dot(rows.clamp_min(0), region.box.lower) + dot(rows.clamp_max(0), region.box.upper);
    if (region.radius >= 0) {
        least = torch::max(least, dot(rows, region.centre) - region.radius * rows.norm(2, 2));
    }
    return least + backward.constant;
}

/// Multiplications that one linear function of what layer `end` gets takes on its way back.
double workOf(const std::vector<Layer> &chain, std::size_t end) {
    double work = 0;
    for (std::size_t i = 0; i < end; ++i) {
        if (isAffine(chain[i])) {
            const double positions = chain[i].spec.kind == LayerKind::Linear ? 1 : static_cast<double>(chain[i].input[1] * chain[i].input[2]) / static_cast<double>(chain[i].spec.stride * chain[i].spec.stride);
            work += positions * static_cast<double>(chain[i].weight.numel());
        }
    }
    return work;
}

/// The bounds of the marked units [U] (flat positions) of one image at layer `end`, by CROWN.
Interval crownOfUnits(const std::vector<Layer> &chain, const std::vector<Interval> &bounds, const InputRegion &region, const torch::Tensor &units, std::size_t end) {
    std::vector<torch::Tensor> lower, upper;
    const auto &like = bounds[end].lower;
    for (std::int64_t start = 0; start < units.size(0); start += kFunctionsAtOnce) {
        const auto some = units.slice(0, start, start + kFunctionsAtOnce);
        auto rows = torch::zeros({some.size(0), like.numel()}, like.options());
        rows.scatter_(1, some.unsqueeze(1), 1);
        std::vector<std::int64_t> sizes = like.sizes().vec();
        sizes.insert(sizes.begin() + 1, some.size(0));
        const auto coefficients = rows.reshape(sizes);
        lower.push_back(crownLower(chain, bounds, region, coefficients, end)[0]);
        upper.push_back(-crownLower(chain, bounds, region, -coefficients, end)[0]);
    }
    return {torch::cat(lower), torch::cat(upper)};
}

}  // namespace

InputRegion regionAround(const torch::Tensor &x, Norm norm, double eps) {
    return {{(x - eps).clamp(0, 1), (x + eps).clamp(0, 1)}, x, norm == Norm::L2 ? eps : -1};
}

std::vector<Layer> convertedChain(const std::vector<Layer> &chain, torch::Dtype type) {
    std::vector<Layer> converted = chain;
    for (auto &layer : converted) {
        if (isAffine(layer)) {
            layer.weight = layer.weight.detach().to(type);
            layer.bias = layer.bias.detach().to(type);
        }
    }
    return converted;
}

std::vector<Interval> intervalBounds(const std::vector<Layer> &chain, const InputRegion &region) {
    std::vector<Interval> bounds = {region.box};
    auto centre = region.centre;   // undefined once an affine layer has been passed
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
        const Interval now = bounds.back();
        if (!isAffine(chain[i])) {
            bounds.push_back({applyLayer(chain[i], now.lower), applyLayer(chain[i], now.upper)});
            centre = chain[i].spec.kind == LayerKind::Flatten && centre.defined() ? centre.flatten(1) : torch::Tensor();
            continue;
        }
        const Interval byBox = affineInterval(chain[i], now);
        bounds.push_back(region.radius >= 0 && centre.defined() ? ballInterval(chain[i], centre, region.radius, byBox) : byBox);
        centre = torch::Tensor();
    }
    return bounds;
}

torch::Tensor intervalWorstLogits(const std::vector<Layer> &chain, const std::vector<Interval> &bounds, const torch::Tensor &labels) {
    const Layer &last = chain.back();
    const auto weight = last.weight.unsqueeze(0) - last.weight.index_select(0, labels).unsqueeze(1);   // [N, classes, in]
    const auto bias = last.bias.unsqueeze(0) - last.bias.index_select(0, labels).unsqueeze(1);
    const auto centre = ((bounds.back().upper + bounds.back().lower) / 2).unsqueeze(2), radius = ((bounds.back().upper - bounds.back().lower) / 2).unsqueeze(2);
    return torch::bmm(weight, centre).squeeze(2) + torch::bmm(weight.abs(), radius).squeeze(2) + bias;
}

torch::Tensor crownLower(const std::vector<Layer> &chain, const std::vector<Interval> &bounds, const InputRegion &region,
                         const torch::Tensor &coefficients, std::size_t end) {
    Backward backward{coefficients, torch::zeros({coefficients.size(0), coefficients.size(1)}, coefficients.options())};
    for (std::size_t i = end; i-- > 0;) {
        backward.through(chain[i], bounds[i]);
    }
    return leastOver(region, backward);
}

torch::Tensor marginCoefficients(const torch::Tensor &labels, std::int64_t classCount, torch::Dtype type) {
    const auto own = torch::one_hot(labels, classCount).unsqueeze(1);
    const auto others = torch::eye(classCount, own.options()).unsqueeze(0);
    return (own - others).to(type);
}

std::vector<Interval> crownBounds(const std::vector<Layer> &chain, std::vector<Interval> bounds, const InputRegion &region, double workLimit) {
    const torch::NoGradGuard noGrad;
    bool isFirst = true;
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
        if (!isAffine(chain[i])) {
            bounds[i + 1] = {applyLayer(chain[i], bounds[i].lower), applyLayer(chain[i], bounds[i].upper)};
            continue;
        }
        if (isFirst) {   // intervals are exact there
            isFirst = false;
            continue;
        }
        const Interval again = affineInterval(chain[i], bounds[i]);
        auto lower = torch::max(bounds[i + 1].lower, again.lower).flatten(), upper = torch::min(bounds[i + 1].upper, again.upper).flatten();
        const auto units = chain[i + 1].spec.kind == LayerKind::Relu ? lower.lt(0).logical_and(upper.gt(0)).nonzero().flatten() : torch::arange(lower.numel(), lower.options().dtype(torch::kInt64));
        bounds[i + 1] = {lower.view_as(again.lower), upper.view_as(again.upper)};
        if (units.size(0) > 0 && 2 * workOf(chain, i + 1) * static_cast<double>(units.size(0)) <= workLimit) {
            const Interval tighter = crownOfUnits(chain, bounds, region, units, i + 1);
            lower = lower.index_copy(0, units, torch::max(lower.index_select(0, units), tighter.lower));
            upper = upper.index_copy(0, units, torch::min(upper.index_select(0, units), tighter.upper));
            bounds[i + 1] = {lower.view_as(again.lower), upper.view_as(again.upper)};
        }
    }
    return bounds;
}

torch::Tensor marginBounds(const std::vector<Layer> &chain, const torch::Tensor &x, const torch::Tensor &labels, Norm norm, double eps, BoundMethod method,
                           double workLimit) {
    const torch::NoGradGuard noGrad;
    if (method == BoundMethod::Crown && x.size(0) > 1) {   // which units may be on or off differs from image to image
        std::vector<torch::Tensor> rows;
        for (std::int64_t i = 0; i < x.size(0); ++i) {
            rows.push_back(marginBounds(chain, x.slice(0, i, i + 1), labels.slice(0, i, i + 1), norm, eps, method, workLimit));
        }
        return torch::cat(rows);
    }
    const auto region = regionAround(x, norm, eps);
    auto bounds = intervalBounds(chain, region);
    if (method == BoundMethod::Interval) {
        return -intervalWorstLogits(chain, bounds, labels);
    }
    if (method == BoundMethod::Crown) {
        bounds = crownBounds(chain, std::move(bounds), region, workLimit);
    }
    return crownLower(chain, bounds, region, marginCoefficients(labels, chain.back().bias.size(0), x.scalar_type()), chain.size());
}

}  // namespace metamer
