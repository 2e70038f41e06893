#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace metamer {

/// The file system that a path lies on.
struct FileSystemInfo {
    std::string name;        ///< "ext4", "nfs" ... or its number
    bool isNetwork = false;  ///< SQLite's write-ahead log is not safe there
    std::int64_t freeBytes = 0;
};

/// Looks up the nearest existing folder of `path`.
FileSystemInfo fileSystemOf(const std::filesystem::path &path);

}  // namespace metamer
