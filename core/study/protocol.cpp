#include "core/study/protocol.h"

#include "core/base/error.h"
#include "core/base/json.h"

namespace metamer {

std::string presentationName(Presentation presentation) {
    return presentation == Presentation::Pair ? "pair" : "perturbed";
}

std::string Protocol::toJson() const {
    Json json;
    json["version"] = 1;
    json["presentation"] = presentationName(presentation);
    json["picture_side"] = pictureSide;
    json["examples_per_control"] = examplesPerControl;
    json["answers"] = {"class", "not_a_class", "unsure"};
    json["interpolation"] = "nearest";
    json["surround"] = "#777777";
    return json.dump();
}

Protocol Protocol::fromJson(const std::string &text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) {
        throw Error(ErrorCode::Damaged, "the study's protocol is not JSON; restore the file from a copy");
    }
    Protocol protocol;
    protocol.presentation =
        json.value("presentation", "pair") == "pair" ? Presentation::Pair : Presentation::PerturbedAlone;
    protocol.pictureSide = json.value("picture_side", protocol.pictureSide);
    protocol.examplesPerControl = json.value("examples_per_control", protocol.examplesPerControl);
    return protocol;
}

}  // namespace metamer
