#include "core/attack/semantic/placement.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/base/json_writer.h"

namespace metamer {
namespace {

constexpr int kMargin = 2;
constexpr double kMostBend = 2;

double symmetric(Rng &rng) { return rng.uniform(-1, 1); }

}  // namespace

bool Placement::isBent() const {
    return std::any_of(bend.begin(), bend.end(), [](float value) { return value != 0; });
}

std::string Placement::toJson() const {
    JsonWriter json;
    json.add("rotation_degrees", rotation).add("scale_x", scaleX).add("scale_y", scaleY).add("slant", slant).add("shift_x", shiftX).add("shift_y", shiftY);
    if (isBent()) {
        std::string knots;
        for (const float value : bend) {
            knots += (knots.empty() ? "" : ",") + std::to_string(value);
        }
        json.addRaw("bend", "[" + knots + "]");
    }
    return json.text();
}

InkPlane inkOf(std::span<const std::uint8_t> pixels) {
    InkPlane ink(pixels.size());
    std::transform(pixels.begin(), pixels.end(), ink.begin(), [](std::uint8_t byte) { return static_cast<float>(byte) / 255.0f; });
    return ink;
}

DonorPlane::DonorPlane(const ImageShape &shape, std::span<const std::uint8_t> donor)
    : m_height(shape.height), m_width(shape.width), m_stride(shape.width + 2 * kMargin),
      m_padded(static_cast<std::size_t>(m_stride) * (shape.height + 2 * kMargin), 0.0f) {
    for (int y = 0; y < m_height; ++y) {
        for (int x = 0; x < m_width; ++x) {
            m_padded[static_cast<std::size_t>((y + kMargin) * m_stride + x + kMargin)] = static_cast<float>(donor[static_cast<std::size_t>(y * m_width + x)]) / 255.0f;
        }
    }
}

void DonorPlane::place(const Placement &placement, InkPlane &out) const {
    out.resize(static_cast<std::size_t>(m_height) * m_width);
    const double angle = placement.rotation * std::numbers::pi / 180, c = std::cos(angle), s = std::sin(angle);
    const auto xx = static_cast<float>(c * placement.scaleX), xy = static_cast<float>(c * placement.slant - s * placement.scaleY);
    const auto yx = static_cast<float>(s * placement.scaleX), yy = static_cast<float>(s * placement.slant + c * placement.scaleY);
    const float halfX = static_cast<float>(m_width - 1) / 2, halfY = static_cast<float>(m_height - 1) / 2;
    const bool isBent = placement.isBent();
    constexpr int kKnots = Placement::kKnots;
    const float mostX = static_cast<float>(m_width) + 0.5f, mostY = static_cast<float>(m_height) + 0.5f;
    for (int y = 0; y < m_height; ++y) {
        const float dy = static_cast<float>(y) - halfY;
        const float startX = xy * dy + halfX + static_cast<float>(placement.shiftX), startY = yy * dy + halfY + static_cast<float>(placement.shiftY);
        std::array<float, 2 * kKnots> rowBend{};   // the knots' shifts at this row
        if (isBent) {
            const float at = static_cast<float>(y) * (kKnots - 1) / static_cast<float>(m_height - 1);
            const int knot = std::min(static_cast<int>(at), kKnots - 2);
            const float share = at - static_cast<float>(knot);
            for (int i = 0; i < kKnots; ++i) {
                for (int axis = 0; axis < 2; ++axis) {
                    const float *knots = placement.bend.data() + axis * kKnots * kKnots + knot * kKnots + i;
                    rowBend[static_cast<std::size_t>(axis * kKnots + i)] = knots[0] + share * (knots[kKnots] - knots[0]);
                }
            }
        }
        float *line = out.data() + static_cast<std::size_t>(y) * m_width;
        for (int x = 0; x < m_width; ++x) {
            const float dx = static_cast<float>(x) - halfX;
            float fromX = startX + xx * dx, fromY = startY + yx * dx;
            if (isBent) {
                const float at = static_cast<float>(x) * (kKnots - 1) / static_cast<float>(m_width - 1);
                const int knot = std::min(static_cast<int>(at), kKnots - 2);
                const float share = at - static_cast<float>(knot);
                const float *bendX = rowBend.data() + knot, *bendY = bendX + kKnots;
                fromX += bendX[0] + share * (bendX[1] - bendX[0]);
                fromY += bendY[0] + share * (bendY[1] - bendY[0]);
            }
            fromX = std::min(std::max(fromX, -1.5f), mostX) + kMargin;
            fromY = std::min(std::max(fromY, -1.5f), mostY) + kMargin;
            const int column = static_cast<int>(fromX), row = static_cast<int>(fromY);
            const float shareX = fromX - static_cast<float>(column), shareY = fromY - static_cast<float>(row);
            const float *upper = m_padded.data() + row * m_stride + column, *lower = upper + m_stride;
            const float above = upper[0] + shareX * (upper[1] - upper[0]), below = lower[0] + shareX * (lower[1] - lower[0]);
            line[x] = above + shareY * (below - above);
        }
    }
}

InkCost::InkCost(InkPlane stays, InkPlane present, double addWeight) : m_stays(std::move(stays)), m_present(std::move(present)), m_addWeight(addWeight) {
    m_staysSum = std::accumulate(m_stays.begin(), m_stays.end(), 0.0);
}

InkCost InkCost::insideLinf(const InkPlane &source, double eps, double addWeight) {
    InkPlane stays(source), present(source);
    const double liftable = std::max(0.1, 1 - 2 * eps);
    for (std::size_t i = 0; i < source.size(); ++i) {
        stays[i] = static_cast<float>(std::max(0.0, source[i] - eps) / std::max(0.05, 1 - eps));
        present[i] = static_cast<float>(std::min(1.0, source[i] / liftable));
    }
    return {std::move(stays), std::move(present), addWeight};
}

InkCost InkCost::plain(const InkPlane &source, double addWeight) { return {source, source, addWeight}; }

double InkCost::of(const InkPlane &placedDonor) const {
    float covered = 0, ink = 0, shared = 0;
    for (std::size_t i = 0; i < placedDonor.size(); ++i) {
        covered += m_stays[i] * placedDonor[i];
        ink += placedDonor[i];
        shared += m_present[i] * placedDonor[i];
    }
    return m_staysSum - covered + m_addWeight * (ink - shared);
}

Placement stepped(const Placement &from, double scale, bool bends, Rng &rng) {
    Placement to = from;
    to.rotation = std::clamp(from.rotation + 4 * scale * symmetric(rng), -32.0, 32.0);
    to.scaleX = std::clamp(from.scaleX * std::exp(0.06 * scale * symmetric(rng)), 0.68, 1.5);
    to.scaleY = std::clamp(from.scaleY * std::exp(0.06 * scale * symmetric(rng)), 0.68, 1.5);
    to.slant = std::clamp(from.slant + 0.06 * scale * symmetric(rng), -0.3, 0.3);
    to.shiftX = std::clamp(from.shiftX + 0.7 * scale * symmetric(rng), -8.0, 8.0);
    to.shiftY = std::clamp(from.shiftY + 0.7 * scale * symmetric(rng), -8.0, 8.0);
    if (bends) {
        const auto knot = rng.below(Placement::kKnots * Placement::kKnots);
        for (const std::size_t at : {knot, knot + Placement::kKnots * Placement::kKnots}) {
            to.bend[at] = static_cast<float>(std::clamp(to.bend[at] + 1.2 * scale * symmetric(rng), -kMostBend, kMostBend));
        }
    }
    return to;
}

Refined refined(const DonorPlane &donor, const InkCost &cost, Placement start, const Refinement &how, Rng &rng) {
    InkPlane plane;
    donor.place(start, plane);
    double least = cost.of(plane);
    double scale = 1;
    for (int round = 0; round < how.rounds; ++round) {
        const Placement from = start;
        bool isBetter = false;
        for (int i = 0; i < how.proposals; ++i) {
            const Placement proposed = stepped(from, scale, how.bends, rng);
            donor.place(proposed, plane);
            const double price = cost.of(plane);
            if (price < least) {
                least = price;
                start = proposed;
                isBetter = true;
            }
        }
        scale *= isBetter ? 1 : 0.75;
    }
    return {start, least};
}

}  // namespace metamer
