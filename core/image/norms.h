#pragma once

#include <cstdint>
#include <span>

#include "core/base/budget.h"
#include "core/base/records.h"

namespace metamer {

/// Norms of the difference between two images of `shape`, from their bytes.
ByteNorms measureNorms(const ImageShape &shape, std::span<const std::uint8_t> source,
                       std::span<const std::uint8_t> perturbed);

/// True if a perturbation with these norms lies inside the budget. Integer arithmetic for Linf and L0; for L2 and L1
/// the integer sums are compared with eps * 255, with no tolerance.
bool isWithin(const ByteNorms &norms, const Budget &budget);

/// How far over the budget a perturbation is, in words: "one grey level over (103 of 102)". Empty if it is within.
std::string describeExcess(const ByteNorms &norms, const Budget &budget);

}  // namespace metamer
