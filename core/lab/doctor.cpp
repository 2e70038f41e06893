#include "core/lab/doctor.h"

#include <thread>

#include "core/attack/compute.h"
#include "core/base/text.h"
#include "core/lab/compute_loader.h"
#include "core/store/file_system.h"
#include "core/store/study_file.h"

namespace metamer {
namespace {

constexpr double kSlowBlas = 30;                     // GFLOP/s; the reference BLAS reaches 4, OpenBLAS 95 a thread
constexpr std::int64_t kLittleRoom = std::int64_t{1} << 30;

void warn(DoctorReport &report) {
    if (report.matrixGigaflops < kSlowBlas) {
        report.warnings.push_back("matrix products run at " + formatNumber(report.matrixGigaflops) +
                                  " GFLOP/s, so attacks will be slow; install libopenblas0-pthread");
    }
    if (report.devices.size() < 2) {
        report.warnings.push_back("no CUDA device, or a LibTorch without CUDA: attacks run on the CPU");
    }
    if (report.isNetworkFileSystem) {
        report.warnings.push_back(report.studyFolder + " is on a network file system (" + report.fileSystem +
                                  "): studies there use a rollback journal and are slower; label on a local disk");
    }
    if (report.freeBytes < kLittleRoom) {
        report.warnings.push_back("less than 1 GiB is free in " + report.studyFolder + "; make room before a labelling session");
    }
}

}  // namespace

DoctorReport examine(const std::filesystem::path &studyFolder) {
    DoctorReport report;
    Compute &engine = compute();
    report.version = METAMER_VERSION;
    report.libtorch = engine.torchVersion();
    report.devices = engine.devices();
    report.cores = static_cast<int>(std::thread::hardware_concurrency());
    report.matrixGigaflops = engine.matrixGigaflops();
    report.sqlite = sqliteVersion();
    report.studyFolder = std::filesystem::absolute(studyFolder).lexically_normal().string();
    const FileSystemInfo place = fileSystemOf(studyFolder);
    report.fileSystem = place.name;
    report.isNetworkFileSystem = place.isNetwork;
    report.freeBytes = place.freeBytes;
    warn(report);
    return report;
}

}  // namespace metamer
