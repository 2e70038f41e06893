#include "core/store/file_system.h"

#include <map>

#include <sys/vfs.h>

namespace metamer {

FileSystemInfo fileSystemOf(const std::filesystem::path &path) {
    std::filesystem::path folder = std::filesystem::absolute(path);
    while (!std::filesystem::exists(folder) && folder.has_parent_path() && folder != folder.parent_path()) {
        folder = folder.parent_path();
    }
    struct statfs status {};
    if (statfs(folder.c_str(), &status) != 0) {
        return {"unknown", false, 0};
    }
    static const std::map<unsigned long, FileSystemInfo> kKnown = {
        {0xEF53, {"ext4", false, 0}},      {0x58465342, {"xfs", false, 0}}, {0x9123683E, {"btrfs", false, 0}},
        {0x01021994, {"tmpfs", false, 0}}, {0x794C7630, {"overlay", false, 0}}, {0x2FC12FC1, {"zfs", false, 0}},
        {0x6969, {"nfs", true, 0}},        {0xFF534D42, {"cifs", true, 0}}, {0xFE534D42, {"smb2", true, 0}},
        {0x517B, {"smb", true, 0}},        {0x65735546, {"fuse", true, 0}}, {0x01021997, {"9p", true, 0}}};
    const auto type = static_cast<unsigned long>(status.f_type) & 0xFFFFFFFFul;
    const auto found = kKnown.find(type);
    FileSystemInfo info = found != kKnown.end() ? found->second : FileSystemInfo{"type " + std::to_string(type), false, 0};
    info.freeBytes = static_cast<std::int64_t>(status.f_bavail) * static_cast<std::int64_t>(status.f_bsize);
    return info;
}

}  // namespace metamer
