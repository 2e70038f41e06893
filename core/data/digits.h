#pragma once

#include <cstdint>

#include "core/image/image.h"

namespace metamer {

constexpr std::int64_t kDigitsTrainCount = 6000;
constexpr std::int64_t kDigitsTestCount = 1000;

/// The built-in data set `builtin:digits`: `count` stroke-drawn digits, 28x28, grey, white ink on black, classes in
/// equal shares and random order. Each has its own writing style (with or without serif, bar, loop ...), affine and
/// elastic variation, pen thickness and ink. The same seed gives the same bytes everywhere.
LabelledImages makeDigits(std::int64_t count, std::uint64_t seed);

}  // namespace metamer
