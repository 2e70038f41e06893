#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace metamer {

/// What the machine offers, and what will be slow or unsafe.
struct DoctorReport {
    std::string version;
    std::string libtorch;
    std::vector<std::string> devices;
    int cores = 0;
    double matrixGigaflops = 0;   ///< float32, one matrix product on all cores
    std::string sqlite;
    std::string studyFolder;
    std::string fileSystem;
    bool isNetworkFileSystem = false;
    std::int64_t freeBytes = 0;
    std::vector<std::string> warnings;
};

/// Looks at the machine and at the folder that studies would lie in. Takes about a second.
DoctorReport examine(const std::filesystem::path &studyFolder);

}  // namespace metamer
