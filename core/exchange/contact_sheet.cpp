#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/file_bytes.h"
#include "core/exchange/labelled_set.h"
#include "core/image/codec.h"
#include "core/image/difference.h"

namespace metamer {
namespace {

constexpr int kSmallestSide = 84;   ///< px that a picture is zoomed to, at least
constexpr int kGap = 6;
constexpr int kFrame = 2;
constexpr int kCaptionHeight = 60;  ///< four lines
constexpr int kMargin = 14;
constexpr std::size_t kMostExamples = 400;
constexpr Rgb kSurround{0x77, 0x77, 0x77};
constexpr Rgb kWhite{0xFF, 0xFF, 0xFF};
constexpr Rgb kChanged{0xD1, 0x24, 0x2F};

class Canvas {
public:
    Canvas(int width, int height) : image{{3, height, width}, Pixels(static_cast<std::size_t>(3) * width * height)} {
        fill(0, 0, width, height, kSurround);
    }

    void fill(int left, int top, int width, int height, const Rgb &colour) {
        for (int y = top; y < top + height; ++y) {
            for (int x = left; x < left + width; ++x) {
                set(x, y, colour);
            }
        }
    }

    void set(int x, int y, const Rgb &colour) {
        const std::size_t plane = static_cast<std::size_t>(image.shape.height) * image.shape.width;
        const std::size_t at = static_cast<std::size_t>(y) * image.shape.width + x;
        image.pixels[at] = colour.red;
        image.pixels[plane + at] = colour.green;
        image.pixels[2 * plane + at] = colour.blue;
    }

    Image image;
};

struct Layout {
    int zoom, side, cellWidth, cellHeight, columns;
};

Layout layoutFor(const ImageShape &shape, std::size_t count) {
    Layout layout{};
    layout.zoom = std::max(1, (kSmallestSide + shape.height - 1) / shape.height);
    layout.side = layout.zoom * shape.width;
    layout.cellWidth = 3 * (layout.side + kGap) + 2 * kMargin - kGap;
    layout.cellHeight = layout.zoom * shape.height + kCaptionHeight + 2 * kMargin - 6;
    layout.columns = static_cast<int>(std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(std::sqrt(count * 0.8))), 1, 8));
    return layout;
}

template <typename ColourAt>
void drawPicture(Canvas &canvas, int left, int top, const ImageShape &shape, int zoom, ColourAt colourAt) {
    for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
            canvas.fill(left + x * zoom, top + y * zoom, zoom, zoom, colourAt(x, y));
        }
    }
}

/// Four lines at most: what it is, how it was made, how large the change is, what people and proxies say.
std::vector<std::string> captionsOf(const ExportedExample &example, const std::vector<std::string> &classNames) {
    std::string first = "#" + std::to_string(example.task) + "  " + example.split + " " + std::to_string(example.sourceIndex) + "  " + labelName(example.originalLabel, classNames);
    if (example.targetClass) {
        first += " -> " + labelName(*example.targetClass, classNames);
    }
    std::string made = example.isAttempt ? "attempt, failed" : "";
    const auto add = [&](const std::string &text) { made += (made.empty() ? "" : "  ") + text; };
    if (!example.style.empty()) {
        add(example.style);
    }
    if (example.donorIndex) {
        add("donor " + std::to_string(*example.donorIndex));
    }
    const std::string sizes = "Linf " + std::to_string(example.norms.linfLevels) + "/255  L2 " + formatNumber(std::round(example.norms.l2() * 100) / 100) + "  L0 " +
                              std::to_string(example.norms.l0Binarised) + " binarised";
    std::string said = example.isAttempt ? "" : example.votes.empty() ? "not labelled" : "people: " + labelName(example.verdict, classNames);
    if (!example.proxyLabels.empty()) {
        said += (said.empty() ? "proxy:" : "  proxy:");
        for (const char *role : {"selector", "evaluator"}) {
            if (const auto found = example.proxyLabels.find(role); found != example.proxyLabels.end()) {
                said += std::string(" ") + role + " " + (found->second < 0 ? "no class" : labelName(found->second, classNames));
            }
        }
    }
    std::vector<std::string> lines = {first};
    for (const std::string &text : {made, sizes, said}) {
        if (!text.empty()) {
            lines.push_back(text);
        }
    }
    return lines;
}

void drawExample(Canvas &canvas, std::vector<Caption> &captions, const LabelledSet &set, const ExportedExample &example,
                 const Layout &layout, int left, int top) {
    const Image clean{set.shape, example.clean};
    const Image perturbed{set.shape, example.perturbed};
    const int lastChannel = set.shape.channels - 1;
    const auto colourOf = [lastChannel](const Image &image) {
        return [&image, lastChannel](int x, int y) {
            return Rgb{image.at(0, y, x), image.at(lastChannel / 2, y, x), image.at(lastChannel, y, x)};
        };
    };
    const int second = left + layout.side + kGap;
    const bool isChanged = saysChanged(example.verdict, example.originalLabel);
    if (isChanged) {
        const int height = layout.zoom * set.shape.height;
        canvas.fill(second - kFrame - 1, top - kFrame - 1, layout.side + 2 * kFrame + 2, height + 2 * kFrame + 2, kWhite);
        canvas.fill(second - kFrame, top - kFrame, layout.side + 2 * kFrame, height + 2 * kFrame, kChanged);
    }
    drawPicture(canvas, left, top, set.shape, layout.zoom, colourOf(clean));
    drawPicture(canvas, second, top, set.shape, layout.zoom, colourOf(perturbed));
    drawPicture(canvas, second + layout.side + kGap, top, set.shape, layout.zoom, [&](int x, int y) {
        return differenceColour(greatestChange(set.shape, clean.pixels, perturbed.pixels, static_cast<std::size_t>(y) * set.shape.width + x));
    });
    const int captionTop = top + layout.zoom * set.shape.height;
    int line = captionTop + 16;
    for (const std::string &text : captionsOf(example, set.classNames)) {
        captions.push_back({left, line, text, 0xFFFFFF});
        line += 14;
    }
}

}  // namespace

void writeContactSheet(const LabelledSet &set, const std::filesystem::path &path) {
    if (set.examples.empty()) {
        throw Error(ErrorCode::Usage, "there are no examples to draw; run an attack first");
    }
    const std::size_t count = std::min(set.examples.size(), kMostExamples);
    const Layout layout = layoutFor(set.shape, count);
    const int rows = static_cast<int>((count + static_cast<std::size_t>(layout.columns) - 1) / static_cast<std::size_t>(layout.columns));
    Canvas canvas(layout.columns * layout.cellWidth, rows * layout.cellHeight);
    std::vector<Caption> captions;
    for (std::size_t i = 0; i < count; ++i) {
        const int column = static_cast<int>(i) % layout.columns;
        const int row = static_cast<int>(i) / layout.columns;
        drawExample(canvas, captions, set, set.examples[i], layout, column * layout.cellWidth + kMargin,
                    row * layout.cellHeight + kMargin);
    }
    codec().drawCaptions(canvas.image, captions);
    writeFileBytes(path, codec().encodePng(canvas.image));
}

}  // namespace metamer
