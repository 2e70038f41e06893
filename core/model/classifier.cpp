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

}  // namespace metamer
