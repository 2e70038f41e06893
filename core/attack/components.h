#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <torch/torch.h>

#include "core/image/image.h"

namespace metamer {

/// The directions in which images differ most.
struct LeadingComponents {
    torch::Tensor mean;    ///< [D]
    torch::Tensor basis;   ///< [D, K], orthonormal columns
};

/// The `count` leading principal components of images (in [0, 1]), from up to 8,192 of them spread evenly; K is at most D.
/// Randomised subspace iteration, so that large images cost no more than small ones. Same seed, same components.
/// Source: Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 2011, algorithm 4.4.
LeadingComponents leadingComponents(const ImageSet &images, std::int64_t count, torch::Device device, std::int64_t seed);

/// The least entry of each row of left [N, K] times right [K, V], without ever holding the whole product. [N] on the device
/// of `left`. On a GPU in tiles of rows, halved when its memory runs out.
torch::Tensor rowMinimaOfProduct(const torch::Tensor &left, const torch::Tensor &right);

/// Images of one class, in the order of the set.
struct ClassRows {
    int label = 0;
    std::vector<std::int64_t> indices;   ///< rows in the set
};

/// The set's images by class, classes rising.
std::vector<ClassRows> rowsByClass(const LabelledImages &images);

/// Some images as rows [N, D] in [0, 1].
torch::Tensor flatRows(const ImageSet &images, const std::vector<std::int64_t> &indices, torch::Device device);

}  // namespace metamer
