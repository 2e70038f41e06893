#pragma once

#include <string>
#include <vector>

#include "core/attack/semantic/figure.h"

namespace metamer {

/// The styles of `linf-semantic`, by name: what each draws is said in linf_styles.cpp.
const std::vector<std::string> &linfStyles();

/// Draws the placed donor over the source (light ink) in the style of that name, within `greyLevels` of it.
Pixels renderLinf(const std::string &style, std::span<const std::uint8_t> source, const InkPlane &donor, const ImageShape &shape, int greyLevels);

}  // namespace metamer
