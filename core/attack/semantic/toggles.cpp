#include "core/attack/semantic/toggles.h"

#include <algorithm>
#include <array>

namespace metamer {
namespace {

int smallSets(const InkMask &mask, const ImageShape &shape, std::size_t below) {
    const auto sets = connectedSets(mask, shape);
    return static_cast<int>(std::count_if(sets.begin(), sets.end(), [&](const auto &set) { return set.size() < below; }));
}

InkMask turnedOver(InkMask mask) {
    for (std::uint8_t &value : mask) {
        value = value == 0 ? 1 : 0;
    }
    return mask;
}

/// One pass of Zhang and Suen's thinning; whether it took anything away.
bool thinOnce(InkMask &mask, const ImageShape &shape, bool isSecond) {
    const auto at = [&](int x, int y) { return x >= 0 && y >= 0 && x < shape.width && y < shape.height && mask[static_cast<std::size_t>(y * shape.width + x)] != 0 ? 1 : 0; };
    std::vector<std::size_t> taken;
    for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
            if (at(x, y) == 0) {
                continue;
            }
            // From the pixel above, clockwise: p2 ... p9.
            const std::array<int, 8> p = {at(x, y - 1), at(x + 1, y - 1), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1), at(x - 1, y + 1), at(x - 1, y), at(x - 1, y - 1)};
            int neighbours = 0, changes = 0;
            for (std::size_t i = 0; i < 8; ++i) {
                neighbours += p[i];
                changes += p[i] == 0 && p[(i + 1) % 8] == 1 ? 1 : 0;
            }
            const bool isOpen = isSecond ? p[0] * p[2] * p[6] == 0 && p[0] * p[4] * p[6] == 0 : p[0] * p[2] * p[4] == 0 && p[2] * p[4] * p[6] == 0;
            if (neighbours >= 2 && neighbours <= 6 && changes == 1 && isOpen) {
                taken.push_back(static_cast<std::size_t>(y * shape.width + x));
            }
        }
    }
    for (const std::size_t i : taken) {
        mask[i] = 0;
    }
    return !taken.empty();
}

}  // namespace

InkMask inkMask(std::span<const std::uint8_t> pixels) {
    InkMask mask(pixels.size());
    std::transform(pixels.begin(), pixels.end(), mask.begin(), [](std::uint8_t byte) { return static_cast<std::uint8_t>(byte > 127 ? 1 : 0); });
    return mask;
}

InkMask inkMask(const InkPlane &plane) {
    InkMask mask(plane.size());
    std::transform(plane.begin(), plane.end(), mask.begin(), [](float ink) { return static_cast<std::uint8_t>(ink > 0.5f ? 1 : 0); });
    return mask;
}

InkMask thinned(const InkMask &mask, const ImageShape &shape) {
    InkMask skeleton(mask);
    bool isChanging = true;
    while (isChanging) {
        const bool first = thinOnce(skeleton, shape, false), second = thinOnce(skeleton, shape, true);
        isChanging = first || second;
    }
    InkMask thin(skeleton);
    for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
            const auto i = static_cast<std::size_t>(y * shape.width + x);
            const bool isBeside = (x > 0 && skeleton[i - 1] != 0) || (y > 0 && skeleton[i - static_cast<std::size_t>(shape.width)] != 0);
            thin[i] = skeleton[i] != 0 || (isBeside && mask[i] != 0) ? 1 : 0;
        }
    }
    return thin;
}

std::vector<std::vector<int>> strokesBetween(const InkMask &source, const InkMask &wanted, const ImageShape &shape, std::size_t least) {
    InkMask added(source.size()), removed(source.size());
    for (std::size_t i = 0; i < source.size(); ++i) {
        added[i] = wanted[i] != 0 && source[i] == 0 ? 1 : 0;
        removed[i] = wanted[i] == 0 && source[i] != 0 ? 1 : 0;
    }
    auto strokes = connectedSets(added, shape);
    const auto others = connectedSets(removed, shape);
    strokes.insert(strokes.end(), others.begin(), others.end());
    std::erase_if(strokes, [&](const auto &stroke) { return stroke.size() < least; });
    std::stable_sort(strokes.begin(), strokes.end(), [](const auto &a, const auto &b) { return a.size() > b.size(); });
    return strokes;
}

Pixels withToggles(std::span<const std::uint8_t> source, const std::vector<std::uint8_t> &isToggled) {
    Pixels pixels(source.begin(), source.end());
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        pixels[i] = isToggled[i] != 0 ? (source[i] > 127 ? 0 : 255) : source[i];
    }
    return pixels;
}

int specks(const InkMask &binary, const InkMask &source, const ImageShape &shape) {
    const int ink = smallSets(binary, shape, 6) - smallSets(source, shape, 6);
    const int holes = smallSets(turnedOver(binary), shape, 2) - smallSets(turnedOver(source), shape, 2);
    return std::max(0, ink) + std::max(0, holes);
}

}  // namespace metamer
