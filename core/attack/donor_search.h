#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <map>
#include <vector>

#include <torch/torch.h>

#include "core/image/image.h"

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

/// Exact nearest-neighbour search by matrix products over all donors of one class at a time.
class DonorSearch {
public:
    /// Copies the donors to the device, sorted by class; 4 bytes a pixel.
    DonorSearch(const LabelledImages &donors, torch::Device device);

    /// The donor of class `label` that is nearest to any row of `versions` [V, C * H * W]; the lowest index of equals.
    /// Index -1 if the class has no donor. Halves its batch when the device runs out of memory.
    NearestDonor nearest(const torch::Tensor &versions, int label);

    /// One donor as [1, C, H, W] in [0, 1].
    torch::Tensor donor(std::int64_t index) const;

private:
    struct ClassBlock {
        torch::Tensor rows;          ///< [N, D]
        torch::Tensor squaredNorms;  ///< [N]
        std::vector<std::int64_t> indices;
    };
    const LabelledImages &m_donors;
    torch::Device m_device;
    std::map<int, ClassBlock> m_classes;
    std::int64_t m_batch = 8192;
};

}  // namespace metamer
