#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/parameters.h"
#include "core/model/classifier.h"

namespace metamer {

/// The options of a kept run or training as they would be typed, from its JSON.
std::map<std::string, std::string> optionsFromJson(const std::string &text);

/// The same, only those that `schema` knows: a model's parameters also tell its seed, device and versions.
std::map<std::string, std::string> optionsFromJson(const std::string &text, const ParameterSchema &schema);

/// A training curve as it is kept with a model, and back.
std::string curveToJson(const std::vector<TrainingPoint> &curve);
std::vector<TrainingPoint> curveFromJson(const std::string &text);

/// A confusion matrix back from how it is kept; empty where none was kept.
Confusion confusionFromJson(const std::string &text);

}  // namespace metamer
