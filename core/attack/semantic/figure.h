#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/attack/semantic/placement.h"

namespace metamer {

/// Greatest of each pixel's 3 x 3 neighbours and itself, those on the diagonals counting `diagonal` of their ink.
InkPlane widened(const InkPlane &ink, const ImageShape &shape, float diagonal = 0.7f);

/// Least of the 3 x 3 neighbours and itself, zeros outside.
InkPlane narrowed(const InkPlane &ink, const ImageShape &shape);

/// What a figure measures where it has more than `threshold` of ink.
struct FigureSize {
    double halfWidth = 0;   ///< greatest distance from inside to the ground, px: half the widest stroke
    int area = 0;           ///< px
};
FigureSize measureFigure(const InkPlane &ink, const ImageShape &shape, float threshold);

/// How wide and how large real figures get: the 98th percentile of each over up to 600 images with light ink.
FigureSize usualFigure(const LabelledImages &images);

/// Connected sets of pixels (8 neighbours) where `mask` is not 0; each as pixel numbers, rising; the largest set first.
std::vector<std::vector<int>> connectedSets(std::span<const std::uint8_t> mask, const ImageShape &shape);

/// How many holes a figure has where it has more than `threshold` of ink: connected sets of at least `leastArea` pixels of
/// ground that do not reach the border of the image.
int holesOf(const InkPlane &ink, const ImageShape &shape, float threshold, std::size_t leastArea = 2);

/// True if the ink of a data set is dark on light ground, by the median of its images' borders.
bool hasDarkInk(const ImageSet &images);

/// Grey levels of `full` and more as full ink, what is darker in proportion.
Pixels brightened(const Pixels &pixels, int full);

/// Ink as people see it who do not look closely: trails of ink count as ink, and gaps of a pixel or two between
/// strokes are closed, holes of figures are not.
Pixels withGapsClosed(const Pixels &pixels, const ImageShape &shape);

/// Light for dark.
Pixels negative(std::span<const std::uint8_t> pixels);

}  // namespace metamer
