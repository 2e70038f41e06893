#pragma once

#include "core/attack/semantic/figure.h"

namespace metamer {

/// What of a drawing tells whether people take it for its figure, beside what a proxy reads in it. How much each matters was
/// fitted to 2,004 drawings that an automatic reader of pictures had named (docs/attacks.md).
struct DrawingTraits {
    int holesBeyond = 0;     ///< holes that the figure does not have, at most 2
    bool gainsHole = false;  ///< a hole that the source does not have
    double wider = 0;        ///< half the widest stroke, beyond that of the source, px
    double newArea = 0;      ///< of the figure that is not old ink, px
    double alongside = 0;    ///< share of the added ink that touches old ink, 0 .. 1: thickens strokes instead of making new ones
    double dark = 0;         ///< share of the figure that is new, times how much darker it is than the old, 0 .. 1
    double standsOut = 0;    ///< how much brighter old ink is inside the figure than outside, 0 .. 1
    double blot = 0;         ///< half-width, and 0.012 times the area, beyond those of real figures, px
};

/// Measures drawings over one source, of which what they are set against is measured once. Everything with light ink.
class TraitMeasure {
public:
    /// `usual`: how wide and how large real figures get.
    TraitMeasure(const InkPlane &source, const FigureSize &usual, const ImageShape &shape);

    /// `figure` as it was placed, `drawn` as it came out inside the budget.
    DrawingTraits of(const InkPlane &drawn, const InkPlane &figure) const;

private:
    InkPlane m_source;
    InkPlane m_reach;   ///< 1 where there is old ink, or a neighbour with old ink
    FigureSize m_usual;
    ImageShape m_shape;
    int m_holes;
    double m_halfWidth;
};

}  // namespace metamer
