#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/store/tables.h"
#include "core/lab/report_study.h"

namespace metamer {

/// What one model says of a source and of the example made from it.
struct ModelAnswers {
    std::string model;
    std::vector<float> before;  ///< logits; empty where there is no prediction
    std::vector<float> after;
    std::optional<Certificate> certificate;   ///< around the source, with a radius that reaches the example
};

/// Everything known about one example, for looking at it.
struct InspectedExample {
    Run run;
    Example example;
    SourceImage source;
    std::optional<SourceImage> donor;
    std::vector<ModelAnswers> models;
    std::vector<ProxyScore> proxies;   ///< automatic guesses, never shown to annotators
    ExampleVotes people;
};

/// Throws Error(NotFound) if the example is not in the study.
InspectedExample inspectExample(StudyFile &file, ExampleId id);

}  // namespace metamer
