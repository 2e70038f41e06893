#include "core/lab/kept_options.h"

#include <algorithm>

#include "core/base/json.h"

namespace metamer {

std::map<std::string, std::string> optionsFromJson(const std::string &text) {
    std::map<std::string, std::string> options;
    const Json json = Json::parse(text);
    for (const auto &[name, value] : json.items()) {
        options[name] = value.is_string() ? value.get<std::string>() : value.dump();
    }
    return options;
}

std::map<std::string, std::string> optionsFromJson(const std::string &text, const ParameterSchema &schema) {
    auto options = optionsFromJson(text);
    std::erase_if(options, [&](const auto &option) {
        const auto &known = schema.parameters();
        return std::none_of(known.begin(), known.end(), [&](const Parameter &parameter) { return parameter.name == option.first; });
    });
    return options;
}

std::string curveToJson(const std::vector<TrainingPoint> &curve) {
    Json json = Json::array();
    for (const auto &point : curve) {
        json.push_back({{"epoch", point.epoch}, {"loss", point.loss}, {"train_accuracy", point.trainAccuracy}, {"test_accuracy", point.testAccuracy}});
    }
    return json.dump();
}

std::vector<TrainingPoint> curveFromJson(const std::string &text) {
    std::vector<TrainingPoint> curve;
    for (const auto &point : Json::parse(text)) {
        curve.push_back({point.at("epoch"), point.at("loss"), point.at("train_accuracy"), point.at("test_accuracy")});
    }
    return curve;
}

Confusion confusionFromJson(const std::string &text) { return Json::parse(text).get<Confusion>(); }

}  // namespace metamer
