#pragma once

#include <string>

namespace metamer {

/// A new random UUID (version 4) in the usual 36 characters, from the operating system's random source.
std::string newUuid();

}  // namespace metamer
