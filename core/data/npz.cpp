#include <memory>

#include <zip.h>

#include "core/base/error.h"
#include "core/data/file_bytes.h"
#include "core/data/npy.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

constexpr zip_uint64_t kMostBytes = zip_uint64_t{4} << 30;

struct ZipDiscard {
    void operator()(zip_t *archive) const { zip_discard(archive); }
};
using ZipArchive = std::unique_ptr<zip_t, ZipDiscard>;

std::string describeZipError(int code) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return text;
}

Pixels readEntry(zip_t *archive, zip_uint64_t index, const std::string &name) {
    zip_stat_t status;
    if (zip_stat_index(archive, index, 0, &status) != 0 || !(status.valid & ZIP_STAT_SIZE) || status.size > kMostBytes) {
        throw Error(ErrorCode::BadInput, name + " is too large or has no size; save it again with numpy.savez");
    }
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t *)> entry(zip_fopen_index(archive, index, 0), zip_fclose);
    Pixels bytes(status.size);
    const zip_int64_t got = entry ? zip_fread(entry.get(), bytes.data(), bytes.size()) : -1;
    if (got < 0 || static_cast<zip_uint64_t>(got) != status.size) {
        throw Error(ErrorCode::BadInput, name + " is damaged and cannot be unpacked; save it again with numpy.savez");
    }
    return bytes;
}

}  // namespace

std::map<std::string, NpyArray> readNpz(const fs::path &path) {
    if (!fs::exists(path)) {
        throw Error(ErrorCode::NotFound, path.string() + " does not exist; check the path");
    }
    int code = 0;
    const ZipArchive archive(zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code));
    if (!archive) {
        throw Error(ErrorCode::BadInput,
                    path.string() + " is not a .npz (" + describeZipError(code) + "); save it with numpy.savez");
    }
    std::map<std::string, NpyArray> arrays;
    const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
        std::string key = zip_get_name(archive.get(), static_cast<zip_uint64_t>(i), 0);
        const std::string name = path.string() + " [" + key + "]";
        const Pixels bytes = readEntry(archive.get(), static_cast<zip_uint64_t>(i), name);
        if (key.size() > 4 && key.ends_with(".npy")) {
            key.resize(key.size() - 4);
        }
        arrays.emplace(key, parseNpy(bytes, name));
    }
    return arrays;
}

void writeNpz(const fs::path &path, const std::vector<std::pair<std::string, NpyArray>> &arrays) {
    const fs::path temporary = path.string() + ".part";
    int code = 0;
    ZipArchive archive(zip_open(temporary.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
    if (!archive) {
        throw Error(ErrorCode::Io, "cannot write " + path.string() + ": " + describeZipError(code) + "; choose another place");
    }
    std::vector<Pixels> files;  // libzip reads them only when the archive is closed
    files.reserve(arrays.size());
    for (const auto &[key, array] : arrays) {
        files.push_back(formatNpy(array));
        zip_source_t *source = zip_source_buffer(archive.get(), files.back().data(), files.back().size(), 0);
        const zip_int64_t index = zip_file_add(archive.get(), (key + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
        zip_set_file_compression(archive.get(), static_cast<zip_uint64_t>(index), ZIP_CM_DEFLATE, 6);
        zip_file_set_mtime(archive.get(), static_cast<zip_uint64_t>(index), 315532800, 0);  // 1980: same data, same bytes
    }
    if (zip_close(archive.get()) != 0) {
        const std::string reason = zip_strerror(archive.get());
        throw Error(ErrorCode::Io, "cannot write " + path.string() + ": " + reason + "; choose another place or make room");
    }
    archive.release();
    std::error_code status;
    fs::rename(temporary, path, status);
    if (status) {
        throw Error(ErrorCode::Io, "cannot write " + path.string() + ": " + status.message());
    }
}

}  // namespace metamer
