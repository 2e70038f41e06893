#include "core/model/classifier.h"

#include <algorithm>

#include "core/base/error.h"

namespace metamer {

std::vector<float> Classifier::gradients(std::span<const float>, std::int64_t, std::span<const float>) const {
    throw Error(ErrorCode::Usage, "the model gives no gradients, so that attacks by gradient cannot judge it; use an attack without, or another model");
}

std::vector<float> Classifier::logitsOf(std::span<const float>, std::int64_t) const {
    throw Error(ErrorCode::Usage, "the model gives no gradients, so that attacks by gradient cannot judge it; use an attack without, or another model");
}

int predictedClass(const std::vector<float> &logits) {
    return static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

double accuracyOf(const Classifier &model, const LabelledImages &data) {
    const auto logits = model.logits(data.images);
    std::int64_t right = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        right += predictedClass(logits[i]) == data.labels[i];
    }
    return logits.empty() ? 0 : static_cast<double>(right) / static_cast<double>(logits.size());
}

Confusion confusionOf(const Classifier &model, const LabelledImages &data, int classCount) {
    const auto count = static_cast<std::size_t>(classCount);
    Confusion confusion(count, std::vector<std::int64_t>(count, 0));
    const auto logits = model.logits(data.images);
    for (std::size_t i = 0; i < logits.size(); ++i) {
        ++confusion[static_cast<std::size_t>(data.labels[i])][static_cast<std::size_t>(predictedClass(logits[i]))];
    }
    return confusion;
}

}  // namespace metamer
