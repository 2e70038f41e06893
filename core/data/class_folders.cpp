#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/dataset_formats.h"
#include "core/data/file_bytes.h"
#include "core/image/codec.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = std::size_t{4} << 30;
constexpr std::size_t kMostPictureBytes = std::size_t{256} << 20;
constexpr int kLongestGuessedSide = 64;   // what attacks and small networks are made for; a larger one can be asked for
constexpr std::size_t kMostNamed = 3;

struct Picture {
    fs::path path;
    int label = 0;
};

struct Pictures {
    std::vector<std::string> classNames;
    std::vector<Picture> files;
};

bool isPicture(const fs::path &path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return std::tolower(c); });
    return extension == ".png" || extension == ".jpg" || extension == ".jpeg" || extension == ".bmp";
}

std::vector<fs::path> sortedEntries(const fs::path &folder, bool wantsFolders) {
    std::vector<fs::path> entries;
    std::error_code status;
    for (const auto &entry : fs::directory_iterator(folder, status)) {
        if (entry.is_directory() == wantsFolders && entry.path().filename().string()[0] != '.') {
            entries.push_back(entry.path());
        }
    }
    if (status) {
        throw Error(ErrorCode::Io, "cannot read the folder " + folder.string() + ": " + status.message());
    }
    std::sort(entries.begin(), entries.end());
    return entries;
}

/// Files before subfolders, each in byte order, as os.walk hands them to ImageFolder.
void collect(const fs::path &folder, int label, std::vector<Picture> &files) {
    for (const auto &file : sortedEntries(folder, false)) {
        if (isPicture(file)) {
            files.push_back({file, label});
        }
    }
    for (const auto &sub : sortedEntries(folder, true)) {
        collect(sub, label, files);
    }
}

Pictures findPictures(const fs::path &root) {
    Pictures found;
    for (const auto &folder : sortedEntries(root, true)) {
        const std::size_t before = found.files.size();
        collect(folder, static_cast<int>(found.classNames.size()), found.files);
        if (found.files.size() == before) {
            throw Error(ErrorCode::BadInput, folder.string() + " has no PNG, JPEG or BMP picture; every folder in " + root.string() +
                                                 " is a class and needs one");
        }
        found.classNames.push_back(folder.filename().string());
    }
    if (found.classNames.empty()) {
        throw Error(ErrorCode::BadInput, root.string() + " has no folders; give a folder with one folder of pictures a class");
    }
    return found;
}

bool isGrey(const Image &image) {
    const std::size_t plane = image.pixels.size() / static_cast<std::size_t>(image.shape.channels);
    const auto begin = image.pixels.begin();
    return image.shape.channels == 1 || (std::equal(begin, begin + plane, begin + plane) && std::equal(begin, begin + plane, begin + 2 * plane));
}

/// Grey by the weights of ITU-R BT.601, as PIL and OpenCV do.
Image withChannels(const Image &image, int channels) {
    if (image.shape.channels == channels) {
        return image;
    }
    const std::size_t plane = static_cast<std::size_t>(image.shape.width) * image.shape.height;
    Image result{{channels, image.shape.height, image.shape.width}, Pixels(plane * channels)};
    for (std::size_t i = 0; i < plane; ++i) {
        if (channels == 3) {
            result.pixels[i] = result.pixels[i + plane] = result.pixels[i + 2 * plane] = image.pixels[i];
        } else {
            result.pixels[i] = static_cast<std::uint8_t>(
                (299 * image.pixels[i] + 587 * image.pixels[i + plane] + 114 * image.pixels[i + 2 * plane] + 500) / 1000);
        }
    }
    return result;
}

struct Size {
    int width = 0;
    int height = 0;
    friend auto operator<=>(const Size &, const Size &) = default;
};

