#pragma once

#include <filesystem>

#include "core/image/image.h"

namespace metamer {

/// Reads an IDX image file (magic 2051: N, H, W, then uint8 rows), plain or gzip.
/// Throws Error(BadInput) if the file is cut short, longer than its header says, or of another kind.
/// Source: the format's description on the MNIST page, LeCun, Cortes and Burges.
ImageSet readIdxImages(const std::filesystem::path &path);

/// Reads an IDX label file (magic 2049: N, then uint8), plain or gzip. Throws as readIdxImages.
std::vector<int> readIdxLabels(const std::filesystem::path &path);

/// Reads a pair of them and checks that the counts agree.
LabelledImages readIdxPair(const std::filesystem::path &images, const std::filesystem::path &labels);

}  // namespace metamer
