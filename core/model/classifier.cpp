#include "core/model/classifier.h"

#include <algorithm>

namespace metamer {

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
