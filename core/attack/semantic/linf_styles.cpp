#include "core/attack/semantic/linf_styles.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/image/ball.h"

namespace metamer {
namespace {

struct Scene {
    const InkPlane &source;
    const InkPlane &donor;
    const ImageShape &shape;
    float eps;
};

/// How much a pixel belongs to the figure, 0 .. 1: the donor's ink with its grey edge made steeper, and the source's own
/// edge where it borders on that, so that old strokes keep a smooth outline.
InkPlane figureOf(const Scene &scene) {
    InkPlane figure(scene.donor);
    for (float &value : figure) {
        value = std::clamp((value - 0.18f) / 0.42f, 0.0f, 1.0f);
    }
    const InkPlane near = widened(widened(figure, scene.shape, 1.0f), scene.shape, 1.0f);
    for (std::size_t i = 0; i < figure.size(); ++i) {
        figure[i] = std::max(figure[i], near[i] * scene.source[i]);
    }
    return figure;
}

InkPlane times(InkPlane figure, float level) {
    for (float &value : figure) {
        value *= level;
    }
    return figure;
}

/// The donor's own ink.
InkPlane plain(const Scene &scene) { return scene.donor; }

/// Old strokes dimmed to 1 - eps, so that new ones at eps look nearly as bright.
InkPlane even(const Scene &scene) { return times(figureOf(scene), 1 - scene.eps); }

/// Even, with gaps between figure and residue closed: what cannot go away becomes part of a wider stroke.
InkPlane closed(const Scene &scene) {
    InkPlane all = figureOf(scene);
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = std::max(all[i], scene.source[i] > 0.75f ? 1.0f : 0.0f);
    }
    const InkPlane shut = narrowed(widened(all, scene.shape, 1.0f), scene.shape);
    InkPlane drawn(all);
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        drawn[i] = std::max(all[i], shut[i]) * (1 - scene.eps);
    }
    return drawn;
}

struct Style {
    std::string name;
    InkPlane (*wanted)(const Scene &scene);
};

const std::vector<Style> kStyles = {{"even", even}, {"plain", plain}, {"closed", closed}};

}  // namespace

const std::vector<std::string> &linfStyles() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const Style &style : kStyles) {
            all.push_back(style.name);
        }
        return all;
    }();
    return names;
}

Pixels renderLinf(const std::string &style, std::span<const std::uint8_t> source, const InkPlane &donor, const ImageShape &shape, int greyLevels) {
    const auto found = std::find_if(kStyles.begin(), kStyles.end(), [&](const Style &known) { return known.name == style; });
    assert(found != kStyles.end());
    const InkPlane ink = inkOf(source);
    const InkPlane wanted = found->wanted({ink, donor, shape, static_cast<float>(greyLevels) / 255.0f});
    Pixels pixels(source.size());
    for (std::size_t i = 0; i < source.size(); ++i) {
        pixels[i] = clampToBall(static_cast<int>(std::lround(wanted[i] * 255)), source[i], greyLevels);
    }
    return pixels;
}

}  // namespace metamer
