#include "core/data/zip_names.h"

#include <memory>

#include <zip.h>

#include "core/base/error.h"

namespace metamer {
namespace {

struct Discard {
    void operator()(zip_t *archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, Discard>;

Archive openArchive(const std::filesystem::path &path) {
    int code = 0;
    Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
    if (!archive) {
        throw Error(ErrorCode::BadInput, path.string() + " is no zip archive, or a damaged one; copy it again");
    }
    return archive;
}

}  // namespace

std::vector<std::string> zipNames(const std::filesystem::path &path) {
    const Archive archive = openArchive(path);
    std::vector<std::string> names;
    for (zip_int64_t i = 0; i < zip_get_num_entries(archive.get(), 0); ++i) {
        if (const char *name = zip_get_name(archive.get(), static_cast<zip_uint64_t>(i), 0)) {
            names.emplace_back(name);
        }
    }
    return names;
}

std::string readZipEntry(const std::filesystem::path &path, const std::string &name, std::size_t most) {
    const Archive archive = openArchive(path);
    zip_file_t *file = zip_fopen(archive.get(), name.c_str(), 0);
    std::string text(most, '\0');
    const zip_int64_t got = file == nullptr ? -1 : zip_fread(file, text.data(), text.size());
    if (file != nullptr) {
        zip_fclose(file);
    }
    if (got < 0) {
        throw Error(ErrorCode::BadInput, path.string() + " is damaged: " + name + " in it cannot be read; copy it again");
    }
    text.resize(static_cast<std::size_t>(got));
    return text;
}

}  // namespace metamer
