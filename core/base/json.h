#pragma once

#include <nlohmann/json.hpp>

namespace metamer {

/// JSON objects that keep the order in which their keys were set. Include in .cpp files only.
using Json = nlohmann::ordered_json;

}  // namespace metamer
