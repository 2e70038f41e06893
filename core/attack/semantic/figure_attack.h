#pragma once
// Private to the libraries that use LibTorch: includes torch.

#include "core/attack/semantic/donor_placer.h"
#include "core/attack/semantic/drawing_traits.h"

namespace metamer {

/// How an attack draws a placed figure over a source inside its ball. Everything here has light ink.
class FigureRenderer {
public:
    virtual ~FigureRenderer() = default;

    /// What is expensive to show over this source.
    virtual InkCost costOf(const InkPlane &source) const = 0;

    /// The styles by name, the one for the first round of choice first.
    virtual const std::vector<std::string> &styles() const = 0;

    /// The source changed towards the figure, within the budget.
    virtual Pixels render(const std::string &style, const Pixels &source, const InkPlane &figure, const ImageShape &shape) const = 0;

    /// The brightest that new ink gets, in grey levels: 1 .. 255.
    virtual int brightestNewInk() const = 0;

    /// The same renderer with larger budgets, rising, to find what would have been enough; with their eps as text.
    virtual std::vector<std::pair<std::string, std::unique_ptr<FigureRenderer>>> larger() const = 0;
};

/// Draws figures of other classes over a source and lets the selector choose: the cheapest donors of each class are laid
/// over the source and drawn in one style; the forty most convincing may bend and are drawn in every style; the best three
/// are varied by small random steps, three times. The score of a drawing joins what the selector reads in it with its traits.
class FigureAttack final : public Attack {
public:
    FigureAttack(const AttackSetup &setup, std::unique_ptr<FigureRenderer> renderer);

    std::vector<Candidate> perturb(std::span<const std::uint8_t> source, int label, const StopToken &stop) override;

private:
    struct Drawing;

    void judge(std::vector<Drawing> &drawings, const Pixels &source, int label) const;
    std::vector<ProxyReading> readFigures(const std::vector<Pixels> &images, int brightestNewInk) const;
    double priceOf(const DrawingTraits &traits) const;
    std::vector<Drawing> drawn(std::vector<Drawing> first, const Pixels &source, int label, const InkCost &cost, std::uint64_t seed,
                               const StopToken &stop) const;
    Candidate chosen(const std::vector<Drawing> &drawings, const Pixels &source, int label) const;
    void explainFailure(Candidate &candidate, const Drawing &best, const Pixels &source, int label) const;

    AttackSetup m_setup;
    std::unique_ptr<FigureRenderer> m_renderer;
    DonorPlacer m_placer;
};

/// The parameters that every attack of this kind takes.
std::vector<Parameter> figureParameters();

}  // namespace metamer
