#include "core/data/file_bytes.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/error.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

struct FileClose {
    void operator()(std::FILE *file) const { std::fclose(file); }
};

[[noreturn]] void failToWrite(const fs::path &path, const fs::path &temporary) {
    const std::string reason = std::strerror(errno);
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw Error(ErrorCode::Io, "cannot write " + path.string() + ": " + reason + "; choose another place or make room");
}

std::FILE *openToRead(const fs::path &path) {
    requireFile(path);
    std::FILE *file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) {
        throw Error(ErrorCode::Io, "cannot read " + path.string() + ": " + std::strerror(errno));
    }
    return file;
}

}  // namespace

void requireFile(const fs::path &path) {
    std::error_code status;
    if (!fs::exists(path, status)) {
        throw Error(ErrorCode::NotFound, path.string() + " does not exist; check the path");
    }
    if (fs::is_directory(path, status)) {
        throw Error(ErrorCode::BadInput, path.string() + " is a folder, not a file; name the file");
    }
}

void forEachBlock(const fs::path &path, const std::function<void(std::span<const std::uint8_t>)> &take) {
    const std::unique_ptr<std::FILE, FileClose> file(openToRead(path));
    Pixels block(kBlockBytes);
    while (const std::size_t got = std::fread(block.data(), 1, block.size(), file.get())) {
        take({block.data(), got});
    }
    if (std::ferror(file.get())) {
        throw Error(ErrorCode::Io, "cannot read " + path.string() + " to its end; check the disk");
    }
}

Pixels readFileBytes(const fs::path &path, std::size_t mostBytes) {
    Pixels bytes;
    forEachBlock(path, [&](std::span<const std::uint8_t> block) {
        if (bytes.size() + block.size() > mostBytes) {
            throw Error(ErrorCode::BadInput, path.string() + " holds more than " + std::to_string(mostBytes) +
                                                 " bytes, more than can be right; check what file it is");
        }
        bytes.insert(bytes.end(), block.begin(), block.end());
    });
    return bytes;
}

bool isGzip(const fs::path &path) {
    const std::unique_ptr<std::FILE, FileClose> file(openToRead(path));
    return std::fgetc(file.get()) == 0x1F && std::fgetc(file.get()) == 0x8B;
}

void writeFileBytes(const fs::path &path, std::span<const std::uint8_t> bytes) {
    const fs::path temporary = path.string() + ".part";
    std::FILE *file = std::fopen(temporary.c_str(), "wb");
    if (file == nullptr) {
        failToWrite(path, temporary);
    }
    bool isWritten = bytes.empty() || std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    isWritten = std::fflush(file) == 0 && isWritten;
    isWritten = fsync(fileno(file)) == 0 && isWritten;
    const int reason = errno;
    std::fclose(file);
    if (!isWritten || std::rename(temporary.c_str(), path.c_str()) != 0) {
        errno = isWritten ? errno : reason;
        failToWrite(path, temporary);
    }
}

void writeFileText(const fs::path &path, const std::string &text) {
    writeFileBytes(path, {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()});
}

}  // namespace metamer
