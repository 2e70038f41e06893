#pragma once

#include <string>
#include <vector>

#include "core/model/classifier.h"

namespace metamer {

/// What is found out about a model that somebody brings before it is taken.
struct ModelChecks {
    int classes = 0;
    bool hasGradients = false;
    std::int64_t images = 0;
    double accuracy = 0;               ///< clean, on those images
    double secondsAnImage = 0;
    std::vector<std::string> warnings; ///< one sentence each; the model can be taken all the same
};

/// Asks the model about `sample` (clean test images): twice the same batch, one image alone and in a batch, kind of its
/// outputs, accuracy, gradients where it has them.
/// Throws Error(BadInput) if its answers are random, depend on the other images of a batch, or are no numbers.
ModelChecks checkModel(const Classifier &model, const LabelledImages &sample, int classCount);

}  // namespace metamer
