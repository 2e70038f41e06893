#pragma once

#include <cstdint>
#include <string>

namespace metamer {

/// Where an item stands in an annotator's order: items are shown by rising key. The key depends on nothing but the two
/// uuids, so each annotator has a random order of their own that never changes, on any machine, while items are added.
std::uint64_t orderKey(const std::string &annotatorUuid, const std::string &itemUuid);

}  // namespace metamer
