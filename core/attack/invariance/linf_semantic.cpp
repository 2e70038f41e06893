#include "core/attack/invariance/linf_semantic.h"

#include <algorithm>

#include <torch/torch.h>

#include "core/attack/semantic/figure_attack.h"
#include "core/attack/semantic/linf_styles.h"

namespace metamer {
namespace {

class LinfRenderer final : public FigureRenderer {
public:
    LinfRenderer(int greyLevels, double addWeight) : m_greyLevels(greyLevels), m_addWeight(addWeight) {}

    InkCost costOf(const InkPlane &source) const override { return InkCost::insideLinf(source, m_greyLevels / 255.0, m_addWeight); }
    const std::vector<std::string> &styles() const override { return linfStyles(); }

    Pixels render(const std::string &style, const Pixels &source, const InkPlane &figure, const ImageShape &shape) const override {
        return renderLinf(style, source, figure, shape, m_greyLevels);
    }

    int brightestNewInk() const override { return m_greyLevels; }

    std::vector<std::pair<std::string, std::unique_ptr<FigureRenderer>>> larger() const override {
        std::vector<std::pair<std::string, std::unique_ptr<FigureRenderer>>> renderers;
        constexpr int kStep = 5;
        for (int levels = m_greyLevels + kStep; levels < 255; levels += kStep) {
            renderers.emplace_back(std::to_string(levels) + "/255", std::make_unique<LinfRenderer>(levels, m_addWeight));
        }
        return renderers;
    }

private:
    int m_greyLevels;
    double m_addWeight;
};

}  // namespace

AttackInfo linfSemanticInfo() {
    return {"linf-semantic",
            "Linf, containing figure",
            "invariance",
            "Draws a figure of another class that contains the source's strokes, with even ink, inside the ball.",
            "Metamer; what the manual attack of Tramèr et al., ICML 2020, does by hand",
            {Norm::Linf},
            ParameterSchema(figureParameters()),
            "0.4",
            "any",
            true,
            true};
}

std::unique_ptr<Attack> makeLinfSemantic(const AttackSetup &setup) {
    return std::make_unique<FigureAttack>(setup, std::make_unique<LinfRenderer>(setup.budget.greyLevels(), setup.values.real("add-weight")));
}

}  // namespace metamer
