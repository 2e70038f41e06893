#pragma once

#include <memory>
#include <string>

#include "core/model/classifier.h"
#include "core/model/imported.h"

namespace metamer {

/// What stands in an ONNX file about its one input, read without running anything.
struct OnnxInput {
    std::string name;
    std::vector<std::int64_t> extents;   ///< -1 for one that is left open
};

/// The input of an ONNX file. Throws Error(BadInput) if it is cut short or none, or has several inputs.
OnnxInput readOnnxInput(const Pixels &file);

/// Loads ONNX models. Implemented with OpenCV in a library of its own, opened on first use. Thread: one at a time.
class OnnxRuntime {
public:
    virtual ~OnnxRuntime() = default;

    /// OpenCV's version: "4.6.0".
    virtual std::string version() const = 0;

    /// Loads a model; forward only, on the CPU. OpenCV folds the batch's size into some layers, so a batch of an open size is
    /// asked one image at a time, one of a fixed size filled up with blank images.
    /// Throws Error(BadInput) naming the operator that OpenCV lacks, or the size that does not fit.
    virtual std::unique_ptr<Classifier> load(const Pixels &file, const ImageShape &shape, int classCount, const Normalisation &normalisation) const = 0;
};

/// Opens its library at the first call. Throws Error(Internal) if that is missing.
const OnnxRuntime &onnxRuntime();

}  // namespace metamer
