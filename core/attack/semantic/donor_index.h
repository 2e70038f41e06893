#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <vector>

#include <torch/torch.h>

#include "core/attack/components.h"
#include "core/attack/semantic/placement.h"

namespace metamer {

/// A donor with a first guess at where to lay it.
struct PlacedDonor {
    std::int64_t index = -1;   ///< row in the donor set
    int classIndex = 0;
    Placement placement;
    double cost = 0;           ///< of InkCost, in pixels of full ink
};

/// Finds the donors that cost least over a source. The source is transformed instead of the donors: 9 rotations up to 24
/// degrees, 3 scales and 25 shifts make 675 weight images, and the cost of all donors is one matrix product with them. That
/// product is first taken in the 64 leading principal components of the donors; the 64 best of a class by it are then
/// priced exactly. Donors whose holes are not those of their class cost more.
class DonorIndex {
public:
    /// `donors` with light ink on dark ground; must outlive the index. 270 bytes a donor on the device.
    DonorIndex(const LabelledImages &donors, torch::Device device, std::int64_t seed);

    /// The `perClass` cheapest donors of each of `classes`, cheapest first within a class; ties by row.
    std::vector<PlacedDonor> cheapest(const InkCost &cost, const std::vector<int> &classes, int perClass) const;

private:
    struct ClassBlock {
        ClassRows members;
        torch::Tensor shortRows;   ///< [N, K + 3]: components, ink in full pixels, one, price of odd holes in pixels
    };

    /// The donors of a short list with their exact least cost, the cheapest `most`. `turned` [D, V] and `inkPrice` [1, V] as `cheapest` makes them.
    std::vector<PlacedDonor> priced(const ClassBlock &block, const torch::Tensor &shortList, const torch::Tensor &turned, const torch::Tensor &inkPrice,
                                    const torch::Tensor &stays, int most) const;

    const LabelledImages &m_donors;
    torch::Device m_device;
    std::vector<Placement> m_grid;
    torch::Tensor m_seenFrom; ///< [V, H, W, 2] where each weight image reads the source
    torch::Tensor m_areas;    ///< [V] area of a source pixel in the weight image
    LeadingComponents m_leading;
    std::vector<ClassBlock> m_classes;
};

}  // namespace metamer
