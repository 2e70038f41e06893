#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace metamer {

/// The names of what is in a zip archive. Throws Error(BadInput) if it is none or is damaged.
std::vector<std::string> zipNames(const std::filesystem::path &path);

/// One entry of a zip archive, its first `most` bytes. Throws Error(BadInput) if it cannot be read.
std::string readZipEntry(const std::filesystem::path &path, const std::string &name, std::size_t most = std::size_t{1} << 20);

}  // namespace metamer
