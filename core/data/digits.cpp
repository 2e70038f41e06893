#include "core/data/digits.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/rng.h"

namespace metamer {
namespace {

constexpr int kSide = 28;
constexpr int kStepsPerSpan = 8;

struct Point {
    double x = 0;
    double y = 0;
};
using Stroke = std::vector<Point>;   ///< control points of a smooth curve; doubled points make corners
using Glyph = std::vector<Stroke>;   ///< in a box of width 1 and height 1.4, y down

/// Points on an ellipse from `fromTurn` to `toTurn`; turns count clockwise from three o'clock on the screen.
Stroke arc(Point centre, double radiusX, double radiusY, double fromTurn, double toTurn) {
    Stroke stroke;
    const int steps = std::max(4, static_cast<int>(std::ceil(std::abs(toTurn - fromTurn) * 10)));
    for (int i = 0; i <= steps; ++i) {
        const double angle = 2 * std::numbers::pi * (fromTurn + (toTurn - fromTurn) * i / steps);
        stroke.push_back({centre.x + radiusX * std::cos(angle), centre.y + radiusY * std::sin(angle)});
    }
    return stroke;
}

Stroke operator+(Stroke first, const Stroke &second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// The ways in which people write each digit. `choose` is uniform in [0, 1).
Glyph glyphOf(int digit, double choose) {
    switch (digit) {
        case 0: return {arc({0.5, 0.7}, choose < 0.5 ? 0.42 : 0.34, 0.66, -0.2, 0.82)};
        case 1:
            if (choose < 0.6) return {Stroke{{0.5, 0.05}, {0.5, 0.5}, {0.5, 0.9}, {0.5, 1.35}}};
            if (choose < 0.85) return {Stroke{{0.28, 0.32}, {0.42, 0.2}, {0.54, 0.05}, {0.54, 0.05}, {0.54, 0.7}, {0.54, 1.35}}};
            return {Stroke{{0.3, 0.3}, {0.44, 0.18}, {0.54, 0.05}, {0.54, 0.05}, {0.54, 0.7}, {0.54, 1.33}},
                    {{0.27, 1.34}, {0.54, 1.34}, {0.81, 1.34}}};
        case 2:
            if (choose < 0.55)
                return {arc({0.48, 0.4}, 0.36, 0.35, -0.47, 0.08) +
                        Stroke{{0.6, 0.86}, {0.36, 1.1}, {0.1, 1.33}, {0.1, 1.33}, {0.5, 1.33}, {0.94, 1.32}}};
            return {arc({0.48, 0.4}, 0.36, 0.35, -0.45, 0.08) +
                    Stroke{{0.58, 0.92}, {0.34, 1.22}, {0.17, 1.3}, {0.12, 1.16}, {0.28, 1.1}, {0.52, 1.26}, {0.76, 1.34}, {0.95, 1.24}}};
        case 3:
            if (choose < 0.75)
                return {arc({0.44, 0.36}, 0.35, 0.31, -0.43, 0.21) + Stroke{{0.42, 0.68}} +
                        arc({0.44, 1.01}, 0.41, 0.34, -0.2, 0.44)};
            return {Stroke{{0.14, 0.06}, {0.5, 0.06}, {0.84, 0.06}, {0.84, 0.06}, {0.64, 0.33}, {0.44, 0.58}, {0.44, 0.58}} +
                    arc({0.45, 0.97}, 0.4, 0.37, -0.22, 0.43)};
        case 4:
            if (choose < 0.55)
                return {Stroke{{0.2, 0.06}, {0.16, 0.4}, {0.12, 0.76}, {0.12, 0.76}, {0.5, 0.77}, {0.92, 0.74}},
                        {{0.76, 0.08}, {0.74, 0.7}, {0.7, 1.35}}};
            return {Stroke{{0.68, 1.36}, {0.69, 0.7}, {0.7, 0.05}, {0.7, 0.05}, {0.4, 0.5}, {0.06, 0.92}, {0.06, 0.92}, {0.5, 0.92}, {0.97, 0.92}}};
        case 5:
            return {Stroke{{0.86, 0.07}, {0.55, 0.07}, {0.24, 0.08}, {0.24, 0.08}, {0.22, 0.3}, {0.19, 0.58}, {0.19, 0.58}} +
                    arc({0.46, 0.93}, 0.4, choose < 0.5 ? 0.4 : 0.36, -0.32, 0.41)};
        case 6:
            return {Stroke{{choose < 0.5 ? 0.72 : 0.6, 0.05}, {0.4, 0.3}, {0.2, 0.66}} + arc({0.49, 0.97}, 0.35, 0.37, 0.5, -0.56)};
        case 7:
            if (choose < 0.7) return {Stroke{{0.1, 0.09}, {0.5, 0.08}, {0.9, 0.07}, {0.9, 0.07}, {0.66, 0.6}, {0.42, 1.36}}};
            return {Stroke{{0.1, 0.09}, {0.5, 0.08}, {0.9, 0.07}, {0.9, 0.07}, {0.66, 0.6}, {0.42, 1.36}},
                    {{0.36, 0.7}, {0.6, 0.69}, {0.86, 0.68}}};
        case 8:
            if (choose < 0.5) return {arc({0.5, 0.37}, 0.31, 0.31, 0.25, 1.25), arc({0.5, 1.02}, 0.38, 0.34, -0.25, 0.75)};
            return {Stroke{{0.8, 0.24}, {0.66, 0.08}, {0.4, 0.06}, {0.2, 0.24}, {0.28, 0.5}, {0.5, 0.66}, {0.76, 0.84}, {0.84, 1.08},
                     {0.66, 1.32}, {0.36, 1.32}, {0.16, 1.1}, {0.26, 0.86}, {0.5, 0.66}, {0.72, 0.48}, {0.8, 0.24}}};
        default:
            if (choose < 0.6)
                return {arc({0.46, 0.43}, 0.35, 0.37, 0.02, -0.98) + Stroke{{0.81, 0.45}, {0.8, 0.45}, {0.78, 0.9}, {0.72, 1.36}}};
            return {arc({0.46, 0.43}, 0.35, 0.37, 0.02, -0.98) + Stroke{{0.81, 0.45}, {0.8, 0.8}, {0.66, 1.24}, {0.42, 1.36}, {0.2, 1.26}}};
    }
}

/// How one image is written.
struct Hand {
    double xx, xy, yx, yy;        // affine map
    double moveX, moveY;
    double waveX[3], waveY[3];    // elastic: amplitude, frequency, phase along the other axis
    double radius;                // pen, px
    double ink;                   // 0 .. 1
    double softness;              // width of the stroke's edge, px
};

Hand drawHand(Rng &rng) {
    const double angle = rng.uniform(-0.17, 0.17);
    const double slant = rng.uniform(-0.12, 0.3);
    const double width = rng.uniform(11.0, 15.0);
    const double height = rng.uniform(13.2, 15.0);
    Hand hand{};
    hand.xx = width * std::cos(angle);
    hand.xy = -height * std::sin(angle) - slant * height * 0.7;
    hand.yx = width * std::sin(angle);
    hand.yy = height * std::cos(angle);
    hand.moveX = rng.uniform(-1.2, 1.2);
    hand.moveY = rng.uniform(-1.0, 1.0);
    for (double *wave : {hand.waveX, hand.waveY}) {
        wave[0] = rng.uniform(-0.75, 0.75);
        wave[1] = rng.uniform(0.12, 0.3);
        wave[2] = rng.uniform(0, 2 * std::numbers::pi);
    }
    hand.radius = rng.uniform(0.85, 1.75);
    hand.ink = rng.uniform(0.82, 1.0);
    hand.softness = rng.uniform(0.9, 1.4);
    return hand;
}

Point place(Point point, const Hand &hand) {
    const double u = point.x - 0.5;
    const double v = point.y - 0.7;
    const double x = hand.xx * u + hand.xy * v;
    const double y = hand.yx * u + hand.yy * v;
    const double centre = (kSide - 1) / 2.0;
    return {centre + hand.moveX + x + hand.waveX[0] * std::sin(hand.waveX[1] * y + hand.waveX[2]),
            centre + hand.moveY + y + hand.waveY[0] * std::sin(hand.waveY[1] * x + hand.waveY[2])};
}

/// Catmull-Rom through the control points.
Stroke smooth(const Stroke &points) {
    Stroke curve;
    const auto at = [&](std::ptrdiff_t i) {
        return points[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(i, 0, static_cast<std::ptrdiff_t>(points.size()) - 1))];
    };
    for (std::ptrdiff_t i = 0; i + 1 < static_cast<std::ptrdiff_t>(points.size()); ++i) {
        const Point a = at(i - 1), b = at(i), c = at(i + 1), d = at(i + 2);
        for (int step = 0; step < kStepsPerSpan; ++step) {
            const double t = static_cast<double>(step) / kStepsPerSpan;
            const auto blend = [t](double p, double q, double r, double s) {
                return 0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t + (3 * q - p - 3 * r + s) * t * t * t);
            };
            curve.push_back({blend(a.x, b.x, c.x, d.x), blend(a.y, b.y, c.y, d.y)});
        }
    }
    curve.push_back(points.back());
    return curve;
}

/// Keeps for each pixel the squared distance to the nearest segment drawn so far.
void drawSegment(Point a, Point b, double reach, std::vector<double> &squaredDistance) {
    const int left = std::max(0, static_cast<int>(std::floor(std::min(a.x, b.x) - reach)));
    const int right = std::min(kSide - 1, static_cast<int>(std::ceil(std::max(a.x, b.x) + reach)));
    const int top = std::max(0, static_cast<int>(std::floor(std::min(a.y, b.y) - reach)));
    const int bottom = std::min(kSide - 1, static_cast<int>(std::ceil(std::max(a.y, b.y) + reach)));
    const double dx = b.x - a.x, dy = b.y - a.y;
    const double squaredLength = dx * dx + dy * dy;
    for (int y = top; y <= bottom; ++y) {
        for (int x = left; x <= right; ++x) {
            const double along = squaredLength > 0 ? std::clamp(((x - a.x) * dx + (y - a.y) * dy) / squaredLength, 0.0, 1.0) : 0;
            const double offX = x - a.x - along * dx, offY = y - a.y - along * dy;
            auto &nearest = squaredDistance[static_cast<std::size_t>(y * kSide + x)];
            nearest = std::min(nearest, offX * offX + offY * offY);
        }
    }
}

Pixels drawDigit(int digit, Rng &rng) {
    Glyph glyph = glyphOf(digit, rng.uniform());
    const Hand hand = drawHand(rng);
    std::vector<double> squaredDistance(kSide * kSide, 1e9);
    for (Stroke &stroke : glyph) {
        Point last{-1, -1};
        Point moved{};
        for (Point &point : stroke) {
            const bool isCorner = point.x == last.x && point.y == last.y;  // both points of a corner move together
            last = point;
            if (!isCorner) {
                moved = {point.x + rng.uniform(-0.025, 0.025), point.y + rng.uniform(-0.025, 0.025)};
            }
            point = moved;
        }
        const Stroke curve = smooth(stroke);
        for (std::size_t i = 0; i + 1 < curve.size(); ++i) {
            drawSegment(place(curve[i], hand), place(curve[i + 1], hand), hand.radius + hand.softness, squaredDistance);
        }
    }
    Pixels pixels(kSide * kSide);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const double cover = std::clamp(0.5 + (hand.radius - std::sqrt(squaredDistance[i])) / hand.softness, 0.0, 1.0);
        pixels[i] = static_cast<std::uint8_t>(std::lround(255 * hand.ink * cover));
    }
    return pixels;
}

}  // namespace

LabelledImages makeDigits(std::int64_t count, std::uint64_t seed) {
    Rng order(seed);
    LabelledImages digits;
    digits.images.shape = {1, kSide, kSide};
    digits.images.bytes.reserve(static_cast<std::size_t>(count) * kSide * kSide);
    for (const std::int64_t slot : drawWithoutReplacement(count, count, order)) {
        const int digit = static_cast<int>(slot % 10);
        Rng rng(seed * 1000003 + static_cast<std::uint64_t>(slot));
        digits.images.append(drawDigit(digit, rng));
        digits.labels.push_back(digit);
    }
    return digits;
}

}  // namespace metamer
