#pragma once

#include <string>
#include <vector>

#include "core/data/npy.h"
#include "core/image/image.h"

namespace metamer {

/// What an image array was taken to be. Range and type are found apart: a float array may hold 0 .. 255.
struct ImageArrayReading {
    ImageShape shape;
    bool isWhole = true;      ///< integer type: bytes are kept as they are
    double scale = 1;         ///< what values are multiplied with to give 0 .. 255
    std::string layout;       ///< "NHW", "NHWC" or "NCHW"
    std::string range;        ///< "0..1" or "0..255"
    std::string description;  ///< "100 images 28x28, grey, float32 0..255, layout NHW"
};

/// Images from an array, not yet bytes.
struct ImageArray {
    ImageArrayReading reading;
    std::vector<double> values;  ///< [N, C, H, W] in 0 .. 255

    std::int64_t count() const { return static_cast<std::int64_t>(values.size() / reading.shape.size()); }
};

/// Takes an array of shape [N, H, W], [N, H, W, C] or [N, C, H, W] (C = 1 or 3) as images. Where `wanted` leaves the layout
/// or the range open, the first layout that fits is taken, float arrays with no value over 1 as [0, 1], all else as 0 .. 255.
/// Throws Error(BadInput) for any other shape, for values below 0 or over the range, and for not-a-number.
ImageArray readImageArray(const NpyArray &array, const DatasetReading &wanted = {});

/// The same as bytes, rounding floats to the nearest byte; for sources, which have nothing to round towards.
ImageSet toBytes(const ImageArray &array);

/// One image as bytes, floats rounded towards `source` so that rounding never leaves a ball around it.
Pixels toBytesTowards(const ImageArray &array, std::int64_t index, std::span<const std::uint8_t> source);

}  // namespace metamer
