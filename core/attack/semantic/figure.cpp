#include "core/attack/semantic/figure.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace metamer {
namespace {

/// Calls `visit(neighbour, isDiagonal)` for the up to eight neighbours of pixel `at`.
template <typename Visit>
void forNeighbours(int at, const ImageShape &shape, const Visit &visit) {
    const int x = at % shape.width, y = at / shape.width;
    for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
            if ((dx != 0 || dy != 0) && x + dx >= 0 && x + dx < shape.width && y + dy >= 0 && y + dy < shape.height) {
                visit(at + dy * shape.width + dx, dx != 0 && dy != 0);
            }
        }
    }
}

double percentile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

/// Connected sets of at least `leastArea` pixels of ground that do not reach the border of the image.
std::vector<std::vector<int>> holesIn(const InkPlane &ink, const ImageShape &shape, float threshold, std::size_t leastArea) {
    std::vector<std::uint8_t> ground(ink.size());
    std::transform(ink.begin(), ink.end(), ground.begin(), [&](float value) { return value <= threshold ? 1 : 0; });
    std::vector<int> outside;   // what reaches the border is no hole
    outside.reserve(ink.size());
    const auto take = [&](int at, bool) {
        if (std::exchange(ground[static_cast<std::size_t>(at)], std::uint8_t(0)) != 0) {
            outside.push_back(at);
        }
    };
    for (int x = 0; x < shape.width; ++x) {
        take(x, false);
        take((shape.height - 1) * shape.width + x, false);
    }
    for (int y = 0; y < shape.height; ++y) {
        take(y * shape.width, false);
        take(y * shape.width + shape.width - 1, false);
    }
    for (std::size_t next = 0; next < outside.size(); ++next) {
        forNeighbours(outside[next], shape, take);
    }
    auto sets = connectedSets(ground, shape);
    std::erase_if(sets, [&](const std::vector<int> &set) { return set.size() < leastArea; });
    return sets;
}

}  // namespace

InkPlane widened(const InkPlane &ink, const ImageShape &shape, float diagonal) {
    InkPlane wide(ink);
    for (std::size_t i = 0; i < ink.size(); ++i) {
        forNeighbours(static_cast<int>(i), shape, [&](int at, bool isDiagonal) { wide[i] = std::max(wide[i], ink[static_cast<std::size_t>(at)] * (isDiagonal ? diagonal : 1.0f)); });
    }
    return wide;
}

InkPlane narrowed(const InkPlane &ink, const ImageShape &shape) {
    InkPlane narrow(ink);
    for (std::size_t i = 0; i < ink.size(); ++i) {
        int neighbours = 0;
        forNeighbours(static_cast<int>(i), shape, [&](int at, bool) {
            narrow[i] = std::min(narrow[i], ink[static_cast<std::size_t>(at)]);
            ++neighbours;
        });
        narrow[i] = neighbours < 8 ? 0 : narrow[i];
    }
    return narrow;
}

FigureSize measureFigure(const InkPlane &ink, const ImageShape &shape, float threshold) {
    constexpr float kDiagonal = 1.41421356f;
    const int width = shape.width, height = shape.height, stride = width + 2;
    std::vector<float> distance(static_cast<std::size_t>(stride) * (height + 2), 0.0f);   // a border of ground around the image
    const auto cell = [&](int x, int y) -> float & { return distance[static_cast<std::size_t>((y + 1) * stride + x + 1)]; };
    FigureSize size;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            if (ink[static_cast<std::size_t>(y * width + x)] > threshold) {
                ++size.area;
                cell(x, y) = std::min({cell(x - 1, y) + 1, cell(x, y - 1) + 1, cell(x - 1, y - 1) + kDiagonal, cell(x + 1, y - 1) + kDiagonal});
            }
        }
    }
    for (int y = height - 1; y >= 0; --y) {
        for (int x = width - 1; x >= 0; --x) {
            if (cell(x, y) > 0) {
                cell(x, y) = std::min({cell(x, y), cell(x + 1, y) + 1, cell(x, y + 1) + 1, cell(x + 1, y + 1) + kDiagonal, cell(x - 1, y + 1) + kDiagonal});
                size.halfWidth = std::max(size.halfWidth, static_cast<double>(cell(x, y)));
            }
        }
    }
    return size;
}

