#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/base/rng.h"
#include "core/image/image.h"

namespace metamer {

/// One plane of ink: [H * W] in 0 .. 1, row by row, 1 the full ink.
using InkPlane = std::vector<float>;

/// Where a donor's figure is laid over a source: pixel p of the source, counted from the centre, shows the donor at
/// M p + shift + bend(p), with M = rotation * (scales, slant). `bend` is a smooth field of shifts in pixels, given at 4 x 4
/// knots over the image and linear in between.
struct Placement {
    static constexpr int kKnots = 4;

    double rotation = 0;   ///< degrees
    double scaleX = 1, scaleY = 1;
    double slant = 0;
    double shiftX = 0, shiftY = 0;   ///< px
    std::array<float, 2 * kKnots * kKnots> bend{};   ///< x of all knots, then y

    bool isBent() const;
    std::string toJson() const;
};

/// The ink of bytes with light ink on dark ground.
InkPlane inkOf(std::span<const std::uint8_t> pixels);

/// A donor that can be read between its pixels; zeros outside.
class DonorPlane {
public:
    DonorPlane(const ImageShape &shape, std::span<const std::uint8_t> donor);

    /// The donor as placed, [H * W]; bilinear.
    void place(const Placement &placement, InkPlane &out) const;

private:
    int m_height, m_width, m_stride;
    InkPlane m_padded;   ///< with a margin wide enough for any clamped coordinate
};

/// What it costs to show a donor over a source: ink of the source that lies outside the donor and cannot be taken away
/// (residue), and `addWeight` times the donor's ink that the source lacks.
class InkCost {
public:
    /// Inside an Linf ball: removed ink keeps 1 - eps of its brightness while added ink reaches only eps, so residue weighs
    /// more. Ink under eps can be taken away; ink over 1 - 2 eps can be lifted to the brightness of dimmed strokes.
    static InkCost insideLinf(const InkPlane &source, double eps, double addWeight);

    /// Where both cost what they measure: each full pixel 1.
    static InkCost plain(const InkPlane &source, double addWeight);

    double of(const InkPlane &placedDonor) const;

    /// Ink that stays where the donor has none, 0 .. 1 a pixel, and how much of the donor's ink is there already, 0 .. 1.
    const InkPlane &stays() const { return m_stays; }
    const InkPlane &present() const { return m_present; }
    double addWeight() const { return m_addWeight; }

private:
    InkCost(InkPlane stays, InkPlane present, double addWeight);

    InkPlane m_stays, m_present;
    double m_staysSum = 0, m_addWeight;
};

/// Improves a placement by random steps that shrink where they do not help. Same numbers from `rng`, same result.
struct Refinement {
    int rounds = 14;
    int proposals = 6;
    bool bends = false;   ///< moves the knots of `bend` too, by at most 2 px
};
struct Refined {
    Placement placement;
    double cost = 0;
};
Refined refined(const DonorPlane &donor, const InkCost &cost, Placement start, const Refinement &how, Rng &rng);

/// One random step of size `scale` (1: 4 degrees, 6 % of size, 0.7 px).
Placement stepped(const Placement &from, double scale, bool bends, Rng &rng);

}  // namespace metamer
