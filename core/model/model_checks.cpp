#include "core/model/model_checks.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/imported.h"

namespace metamer {
namespace {

using Rows = std::vector<std::vector<float>>;

constexpr float kSame = 1e-4f;           // as in verify: logits further apart are different answers
constexpr std::size_t kTwice = 16;       // images that are asked about again
constexpr double kProbabilitySum = 1e-3;

ImageSet firstOf(const ImageSet &images, std::size_t count) {
    return {images.shape, {images.bytes.begin(), images.bytes.begin() + static_cast<std::ptrdiff_t>(std::min(count * images.shape.size(), images.bytes.size()))}};
}

/// The largest difference between rows of `a` and those that `b` begins with, against the size of the logits.
float distance(const Rows &a, const Rows &b) {
    float worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t k = 0; k < a[i].size(); ++k) {
            worst = std::max(worst, std::abs(a[i][k] - b[i][k]) / std::max(1.0f, std::abs(b[i][k])));
        }
    }
    return worst;
}

bool areProbabilities(const Rows &rows) {
    return std::all_of(rows.begin(), rows.end(), [](const std::vector<float> &row) {
        const double sum = std::accumulate(row.begin(), row.end(), 0.0);
        return std::abs(sum - 1) < kProbabilitySum && *std::min_element(row.begin(), row.end()) >= 0;
    });
}

bool areAllEqual(const Rows &rows) {
    return std::all_of(rows.begin(), rows.end(), [&](const auto &row) { return distance({row}, {rows[0]}) == 0; });
}

void requireSteady(const Classifier &model, const ImageSet &images, const Rows &rows) {
    const ImageSet few = firstOf(images, kTwice);
    const Rows once = model.logits(few), twice = model.logits(few);
    if (distance(once, twice) > kSame) {
        throw Error(ErrorCode::BadInput, "the model is randomised: the same images get other answers the second time (logits differ by " + formatNumber(distance(once, twice)) +
                                             "), as with dropout still in training mode; export it after model.eval()");
    }
    if (distance(once, rows) > kSame || distance(model.logits(firstOf(images, 1)), rows) > kSame) {
        throw Error(ErrorCode::BadInput, "the model's answer to an image depends on the other images of its batch, as with batch normalisation still in training mode; "
                                         "export it after model.eval()");
    }
}

void checkGradients(const Classifier &model, const LabelledImages &sample, std::size_t classes, ModelChecks &checks) {
    const std::size_t count = std::min<std::size_t>(4, sample.labels.size());
    std::vector<float> weights(count * classes, 0);
    for (std::size_t i = 0; i < count; ++i) {
        weights[i * classes + static_cast<std::size_t>(sample.labels[i])] = 1;
    }
    const auto x = toFloats(firstOf(sample.images, count).bytes);
    const auto gradients = model.gradients(x, static_cast<std::int64_t>(count), weights);
    if (!std::all_of(gradients.begin(), gradients.end(), [](float value) { return std::isfinite(value); })) {
        throw Error(ErrorCode::BadInput, "the model gives gradients that are not numbers (NaN or infinite); look at its weights and its normalisation");
    }
    if (std::all_of(gradients.begin(), gradients.end(), [](float value) { return value == 0; })) {
        checks.warnings.push_back("its gradients are zero everywhere, so attacks by gradient will find nothing; that does not make it robust");
    }
}

}  // namespace

ModelChecks checkModel(const Classifier &model, const LabelledImages &sample, int classCount) {
    ModelChecks checks;
    checks.classes = classCount;
    checks.images = sample.count();
    checks.hasGradients = model.hasGradients();
    const auto start = std::chrono::steady_clock::now();
    const Rows rows = model.logits(sample.images);
    checks.secondsAnImage = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / static_cast<double>(std::max<std::int64_t>(1, checks.images));
    requireSteady(model, sample.images, rows);
    std::int64_t right = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        right += predictedClass(rows[i]) == sample.labels[i];
    }
    checks.accuracy = static_cast<double>(right) / static_cast<double>(std::max<std::int64_t>(1, checks.images));
    if (areProbabilities(rows)) {
        checks.warnings.push_back("its outputs are probabilities (softmax), not logits: gradients through them vanish and attacks look weaker than they are; export it without the softmax");
    }
    if (rows.size() > 1 && areAllEqual(rows)) {
        checks.warnings.push_back("it gives every image the same answer; look at its weights and its normalisation");
    } else if (checks.accuracy < 2.0 / classCount) {
        checks.warnings.push_back("it is right on " + formatNumber(100 * checks.accuracy) + " % of " + countOf(checks.images, "clean test image") +
                                  ", little better than guessing; look at the normalisation (--mean, --std), the order of classes and the range 0..1 of pixels");
    }
    if (checks.hasGradients) {
        checkGradients(model, sample, static_cast<std::size_t>(classCount), checks);
    }
    return checks;
}

}  // namespace metamer
