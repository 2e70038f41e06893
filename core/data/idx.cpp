#include "core/data/idx.h"

#include "core/base/error.h"
#include "core/data/dataset_formats.h"
#include "core/data/gzip.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kImageMagic = 2051;
constexpr std::uint32_t kLabelMagic = 2049;
constexpr std::uint64_t kMostBytes = std::uint64_t{4} << 30;

std::uint32_t bigEndian(const Pixels &bytes, std::size_t offset) {
    return std::uint32_t{bytes[offset]} << 24 | std::uint32_t{bytes[offset + 1]} << 16 |
           std::uint32_t{bytes[offset + 2]} << 8 | std::uint32_t{bytes[offset + 3]};
}

/// Checks magic and length; returns the header's numbers after the magic.
std::vector<std::uint64_t> readHeader(const fs::path &path, const Pixels &bytes, std::uint32_t magic, int dimensions) {
    const std::string kind = magic == kImageMagic ? "image" : "label";
    const std::size_t headerSize = 4 + 4 * static_cast<std::size_t>(dimensions);
    if (bytes.size() < 4 || bigEndian(bytes, 0) != magic) {
        throw Error(ErrorCode::BadInput, path.string() + " is not an IDX " + kind + " file (its first four bytes are not " +
                                             std::to_string(magic) + "); check which file this is");
    }
    if (bytes.size() < headerSize) {
        throw Error(ErrorCode::BadInput, path.string() + " is cut short inside its header; fetch it again");
    }
    std::vector<std::uint64_t> sizes;
    std::uint64_t expected = 1;
    for (int i = 0; i < dimensions; ++i) {
        sizes.push_back(bigEndian(bytes, 4 + 4 * static_cast<std::size_t>(i)));
        if (sizes.back() == 0 || expected > kMostBytes / sizes.back()) {
            throw Error(ErrorCode::BadInput, path.string() + " has an impossible size in its header; fetch it again");
        }
        expected *= sizes.back();
    }
    const std::uint64_t found = bytes.size() - headerSize;
    if (found != expected) {
        throw Error(ErrorCode::BadInput, path.string() + (found < expected ? " is cut short: " : " is too long: ") +
                                             std::to_string(found) + " bytes of data where its header says " +
                                             std::to_string(expected) + "; fetch it again");
    }
    return sizes;
}

/// The plain file or its .gz in `folder`.
fs::path findIdxFile(const fs::path &folder, const std::string &name) {
    for (const fs::path &file : {folder / name, folder / (name + ".gz")}) {
        if (fs::exists(file)) {
            return file;
        }
    }
    throw Error(ErrorCode::NotFound, "there is no " + name + " (or " + name + ".gz) in " + folder.string() +
                                         "; name the folder that holds the four IDX files");
}

}  // namespace

ImageSet readIdxImages(const fs::path &path) {
    Pixels bytes = readUnpackedBytes(path, kMostBytes + 16);
    const auto sizes = readHeader(path, bytes, kImageMagic, 3);
    bytes.erase(bytes.begin(), bytes.begin() + 16);
    return {{1, static_cast<int>(sizes[1]), static_cast<int>(sizes[2])}, std::move(bytes)};
}

std::vector<int> readIdxLabels(const fs::path &path) {
    const Pixels bytes = readUnpackedBytes(path, kMostBytes + 8);
    readHeader(path, bytes, kLabelMagic, 1);
    return {bytes.begin() + 8, bytes.end()};
}

LabelledImages readIdxPair(const fs::path &images, const fs::path &labels) {
    LabelledImages result{readIdxImages(images), readIdxLabels(labels)};
    if (result.count() != static_cast<std::int64_t>(result.labels.size())) {
        throw Error(ErrorCode::BadInput, images.string() + " has " + std::to_string(result.count()) + " images but " +
                                             labels.string() + " has " + std::to_string(result.labels.size()) +
                                             " labels; use two files that belong together");
    }
    return result;
}

LoadedDataset loadIdxFolder(const fs::path &folder) {
    LoadedDataset data;
    data.train = readIdxPair(findIdxFile(folder, "train-images-idx3-ubyte"), findIdxFile(folder, "train-labels-idx1-ubyte"));
    data.test = readIdxPair(findIdxFile(folder, "t10k-images-idx3-ubyte"), findIdxFile(folder, "t10k-labels-idx1-ubyte"));
    data.info.path = fs::absolute(folder).lexically_normal().string();
    data.notes = {"IDX files, " + std::to_string(data.train.images.shape.width) + "x" + std::to_string(data.train.images.shape.height) +
                  ", grey, uint8 0..255"};
    return data;
}

}  // namespace metamer
