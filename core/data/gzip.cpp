#include "core/data/gzip.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <zlib.h>

#include "core/base/error.h"
#include "core/data/file_bytes.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

struct GzClose {
    void operator()(gzFile_s *file) const { gzclose(file); }
};

}  // namespace

Pixels readUnpackedBytes(const fs::path &path, std::size_t mostBytes) {
    requireFile(path);
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

}  // namespace metamer