FigureSize usualFigure(const LabelledImages &images) {
    std::vector<double> widths, areas;
    const std::int64_t step = std::max<std::int64_t>(1, images.count() / 600);
    for (std::int64_t i = 0; i < images.count(); i += step) {
        const FigureSize size = measureFigure(inkOf(images.images.at(i)), images.images.shape, 0.4f);
        widths.push_back(size.halfWidth);
        areas.push_back(size.area);
    }
    return {percentile(widths, 0.98), static_cast<int>(percentile(areas, 0.98))};
}

std::vector<std::vector<int>> connectedSets(std::span<const std::uint8_t> mask, const ImageShape &shape) {
    std::vector<std::vector<int>> sets;
    std::vector<std::uint8_t> isSeen(mask.size(), 0);
    for (std::size_t start = 0; start < mask.size(); ++start) {
        if (mask[start] == 0 || isSeen[start] != 0) {
            continue;
        }
        std::vector<int> set = {static_cast<int>(start)};
        isSeen[start] = 1;
        for (std::size_t next = 0; next < set.size(); ++next) {
            forNeighbours(set[next], shape, [&](int at, bool) {
                const auto i = static_cast<std::size_t>(at);
                if (mask[i] != 0 && isSeen[i] == 0) {
                    isSeen[i] = 1;
                    set.push_back(at);
                }
            });
        }
        std::sort(set.begin(), set.end());
        sets.push_back(std::move(set));
    }
    std::stable_sort(sets.begin(), sets.end(), [](const auto &a, const auto &b) { return a.size() > b.size(); });
    return sets;
}

int holesOf(const InkPlane &ink, const ImageShape &shape, float threshold, std::size_t leastArea) {
    return static_cast<int>(holesIn(ink, shape, threshold, leastArea).size());
}

bool hasDarkInk(const ImageSet &images) {
    std::vector<std::uint8_t> border;
    const std::int64_t step = std::max<std::int64_t>(1, images.count() / 200);
    const int width = images.shape.width, height = images.shape.height;
    for (std::int64_t i = 0; i < images.count(); i += step) {
        const auto pixels = images.at(i);
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                if (x == 0 || y == 0 || x == width - 1 || y == height - 1) {
                    border.push_back(pixels[static_cast<std::size_t>(y * width + x)]);
                }
            }
        }
    }
    if (border.empty()) {
        return false;
    }
    std::nth_element(border.begin(), border.begin() + static_cast<std::ptrdiff_t>(border.size() / 2), border.end());
    return border[border.size() / 2] > 127;
}

Pixels brightened(const Pixels &pixels, int full) {
    Pixels brighter(pixels.size());
    std::transform(pixels.begin(), pixels.end(), brighter.begin(), [full](std::uint8_t value) { return static_cast<std::uint8_t>(std::min(255, value * 255 / full)); });
    return brighter;
}

Pixels withGapsClosed(const Pixels &pixels, const ImageShape &shape) {
    constexpr int kSeen = 96;
    const InkPlane ink = inkOf(brightened(pixels, kSeen));
    InkPlane closed = narrowed(widened(ink, shape), shape);
    for (const auto &hole : holesIn(ink, shape, 0.5f, 2)) {   // a hole is no gap
        for (const int at : hole) {
            closed[static_cast<std::size_t>(at)] = 0;
        }
    }
    Pixels result(pixels.size());
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = static_cast<std::uint8_t>(std::lround(255 * std::max(ink[i], closed[i])));
    }
    return result;
}

Pixels negative(std::span<const std::uint8_t> pixels) {
    Pixels inverted(pixels.size());
    std::transform(pixels.begin(), pixels.end(), inverted.begin(), [](std::uint8_t byte) { return static_cast<std::uint8_t>(255 - byte); });
    return inverted;
}

}  // namespace metamer
