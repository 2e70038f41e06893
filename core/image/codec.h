#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/image/image.h"

namespace metamer {

/// One line of text in a picture: its baseline's left end, and its colour as 0xRRGGBB.
struct Caption {
    int x = 0;
    int y = 0;
    std::string text;
    std::uint32_t rgb = 0;
};

/// Reads, writes and decorates pictures. Implemented with OpenCV in a library of its own, opened on first use, because
/// loading OpenCV's image formats takes longer than most commands. Thread: any, one call at a time.
class Codec {
public:
    virtual ~Codec() = default;

    /// PNG bytes of a grey (1 channel) or RGB (3 channels) image.
    virtual Pixels encodePng(const Image &image) const = 0;

    /// Reads any picture OpenCV knows, upright, 8 bits a channel. Throws Error(BadInput) if it is none.
    virtual Image decode(const Pixels &file, const std::string &name) const = 0;

    /// Scales a picture so that it just covers width x height (averaging areas to shrink, bilinear to grow) and cuts what
    /// stands over evenly from both sides.
    virtual Image resize(const Image &image, int width, int height) const = 0;

    /// Writes small text (11 px high) into an RGB image.
    virtual void drawCaptions(Image &image, const std::vector<Caption> &captions) const = 0;
};

/// The codec; opens its library at the first call. Throws Error(Internal) if that is missing.
const Codec &codec();

}  // namespace metamer
