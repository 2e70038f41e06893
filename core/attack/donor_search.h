#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <vector>

#include <torch/torch.h>

#include "core/attack/components.h"

namespace metamer {

/// A shift in pixels and a rotation in degrees (counter-clockwise on the screen is negative, y points down).
struct Alignment {
    double shiftX = 0;
    double shiftY = 0;
    double rotation = 0;
};

/// Rotates about the centre, then shifts. The inverse of an alignment undoes exactly that map.
/// `images` [N, C, H, W], one alignment an image; bilinear, zeros outside.
torch::Tensor warp(const torch::Tensor &images, const std::vector<Alignment> &alignments, bool isInverse);

/// The nearest donor of a class to any version of a source.
struct NearestDonor {
    std::int64_t index = -1;    ///< row in the donor set
    std::size_t version = 0;    ///< which version of the source
    double squaredDistance = 0; ///< Euclidean, in units of the full pixel range
};

/// Exact nearest-neighbour search. Each image is taken as its 64 leading principal components and the length of what they
/// leave out: distances between those are never longer than the true ones (the basis is orthonormal, and lengths differ by
/// at most the distance), so a matrix product a twelfth the size rules out nearly every donor, and the few pairs that are
/// left are compared pixel by pixel.
class DonorSearch {
public:
    /// Keeps 272 bytes a donor on the device. The donors must outlive the search.
    DonorSearch(const LabelledImages &donors, torch::Device device);

    /// For each of `labels` the donor of that class that is nearest to any row of `versions` [V, C * H * W]; of equals the
    /// lowest row, then the lowest version. Index -1 where a class has no donor.
    std::vector<NearestDonor> nearest(const torch::Tensor &versions, const std::vector<int> &labels) const;

    /// One donor as [1, C, H, W] in [0, 1].
    torch::Tensor donor(std::int64_t index) const;

private:
    struct ClassBlock {
        ClassRows members;
        torch::Tensor shortRows;   ///< [N, K + 3]: components, length of the rest, square of both, one
    };
    /// [N, K + 1] and [N, 1] of images [N, D]: components and length of the rest, and the square of both.
    std::pair<torch::Tensor, torch::Tensor> shortened(const torch::Tensor &rows) const;
    const ClassBlock *blockOf(int label) const;
    /// Of the pairs of one donor with all versions, those that their bounds do not rule out, pixel by pixel.
    void compareRow(std::int64_t donor, const float *pairBounds, const torch::Tensor &versions, NearestDonor &nearest) const;
    NearestDonor nearestIn(const ClassBlock &block, const torch::Tensor &bounds, const torch::Tensor &versions, const torch::Tensor &shortVersions) const;

    const LabelledImages &m_donors;
    torch::Device m_device;
    LeadingComponents m_leading;
    std::vector<ClassBlock> m_classes;
};

}  // namespace metamer
