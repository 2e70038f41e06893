#include "core/data/file_bytes.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/error.h"
#include "core/base/text.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

struct GzClose {
    void operator()(gzFile_s *file) const { gzclose(file); }
};

[[noreturn]] void failToWrite(const fs::path &path, const fs::path &temporary) {
    const std::string reason = std::strerror(errno);
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw Error(ErrorCode::Io, "cannot write " + path.string() + ": " + reason + "; choose another place or make room");
}

}  // namespace

Pixels readFileBytes(const fs::path &path, std::size_t mostBytes) {
    std::error_code status;
    if (!fs::exists(path, status)) {
        throw Error(ErrorCode::NotFound, path.string() + " does not exist; check the path");
    }
    if (fs::is_directory(path, status)) {
        throw Error(ErrorCode::BadInput, path.string() + " is a folder, not a file; name the file");
    }
    const std::unique_ptr<gzFile_s, GzClose> file(gzopen(path.c_str(), "rb"));
    if (!file) {
        throw Error(ErrorCode::Io, "cannot read " + path.string() + ": " + std::strerror(errno));
    }
    gzbuffer(file.get(), 1 << 18);
    Pixels bytes;
    std::size_t filled = 0;
    while (true) {
        bytes.resize(filled + (std::size_t{1} << 22));
        const int got = gzread(file.get(), bytes.data() + filled, 1 << 22);
        if (got < 0) {
            throw Error(ErrorCode::BadInput, path.string() + " is damaged: the gzip data cannot be unpacked; fetch it again");
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
        if (filled > mostBytes) {
            throw Error(ErrorCode::BadInput, path.string() + " holds more than " + std::to_string(mostBytes) +
                                                 " bytes, more than can be right; check what file it is");
        }
    }
    int code = Z_OK;
    gzerror(file.get(), &code);
    if (code == Z_BUF_ERROR) {
        throw Error(ErrorCode::BadInput, path.string() + " is cut short: the gzip data ends too early; fetch it again");
    }
    bytes.resize(filled);
    return bytes;
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
