#include "core/attack/invariance/l2_semantic.h"

#include <algorithm>

#include <torch/torch.h>

#include "core/attack/semantic/figure_attack.h"
#include "core/base/text.h"

namespace metamer {
namespace {

/// A style: how bright the figure is drawn, and whether the source's ink outside it stays.
struct L2Style {
    std::string name;
    float level;
    bool keepsResidue;
};

const std::vector<L2Style> kStyles = {{"dimmed", 0.7f, false}, {"full", 1, false}, {"faint", 0.5f, false}, {"added", 0.8f, true}, {"added-faint", 0.55f, true}};

class L2Renderer final : public FigureRenderer {
public:
    L2Renderer(double eps, double addWeight) : m_eps(eps), m_addWeight(addWeight) {}

    InkCost costOf(const InkPlane &source) const override { return InkCost::plain(source, m_addWeight); }

    const std::vector<std::string> &styles() const override {
        static const std::vector<std::string> names = [] {
            std::vector<std::string> all;
            for (const L2Style &style : kStyles) {
                all.push_back(style.name);
            }
            return all;
        }();
        return names;
    }

    Pixels render(const std::string &name, const Pixels &source, const InkPlane &figure, const ImageShape &) const override {
        const L2Style &style = *std::find_if(kStyles.begin(), kStyles.end(), [&](const L2Style &known) { return known.name == name; });
        InkPlane wanted(figure);
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const float ink = static_cast<float>(source[i]) / 255.0f, drawn = std::clamp((figure[i] - 0.18f) / 0.42f, 0.0f, 1.0f);
            wanted[i] = style.keepsResidue ? std::max(ink, style.level * drawn) : std::min(1.0f, style.level * drawn);
        }
        return movedTowards(source, wanted, m_eps);
    }

    int brightestNewInk() const override { return 255; }

    std::vector<std::pair<std::string, std::unique_ptr<FigureRenderer>>> larger() const override {
        std::vector<std::pair<std::string, std::unique_ptr<FigureRenderer>>> renderers;
        for (double eps = m_eps * 1.1; eps < m_eps * 4; eps *= 1.1) {
            const std::string text = formatNumber(eps);
            renderers.emplace_back(text, std::make_unique<L2Renderer>(std::stod(text), m_addWeight));
        }
        return renderers;
    }

private:
    double m_eps, m_addWeight;
};

}  // namespace

AttackInfo l2SemanticInfo() {
    auto parameters = figureParameters();
    for (Parameter &parameter : parameters) {
        if (parameter.name == "add-weight") {
            parameter.defaultValue = "0.8";
        }
    }
    return {"l2-semantic",
            "L2, similar figure",
            "invariance",
            "Moves the source towards a figure of another class that differs little from it, as far as an L2 ball goes.",
            "Metamer",
            {Norm::L2},
            ParameterSchema(parameters),
            "4",
            "any",
            true,
            true};
}

std::unique_ptr<Attack> makeL2Semantic(const AttackSetup &setup) {
    return std::make_unique<FigureAttack>(setup, std::make_unique<L2Renderer>(setup.budget.eps(), setup.values.real("add-weight")));
}

}  // namespace metamer