std::string textOf(const Size &size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

Size parseSize(const std::string &text) {
    Size size;
    const char *end = text.data() + text.size();
    const auto [cross, first] = std::from_chars(text.data(), end, size.width);
    const bool hasHeight = first == std::errc() && cross != end && *cross == 'x';
    const auto [rest, second] = hasHeight ? std::from_chars(cross + 1, end, size.height) : std::from_chars_result{end, std::errc::invalid_argument};
    if (second != std::errc() || rest != end || size.width < 1 || size.height < 1 || size.width > 4096 || size.height > 4096) {
        throw Error(ErrorCode::Usage, "'" + text + "' is not an image size; write it like 32x32");
    }
    return size;
}

class FolderReader {
public:
    FolderReader(const DatasetReading &wanted, LoadedDataset &data) : m_wanted(wanted), m_data(data) {}

    /// Looks at every picture once, to guess what `wanted` leaves open.
    void guess(const std::vector<Picture> &files) {
        const bool isSettled = m_wanted.size != "auto" && m_wanted.colour != "auto";
        std::map<Size, std::int64_t> sizes;
        bool isColour = false;
        for (std::size_t i = 0; !isSettled && i < files.size(); ++i) {
            if (const auto image = decode(files[i], false)) {
                ++sizes[{image->shape.width, image->shape.height}];
                isColour = isColour || !isGrey(*image);
            }
        }
        m_channels = m_wanted.colour == "auto" ? (isColour ? 3 : 1) : (m_wanted.colour == "grey" ? 1 : 3);
        m_size = m_wanted.size == "auto" ? guessSize(sizes) : parseSize(m_wanted.size);
        m_data.info.reading.colour = m_channels == 1 ? "grey" : "rgb";
        m_data.info.reading.size = textOf(m_size);
    }

    LabelledImages read(const std::vector<Picture> &files) {
        LabelledImages result;
        result.images.shape = {m_channels, m_size.height, m_size.width};
        if (files.size() > kMostBytes / result.images.shape.size()) {
            throw Error(ErrorCode::BadInput, std::to_string(files.size()) + " pictures at " + textOf(m_size) +
                                                 " are more than 4 GiB; choose a smaller size");
        }
        for (const auto &file : files) {
            const auto image = decode(file, true);
            if (!image) {
                continue;
            }
            const Image grey = withChannels(*image, m_channels);
            const bool fits = grey.shape == result.images.shape;
            m_resized += !fits;
            result.images.append(fits ? grey.pixels : codec().resize(grey, m_size.width, m_size.height).pixels);
            result.labels.push_back(file.label);
        }
        if (result.labels.empty()) {
            throw Error(ErrorCode::BadInput, "none of the " + countOf(static_cast<std::int64_t>(files.size()), "picture file") + " in " +
                                                 m_data.info.path + " can be read, the first is " + files.front().path.string() + "; use PNG, JPEG or BMP");
        }
        return result;
    }

    void note(std::size_t count) {
        auto &notes = m_data.notes;
        notes.push_back(countOf(static_cast<std::int64_t>(count), "picture file") + ", " + (m_channels == 1 ? "grey" : "RGB") + ", " + textOf(m_size));
        if (m_resized > 0) {
            notes.push_back(std::to_string(m_resized) + " of them scaled to cover " + textOf(m_size) + " and cut evenly");
        }
        if (!m_unreadable.empty()) {
            const std::vector<std::string> named(m_unreadable.begin(), m_unreadable.begin() + static_cast<std::ptrdiff_t>(std::min(kMostNamed, m_unreadable.size())));
            notes.push_back(countOf(static_cast<std::int64_t>(m_unreadable.size()), "file") + " cannot be read and left out: " + join(named, ", ") +
                            (m_unreadable.size() > kMostNamed ? " ..." : ""));
        }
    }

private:
    std::optional<Image> decode(const Picture &file, bool isCounted) {
        try {
            return codec().decode(readFileBytes(file.path, kMostPictureBytes), file.path.string());
        } catch (const Error &) {
            if (isCounted) {
                m_unreadable.push_back(file.path.string());
            }
            return std::nullopt;
        }
    }

    static Size guessSize(const std::map<Size, std::int64_t> &sizes) {
        Size best{1, 1};
        std::int64_t most = 0;
        for (const auto &[size, count] : sizes) {
            if (count > most) {
                best = size;
                most = count;
            }
        }
        const int longest = std::max(best.width, best.height);
        const double scale = longest > kLongestGuessedSide ? static_cast<double>(kLongestGuessedSide) / longest : 1;
        return {std::max(1, static_cast<int>(best.width * scale)), std::max(1, static_cast<int>(best.height * scale))};
    }

    const DatasetReading &m_wanted;
    LoadedDataset &m_data;
    int m_channels = 1;
    Size m_size;
    std::int64_t m_resized = 0;
    std::vector<std::string> m_unreadable;
};

/// "test", or "val" where people keep only that; empty where there is no split.
fs::path testFolder(const fs::path &root) {
    if (fs::is_directory(root / "train")) {
        for (const char *name : {"test", "val", "valid"}) {
            if (fs::is_directory(root / name)) {
                return root / name;
            }
        }
    }
    return {};
}

}  // namespace

LoadedDataset loadClassFolders(const fs::path &root, const DatasetReading &wanted) {
    if (!fs::is_directory(root)) {
        throw Error(ErrorCode::NotFound, root.string() + " is not a folder; name one with a folder of pictures for each class");
    }
    LoadedDataset data;
    data.info.reading = wanted;
    data.info.path = fs::absolute(root).lexically_normal().string();
    FolderReader reader(wanted, data);
    const fs::path testRoot = testFolder(root);
    const Pictures train = findPictures(testRoot.empty() ? root : root / "train");
    data.info.classNames = train.classNames;
    Pictures test;
    if (!testRoot.empty()) {
        test = findPictures(testRoot);
        if (test.classNames != train.classNames) {
            throw Error(ErrorCode::BadInput, testRoot.string() + " and " + (root / "train").string() + " have different folders; both need the same classes");
        }
    }
    std::vector<Picture> all = train.files;
    all.insert(all.end(), test.files.begin(), test.files.end());
    reader.guess(all);
    LabelledImages images = reader.read(train.files);
    if (testRoot.empty()) {
        reader.note(all.size());
        holdOut(data, std::move(images));
    } else {
        data.train = std::move(images);
        data.test = reader.read(test.files);
        reader.note(all.size());
    }
    return data;
}

}  // namespace metamer
