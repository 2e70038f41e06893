#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/attack/semantic/figure.h"

namespace metamer {

/// A binarised image: 1 where a byte is 128 or more, as the paper's L0 counts.
using InkMask = std::vector<std::uint8_t>;

InkMask inkMask(std::span<const std::uint8_t> pixels);
InkMask inkMask(const InkPlane &plane);

/// The figure of `mask` drawn with strokes of at most two pixels that lie inside it: its skeleton, and below and to the
/// right of that. Source of the skeleton: Zhang and Suen, "A fast parallel algorithm for thinning digital patterns", 1984.
InkMask thinned(const InkMask &mask, const ImageShape &shape);

/// Pixels to be toggled, each set one stroke (connected, all added or all removed), the largest first, none under `least`.
std::vector<std::vector<int>> strokesBetween(const InkMask &source, const InkMask &wanted, const ImageShape &shape, std::size_t least);

/// The source with some pixels toggled: 255 where ink comes, 0 where it goes, its own bytes elsewhere, so that the count of
/// changed bytes and that of changed binary pixels agree.
Pixels withToggles(std::span<const std::uint8_t> source, const std::vector<std::uint8_t> &isToggled);

/// Specks of ink and pin-holes that `binary` has and a clean image has not: connected sets of ink under 6 pixels and of
/// ground under 2, less those of the source.
int specks(const InkMask &binary, const InkMask &source, const ImageShape &shape);

}  // namespace metamer
