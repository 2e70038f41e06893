#pragma once

#include <filesystem>
#include <string>

namespace metamer {

/// Opens one of our own libraries beside the program (build tree: ../lib, installed: ../lib/metamer) and returns the
/// address of `symbol` in it. The library stays open until the process ends.
/// Throws Error(Internal) saying which file could not be opened and why.
void *openPluginSymbol(const std::string &library, const std::string &symbol);

/// A folder or file of ours under the prefix that the program's folder lies in: "share/metamer/models". It may be absent.
std::filesystem::path besideProgram(const std::string &relative);

}  // namespace metamer
