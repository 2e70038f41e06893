#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <span>
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

/// Where the pixels of aligned images are read from, [N, H, W, 2], one alignment an image: rotation about the centre, then the
/// shift. The inverse of an alignment undoes exactly that map.
torch::Tensor alignmentGrid(const std::vector<Alignment> &alignments, bool isInverse, std::int64_t height, std::int64_t width, torch::Device device);

/// `images` [N, C, H, W] read through such a grid; bilinear, zeros outside.
torch::Tensor warp(const torch::Tensor &images, const torch::Tensor &grid);

/// The nearest donor of a class to any version of a source.
struct NearestDonor {
    std::int64_t index = -1;    ///< row in the donor set
    std::size_t version = 0;    ///< which version of the source
    double squaredDistance = 0; ///< Euclidean, in units of the full pixel range
};

/// Exact nearest-neighbour search. Each image is taken as its 64 leading principal components and the length of what they
/// leave out: distances between those are never longer than the true ones (the basis is orthonormal, and lengths differ by
/// at most the distance), so a matrix product a twelfth the size rules out nearly every donor. It is taken in two steps: donors
/// are compared with the means of pairs of consecutive versions first, from which those are no farther than half their distance (the
/// triangle inequality), and only donors that this leaves with the versions themselves. Of the pairs that are left most fall to
/// 64 components more, and the rest are compared pixel by pixel.
class DonorSearch {
public:
    /// Keeps 272 bytes a donor on the device and 264 on the host. The donors must outlive the search.
    DonorSearch(const LabelledImages &donors, torch::Device device);

    /// For each of `labels` the donor of that class that is nearest to any row of `versions` [V, C * H * W]; of equals the
    /// lowest row, then the lowest version. Index -1 where a class has no donor. Consecutive versions that are alike make it fast.
    std::vector<NearestDonor> nearest(const torch::Tensor &versions, const std::vector<int> &labels) const;

    /// One donor as [1, C, H, W] in [0, 1].
    torch::Tensor donor(std::int64_t index) const;

private:
    struct ClassBlock {
        ClassRows members;
        torch::Tensor shortRows;   ///< [N, K + 3]: components, length of the rest, square of both, one
        torch::Tensor furtherRows; ///< [N, K + 2] on the host: further components, length of the rest after them and before them
    };
    /// The versions of one source, on the host but for the short ones.
    struct Versions {
        torch::Tensor pixels;       ///< [V, D]
        torch::Tensor furtherRows;  ///< [V, K + 2]
        torch::Tensor right;        ///< [K + 3, V] on the device: a donor's short row times it gives squared distances
        torch::Tensor groups;       ///< [K + 3, G] the same of the means of pairs
        double radius = 0;          ///< no version is farther from its pair's mean
    };
    struct Shortened {
        torch::Tensor parts;     ///< [N, K + 1]: components, length of the rest
        torch::Tensor squares;   ///< [N, 1]: the square of both
        torch::Tensor further;   ///< as furtherRows
    };
    Shortened shortened(const torch::Tensor &rows) const;
    const ClassBlock *blockOf(int label) const;
    Versions prepared(const torch::Tensor &versions) const;

    /// `groupBounds` [N]: for each row of `block` the least squared distance to a group's mean, from below.
    NearestDonor nearestIn(const ClassBlock &block, const torch::Tensor &groupBounds, const Versions &versions) const;

    /// A donor (a row of a block) and a bound of its least squared distance from below.
    struct RowBound {
        std::int64_t row = 0;
        float bound = 0;
    };
    void compareRows(const ClassBlock &block, std::span<const RowBound> rows, const Versions &versions, NearestDonor &nearest) const;

    /// Of the pairs of one donor (a row of `block`) with all versions, those that their bounds do not rule out, pixel by pixel.
    void compareRow(const ClassBlock &block, std::int64_t row, const float *pairBounds, const Versions &versions, NearestDonor &nearest) const;

    const LabelledImages &m_donors;
    torch::Device m_device;
    LeadingComponents m_leading;
    std::vector<ClassBlock> m_classes;
};

}  // namespace metamer
