#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include <functional>

#include "core/attack/attack.h"
#include "core/attack/semantic/donor_index.h"
#include "core/attack/semantic/figure.h"

namespace metamer {

/// What attacks that lay donors over sources share: donors with light ink, the search, the refinement, and the selector.
/// Inside, ink is always light on dark ground; images of a data set with dark ink are turned over on the way in and out.
class DonorPlacer {
public:
    /// Throws Error(Usage) for images with more than one channel.
    explicit DonorPlacer(const AttackSetup &setup);

    const ImageShape &shape() const { return m_donors.images.shape; }

    /// An image of the data set with light ink, and back.
    Pixels lightInk(std::span<const std::uint8_t> given) const;
    Pixels asGiven(const Pixels &lightInk) const { return m_isDark ? negative(lightInk) : lightInk; }

    /// The `perClass` cheapest donors of each class, each where it costs least: coarse search, then random steps.
    std::vector<PlacedDonor> place(const InkCost &cost, const std::vector<int> &classes, int perClass, std::uint64_t seed) const;

    /// Lets the donors bend as well, by up to 2 px, where that costs less.
    void bend(std::vector<PlacedDonor> &placed, const InkCost &cost, std::uint64_t seed) const;

    /// A donor as placed.
    InkPlane planeOf(const PlacedDonor &placed) const;
    Pixels alignedDonor(const PlacedDonor &placed) const;   ///< as the data set has its ink

    /// What the selector says of images with light ink.
    std::vector<ProxyReading> read(const std::vector<Pixels> &images) const;

    /// The same of images and of what `second` makes of each (called from several threads), joined: each reading has a veto.
    std::vector<ProxyReading> readTwice(const std::vector<Pixels> &images, const std::function<Pixels(const Pixels &)> &second) const;

    /// A seed that depends on the run's seed and the source alone, so that a resumed run makes the same bytes.
    std::uint64_t seedOf(const Pixels &source) const;

    /// Widths and areas of real figures.
    const FigureSize &usual() const { return m_usual; }

private:
    void refineAll(std::vector<PlacedDonor> &placed, const InkCost &cost, const Refinement &how, std::uint64_t seed) const;

    std::int64_t m_seed;
    std::shared_ptr<const OracleProxy> m_selector;
    bool m_isDark;
    LabelledImages m_donors;
    DonorIndex m_index;
    FigureSize m_usual;
};

}  // namespace metamer
