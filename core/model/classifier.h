#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/base/parameters.h"
#include "core/image/image.h"

namespace metamer {

/// A trained model, ready to answer. Thread: one at a time.
class Classifier {
public:
    virtual ~Classifier() = default;

    /// Logits [N][classes] of `images` ([N, C, H, W] uint8; the model sees byte / 255).
    /// Throws Error(BadInput) if the images are of another size, Error(Device) if the device fails.
    virtual std::vector<std::vector<float>> logits(const ImageSet &images) const = 0;

    /// "cpu", "cuda:0"
    virtual std::string device() const = 0;

    /// Whether `gradients` works. Attacks by gradient refuse a model without: that it resists them would say nothing.
    virtual bool hasGradients() const { return false; }

    /// d/dx of sum_k weights[n, k] * logits[n, k]: x [N, C, H, W] in [0, 1], weights [N, classes], the result like x.
    /// Throws Error(Usage) if the model gives no gradients.
    virtual std::vector<float> gradients(std::span<const float> x, std::int64_t count, std::span<const float> weights) const;

    /// Logits [N, classes], one row after another, of x [N, C, H, W] in [0, 1] off the 8-bit grid.
    /// Throws Error(Usage) if the model gives no gradients: nothing else needs it.
    virtual std::vector<float> logitsOf(std::span<const float> x, std::int64_t count) const;
};

/// The class with the greatest logit; the lowest of equals.
int predictedClass(const std::vector<float> &logits);

/// Share of `data` that the model names right.
double accuracyOf(const Classifier &model, const LabelledImages &data);

/// How often images of one class (row) were named another (column).
using Confusion = std::vector<std::vector<std::int64_t>>;

/// The model's answers on `data` against its labels.
Confusion confusionOf(const Classifier &model, const LabelledImages &data, int classCount);

/// What a training recipe is called and what it takes.
struct RecipeInfo {
    std::string name;
    std::string title;
    std::string summary;
    ParameterSchema schema;
};

/// One point of a training curve, over the batches since the last point.
struct TrainingPoint {
    double epoch = 0;           ///< epochs done, also in parts
    double loss = 0;            ///< mean cross-entropy of the training images, as the recipe changes them
    double trainAccuracy = 0;   ///< share of those named right
    double testAccuracy = 0;    ///< share right of the first 500 clean test images
};

/// A training as it stands after a step; it can go on from there and then ends with the same weights.
struct Checkpoint {
    std::int64_t step = 0;
    std::int64_t steps = 0;
    std::vector<TrainingPoint> curve;
    Pixels state;               ///< network and optimiser, as LibTorch saves them
};

struct TrainRequest {
    std::string recipe;
    ParameterValues values;
    std::int64_t seed = 0;
    std::string device;                     ///< as resolved: "cpu", "cuda:0"
    const LabelledImages *train = nullptr;
    const LabelledImages *test = nullptr;
    int classCount = 0;
    const Checkpoint *from = nullptr;       ///< goes on from here
    std::function<void(const TrainingPoint &)> onPoint = {};
    std::function<void(const Checkpoint &)> onCheckpoint = {};  ///< every 20 s, and when it is stopped
};

struct TrainedModel {
    JobEnd end = JobEnd::Finished;
    std::string architecture;
    Pixels weights;       ///< the architecture's tensors, as LibTorch saves them
    std::string hash;     ///< SHA-256 of the architecture's name and all tensors
    double cleanAccuracy = 0;  ///< on the whole test split
    Confusion confusion;       ///< the same
    std::vector<TrainingPoint> curve;
};

}  // namespace metamer
