#include "core/attack/proxy/augment.h"

#include <cmath>

namespace metamer {
namespace {

constexpr double kPi = 3.14159265358979;

/// Random numbers of one batch, all from one generator.
class Dice {
public:
    Dice(std::int64_t count, torch::Device device, at::Generator &generator) : m_count(count), m_device(device), m_generator(generator) {}

    /// [N, 1, 1, 1] uniform in [low, high).
    torch::Tensor uniform(double low, double high) {
        return torch::rand({m_count, 1, 1, 1}, m_generator).mul_(high - low).add_(low).to(m_device);
    }
    /// [N, 1, 1, 1] 1 with `probability`, else 0.
    torch::Tensor chance(double probability) { return uniform(0, 1).lt(probability).to(torch::kFloat32); }

    torch::Tensor field(std::int64_t height, std::int64_t width) {
        return torch::rand({m_count, 1, height, width}, m_generator).to(m_device);
    }

private:
    std::int64_t m_count;
    torch::Device m_device;
    at::Generator &m_generator;
};

torch::Tensor widened(const torch::Tensor &x, std::int64_t side) { return torch::max_pool2d(x, {side, side}, {1, 1}, {side / 2, side / 2}); }
torch::Tensor narrowed(const torch::Tensor &x) { return -torch::max_pool2d(-x, {3, 3}, {1, 1}, {1, 1}); }

torch::Tensor placed(const torch::Tensor &x, Dice &dice) {
    const auto angle = dice.uniform(-20 * kPi / 180, 20 * kPi / 180).flatten();
    const auto scaleX = dice.uniform(std::log(0.8), std::log(1.33)).exp().flatten(), scaleY = dice.uniform(std::log(0.8), std::log(1.33)).exp().flatten();
    const auto slant = dice.uniform(-0.2, 0.2).flatten();
    const double unit = 2.0 / static_cast<double>(x.size(3));
    const auto moveX = dice.uniform(-3 * unit, 3 * unit).flatten(), moveY = dice.uniform(-3 * unit, 3 * unit).flatten();
    const auto cosine = angle.cos(), sine = angle.sin();
    const auto theta = torch::stack({cosine * scaleX, (slant * cosine - sine) * scaleY, moveX, sine * scaleX, (slant * sine + cosine) * scaleY, moveY}, 1).view({-1, 2, 3});
    return at::grid_sampler(x, at::affine_grid_generator(theta, x.sizes(), false), 0, 0, false);
}

torch::Tensor withThickness(const torch::Tensor &x, Dice &dice) {
    const auto pick = dice.uniform(0, 1), amount = dice.uniform(0, 1);
    const auto thick = (pick < 0.35).to(torch::kFloat32) * amount, thin = (pick > 0.85).to(torch::kFloat32) * amount * 0.6;
    return x + thick * (widened(x, 3) - x) + thin * (narrowed(x) - x);
}

/// Brighter and darker stretches of a stroke, smooth or with a sharp change along a line.
torch::Tensor withUnevenInk(const torch::Tensor &x, Dice &dice) {
    const auto low = dice.uniform(0.5, 1);
    const auto smooth = at::upsample_bilinear2d(dice.field(4, 4), {x.size(2), x.size(3)}, true);
    const auto rows = torch::linspace(-1, 1, x.size(2), x.options()).view({1, 1, -1, 1}), columns = torch::linspace(-1, 1, x.size(3), x.options()).view({1, 1, 1, -1});
    const auto angle = dice.uniform(0, 2 * kPi);
    const auto side = (columns * angle.cos() + rows * angle.sin() > dice.uniform(-0.4, 0.4)).to(torch::kFloat32);
    const auto pick = dice.uniform(0, 1);
    const auto share = (pick < 0.5).to(torch::kFloat32) * smooth + (pick >= 0.5).mul(pick < 0.75).to(torch::kFloat32) * side;
    const auto isUneven = (pick < 0.75).to(torch::kFloat32);
    return x * (1 - isUneven * (1 - low) * (1 - share));
}

torch::Tensor withDisplayNoise(torch::Tensor x, Dice &dice) {
    const auto binary = (x > dice.uniform(0.3, 0.6) * x.amax({1, 2, 3}, true)).to(torch::kFloat32);
    const auto isBinary = dice.chance(0.15);
    x = x * (1 - isBinary) + binary * isBinary;
    const auto isDotted = dice.chance(0.15);
    x = torch::maximum(x, isDotted * (dice.field(x.size(2), x.size(3)) > 0.99).to(torch::kFloat32) * dice.uniform(0.2, 0.8));
    const auto isBlurred = dice.chance(0.3);
    x = x * (1 - isBlurred) + blurred(x, 3) * isBlurred;
    const auto ground = dice.chance(0.2) * dice.uniform(0, 0.2);
    x = x * (1 - ground) + ground;
    return (x + (dice.field(x.size(2), x.size(3)) - 0.5) * dice.uniform(0, 0.2)).clamp(0, 1);
}

/// What nobody would call a figure of one class; `other` are figures of other images.
torch::Tensor noFigure(const torch::Tensor &x, const torch::Tensor &other, Dice &dice) {
    const std::int64_t height = x.size(2), width = x.size(3);
    const auto over = torch::maximum(x, torch::roll(other, {3, -4}, {2, 3}));
    auto halves = x.clone();
    halves.slice(2, height / 2, height).copy_(torch::roll(other, 4, 3).slice(2, height / 2, height));
    const auto quarters = torch::roll(x, {height / 2, width / 2}, {2, 3});
    const auto blot = widened(widened(x, 5), 5);
    const auto cloud = (at::upsample_bilinear2d(dice.field(6, 6), {height, width}, true) > 0.58).to(torch::kFloat32);
    const auto pick = dice.uniform(0, 5).floor();
    const auto is = [&](double kind) { return (pick == kind).to(torch::kFloat32); };
    return over * is(0) + halves * is(1) + quarters * is(2) + blot * is(3) + cloud * is(4);
}

}  // namespace

torch::Tensor brightestIsOne(const torch::Tensor &images) { return images / images.amax({1, 2, 3}, true).clamp_min(1.0 / 255); }

torch::Tensor blurred(const torch::Tensor &images, int taps) {
    const auto line = (taps == 3 ? torch::tensor({1.0f, 2.0f, 1.0f}) / 4 : torch::tensor({1.0f, 4.0f, 6.0f, 4.0f, 1.0f}) / 16).to(images.device());
    const auto across = torch::conv2d(images, line.view({1, 1, 1, taps}), {}, 1, c10::IntArrayRef{0, taps / 2});
    return torch::conv2d(across, line.view({1, 1, taps, 1}), {}, 1, c10::IntArrayRef{taps / 2, 0});
}

ProxyBatch augmentForProxy(const torch::Tensor &images, const torch::Tensor &labels, std::int64_t notAClass, at::Generator &generator) {
    Dice dice(images.size(0), images.device(), generator);
    auto x = withThickness(placed(images, dice), dice);
    const auto other = torch::roll(x, 1, 0);
    x = torch::maximum(x, other * dice.chance(0.4) * dice.uniform(0, 0.25));
    const auto isOther = torch::roll(labels, 1, 0) != labels;
    const auto isNone = isOther.logical_and(dice.chance(0.125).flatten() > 0);
    const auto mask = isNone.to(torch::kFloat32).view({-1, 1, 1, 1});
    x = x * (1 - mask) + noFigure(x, other, dice) * mask;
    x = withDisplayNoise(withUnevenInk(x, dice), dice);
    return {brightestIsOne(x), torch::where(isNone, torch::full_like(labels, notAClass), labels)};
}

}  // namespace metamer
