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

/// Where there is old ink, or a neighbour with old ink.
InkPlane reachOf(const InkPlane &source, const ImageShape &shape) {
    InkPlane strokes(source.size());
    std::transform(source.begin(), source.end(), strokes.begin(), [](float ink) { return ink > kStroke ? 1.0f : 0.0f; });
    return widened(strokes, shape, 1.0f);
}

}  // namespace

DrawingTraits traitsOf(const InkPlane &source, const InkPlane &drawn, const InkPlane &figure, const FigureSize &usual, const ImageShape &shape) {
    const InkPlane reach = reachOf(source, shape);
    Region kept, made, residue;
    double added = 0, addedAlongside = 0;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        const double share = static_cast<double>(figure[i]), outside = std::max(0.0, 1 - 2 * share);
        const double more = std::max(0.0, static_cast<double>(drawn[i] - source[i]));
        added += more;
        addedAlongside += static_cast<double>(reach[i]) * more;
        if (source[i] > 0.5f) {
            kept.add(share, drawn[i]);
            residue.add(outside, drawn[i]);
        } else {
            made.add(share, drawn[i]);
        }
    }
    const int holes = holesOf(drawn, shape, kSeen);
    const FigureSize seen = measureFigure(drawn, shape, kSeen), body = measureFigure(drawn, shape, kStroke * *std::max_element(drawn.begin(), drawn.end()));
    DrawingTraits traits;
    traits.holesBeyond = std::clamp(holes - holesOf(figure, shape, kStroke), 0, 2);
    traits.gainsHole = holes > holesOf(source, shape, kStroke);
    traits.wider = std::max(0.0, seen.halfWidth - measureFigure(source, shape, kStroke).halfWidth);
    traits.newArea = made.area;
    traits.alongside = addedAlongside / std::max(1e-6, added);
    if (kept.area > 0 && made.area > 0) {
        traits.dark = made.area / (made.area + kept.area) * std::max(0.0, 1 - made.mean() / std::max(0.01, kept.mean()));
    }
    if (residue.area >= 2) {
        traits.standsOut = std::max(0.0, kept.mean() - residue.mean());
    }
    traits.blot = std::max(0.0, body.halfWidth - usual.halfWidth) + 0.012 * std::max(0, body.area - usual.area);
    return traits;
}

}  // namespace metamer
