#include "core/attack/semantic/drawing_traits.h"

#include <algorithm>

namespace metamer {
namespace {

constexpr float kSeen = 0.12f;    // ink that is seen as ink
constexpr float kStroke = 0.4f;   // ink of a stroke's body

/// A sum of ink over a region, and the region's size.
struct Region {
    double ink = 0, area = 0;

    void add(double share, float value) {
        ink += share * static_cast<double>(value);
        area += share;
    }
    double mean() const { return ink / std::max(1e-6, area); }
};

InkPlane reachOf(const InkPlane &source, const ImageShape &shape) {
    InkPlane strokes(source.size());
    std::transform(source.begin(), source.end(), strokes.begin(), [](float ink) { return ink > kStroke ? 1.0f : 0.0f; });
    return widened(strokes, shape, 1.0f);
}

}  // namespace

TraitMeasure::TraitMeasure(const InkPlane &source, const FigureSize &usual, const ImageShape &shape)
    : m_source(source), m_reach(reachOf(source, shape)), m_usual(usual), m_shape(shape), m_holes(holesOf(source, shape, kStroke)),
      m_halfWidth(measureFigure(source, shape, kStroke).halfWidth) {}

DrawingTraits TraitMeasure::of(const InkPlane &drawn, const InkPlane &figure) const {
    Region kept, made, residue;
    double added = 0, addedAlongside = 0;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        const double share = static_cast<double>(figure[i]), outside = std::max(0.0, 1 - 2 * share);
        const double more = std::max(0.0, static_cast<double>(drawn[i] - m_source[i]));
        added += more;
        addedAlongside += static_cast<double>(m_reach[i]) * more;
        if (m_source[i] > 0.5f) {
            kept.add(share, drawn[i]);
            residue.add(outside, drawn[i]);
        } else {
            made.add(share, drawn[i]);
        }
    }
    const int holes = holesOf(drawn, m_shape, kSeen);
    const FigureSize seen = measureFigure(drawn, m_shape, kSeen), body = measureFigure(drawn, m_shape, kStroke * *std::max_element(drawn.begin(), drawn.end()));
    DrawingTraits traits;
    traits.holesBeyond = std::clamp(holes - holesOf(figure, m_shape, kStroke), 0, 2);
    traits.gainsHole = holes > m_holes;
    traits.wider = std::max(0.0, seen.halfWidth - m_halfWidth);
    traits.newArea = made.area;
    traits.alongside = addedAlongside / std::max(1e-6, added);
    if (kept.area > 0 && made.area > 0) {
        traits.dark = made.area / (made.area + kept.area) * std::max(0.0, 1 - made.mean() / std::max(0.01, kept.mean()));
    }
    if (residue.area >= 2) {
        traits.standsOut = std::max(0.0, kept.mean() - residue.mean());
    }
    traits.blot = std::max(0.0, body.halfWidth - m_usual.halfWidth) + 0.012 * std::max(0, body.area - m_usual.area);
    return traits;
}

}  // namespace metamer
