#pragma once

#include <string>

namespace metamer {

/// Opens one of our own libraries beside the program (build tree: ../lib, installed: ../lib/metamer) and returns the
/// address of `symbol` in it. The library stays open until the process ends.
/// Throws Error(Internal) saying which file could not be opened and why.
void *openPluginSymbol(const std::string &library, const std::string &symbol);

}  // namespace metamer
