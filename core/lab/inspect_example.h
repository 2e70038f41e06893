#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/store/tables.h"
#include "core/study/consensus.h"

namespace metamer {

/// What one model says of a source and of the example made from it.
struct ModelAnswers {
    std::string model;
    std::vector<float> before;  ///< logits; empty where there is no prediction
    std::vector<float> after;
};

/// Everything known about one example, for looking at it.
struct InspectedExample {
    Run run;
    Example example;
    SourceImage source;
    std::optional<SourceImage> donor;
    std::vector<ModelAnswers> models;
    VotesOfItem votes;           ///< of people, each one's last standing answer; simulated annotators do not count
};

/// Throws Error(NotFound) if the example is not in the study.
InspectedExample inspectExample(StudyFile &file, ExampleId id);

}  // namespace metamer
