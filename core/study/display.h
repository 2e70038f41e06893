#pragma once

#include <string>

#include "core/base/records.h"

namespace metamer {

/// How pictures are put on the screen.
struct Display {
    int pictureSide = 336;             ///< px; the picture is zoomed to the greatest whole factor inside it
    bool isSmooth = false;             ///< bilinear instead of nearest neighbour
    bool isInverted = false;           ///< dark and light exchanged
    bool isStretched = false;          ///< each picture's own darkest and lightest value to 0 and 255
    std::string surround = "#777777";  ///< colour around it
};

/// The bytes that are shown for a stored picture: stretched, then inverted, as `display` asks. Same shape.
Pixels shownPixels(const Pixels &stored, const Display &display);

}  // namespace metamer
