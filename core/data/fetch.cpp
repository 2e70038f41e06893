#include "core/data/fetch.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/plugin.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/data/dataset_reader.h"
#include "core/data/file_bytes.h"
#include "core/data/gzip.h"
#include "core/data/transfer.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

constexpr int kTries = 4;
constexpr std::uint64_t kGzipSlack = 1 << 16;   // gzip may add a little to what it cannot shrink

constexpr std::uint64_t kTrainImageBytes = 47040016, kTrainLabelBytes = 60008, kTestImageBytes = 7840016, kTestLabelBytes = 10008;

/// Hashes by file: train images, train labels, test images, test labels.
std::vector<RemoteFile> idxFiles(const std::string &base, const std::vector<std::string> &sha256, const std::vector<std::string> &packedSha256) {
    const std::vector<std::pair<std::string, std::uint64_t>> names = {{"train-images-idx3-ubyte.gz", kTrainImageBytes},
                                                                      {"train-labels-idx1-ubyte.gz", kTrainLabelBytes},
                                                                      {"t10k-images-idx3-ubyte.gz", kTestImageBytes},
                                                                      {"t10k-labels-idx1-ubyte.gz", kTestLabelBytes}};
    std::vector<RemoteFile> files;
    for (std::size_t i = 0; i < names.size(); ++i) {
        files.push_back({base + names[i].first, names[i].first, names[i].second, sha256.empty() ? "" : sha256[i],
                         packedSha256.empty() ? "" : packedSha256[i], false});
    }
    return files;
}

std::string hashOfBytes(std::span<const std::uint8_t> bytes) {
    Sha256 hash;
    hash.add(bytes);
    return hash.hex();
}

std::string hashOfRawFile(const fs::path &path) {
    Sha256 hash;
    forEachBlock(path, [&](std::span<const std::uint8_t> block) { hash.add(block); });
    return hash.hex();
}

/// Empty if the file is what it should be, else what is wrong with it.
std::string faultOf(const RemoteFile &file, const fs::path &path) {
    const bool isPacked = file.sha256.empty();
    std::string found;
    try {
        found = isPacked ? hashOfRawFile(path) : hashOfBytes(readUnpackedBytes(path, file.bytes));
    } catch (const Error &error) {
        return error.what();
    }
    const std::string &expected = isPacked ? file.packedSha256 : file.sha256;
    return found == expected ? "" : "its SHA-256 is " + found.substr(0, 12) + "... and not " + expected.substr(0, 12) + "...";
}

class Fetch {
public:
    Fetch(const fs::path &folder, const std::string &mirror, const StopToken &stop, const ProgressHandler &progress)
        : m_folder(folder), m_mirror(mirror), m_stop(stop), m_progress(progress) {}

    FetchOutcome run(const std::vector<RemoteFile> &files) {
        std::error_code status;
        fs::create_directories(m_folder, status);
        if (!fs::is_directory(m_folder)) {
            throw Error(ErrorCode::Io, "cannot make the folder " + m_folder.string() + "; choose another with --data-dir");
        }
        FetchOutcome outcome;
        outcome.folder = fs::absolute(m_folder).lexically_normal();
        for (const auto &file : files) {
            if (isPresent(file)) {
                outcome.present.push_back(file.name);
                continue;
            }
            if (m_stop.isStopRequested() || !fetch(file)) {
                outcome.end = m_stop.end();
                return outcome;
            }
            outcome.fetched.push_back(file.name);
        }
        return outcome;
    }

private:
    fs::path target(const RemoteFile &file) const { return m_folder / file.name; }
    fs::path plain(const RemoteFile &file) const { return m_folder / fs::path(file.name).stem(); }
    fs::path mark(const RemoteFile &file) const { return m_folder / (file.name + ".sha256"); }
    fs::path part(const RemoteFile &file) const { return m_folder / (file.name + ".part"); }

    /// An archive leaves a mark: its hash, then a line for each file that it held, with its size.
    bool isPresent(const RemoteFile &file) const {
        if (!file.isArchive) {
            return (fs::exists(target(file)) && faultOf(file, target(file)).empty()) || (fs::exists(plain(file)) && faultOf(file, plain(file)).empty());
        }
        if (!fs::exists(mark(file))) {
            return false;
        }
        const Pixels text = readFileBytes(mark(file));
        const auto lines = split(trimmed(std::string(text.begin(), text.end())), '\n');
        return lines.size() > 1 && lines[0] == file.packedSha256 && std::all_of(lines.begin() + 1, lines.end(), [&](const std::string &line) {
            const auto words = split(line, ' ');
            std::error_code status;
            return words.size() == 2 && std::to_string(fs::file_size(m_folder / words[0], status)) == words[1] && !status;
        });
    }

    /// False if it was stopped.
    bool fetch(const RemoteFile &file) {
        const bool hasPart = fs::exists(part(file));
        if (!bring(file)) {
            return false;
        }
        std::string fault = faultOf(file, part(file));
        if (!fault.empty() && hasPart) {   // what was left of an earlier fetch may be of another file
            fs::remove(part(file));
            if (!bring(file)) {
                return false;
            }
            fault = faultOf(file, part(file));
        }
        if (!fault.empty()) {
            fs::remove(part(file));
            throw Error(ErrorCode::BadInput, "what came as " + file.name + " from " + origin(file) + " is not that file: " + fault +
                                                 "; nothing was kept of it, use another copy with --mirror");
        }
        keep(file);
        return true;
    }

    std::string origin(const RemoteFile &file) const {
        if (m_mirror.empty()) {
            return file.url;
        }
        return m_mirror + (m_mirror.ends_with('/') ? "" : "/") + file.name;
    }

    bool bring(const RemoteFile &file) {
        const std::string from = origin(file);
        return from.starts_with("http://") || from.starts_with("https://") ? download(file, from) : copy(file);
    }

    /// From a folder, where the file may also lie unpacked.
    bool copy(const RemoteFile &file) {
        fs::path from = fs::path(m_mirror) / file.name;
        if (!fs::exists(from) && from.extension() == ".gz" && !file.isArchive) {
            from.replace_extension();
        }
        if (!fs::exists(from)) {
            throw Error(ErrorCode::NotFound, "there is no " + file.name + " in " + m_mirror + "; name a folder or a URL that holds the data set's files");
        }
        m_progress({file.name, 0, 0, -1});
        std::error_code status;
        fs::copy_file(from, part(file), fs::copy_options::overwrite_existing, status);
        fs::permissions(part(file), fs::perms::owner_write, fs::perm_options::add, status);
        if (!fs::exists(part(file)) || fs::file_size(part(file)) != fs::file_size(from)) {
            fs::remove(part(file), status);
            throw Error(ErrorCode::Io, "cannot copy " + from.string() + " to " + m_folder.string() + "; make room or choose another folder with --data-dir");
        }
        return true;
    }

    bool download(const RemoteFile &file, const std::string &url) {
        EtaClock clock;
        const TransferHandler handler = [&](std::uint64_t here, std::uint64_t total) {
            Progress now{"fetching " + file.name, static_cast<std::int64_t>(here >> 10), static_cast<std::int64_t>(total >> 10), -1};
            now.unit = "KiB";
            clock.stamp(now);
            m_progress(now);
            return !m_stop.isStopRequested();
        };
        for (int i = 0; i < kTries; ++i) {
            switch (transfer().download(url, part(file), file.bytes + kGzipSlack, handler)) {
                case TransferEnd::Done: return true;
                case TransferEnd::Stopped: return false;
                case TransferEnd::BrokenOff: break;   // goes on where it broke off
            }
        }
        throw Error(ErrorCode::Io, "the server breaks off " + url + " again and again; what came is kept, so try again later and it goes on from there");
    }

    /// Only what was checked takes the file's name.
    void keep(const RemoteFile &file) {
        if (file.isArchive) {
            std::string held = file.packedSha256 + "\n";
            for (const auto &[name, bytes] : transfer().unpack(part(file))) {
                if (name.ends_with(".bin")) {
                    writeFileBytes(m_folder / name, bytes);
                    held += name + " " + std::to_string(bytes.size()) + "\n";
                }
            }
            writeFileText(mark(file), held);
            fs::remove(part(file));
            return;
        }
        fs::rename(part(file), isGzip(part(file)) || target(file).extension() != ".gz" ? target(file) : plain(file));
    }

    fs::path m_folder;
    std::string m_mirror;
    const StopToken &m_stop;
    const ProgressHandler &m_progress;
};

}  // namespace

const Transfer &transfer() {
    using Factory = const Transfer *();
    static const Transfer *instance = reinterpret_cast<Factory *>(openPluginSymbol("metamer_transfer", "metamerTransfer"))();
    return *instance;
}

std::vector<RemoteFile> remoteFiles(const std::string &name) {
    if (name == "mnist") {
        return idxFiles("https://ossci-datasets.s3.amazonaws.com/mnist/",
                        {"ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                         "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                         "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                         "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
                        {});
    }
    if (name == "fashion-mnist") {
        return idxFiles("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                        {"c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                         "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                         "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                         "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
                        {});
    }
    if (name == "kmnist") {
        return idxFiles("http://codh.rois.ac.jp/kmnist/dataset/kmnist/", {},
                        {"51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
                         "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
                         "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
                         "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"});
    }
    if (name == "cifar10") {
        return {{"https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", "cifar-10-binary.tar.gz", 170052171, "",
                 "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", true}};
    }
    throw Error(ErrorCode::Usage, "data set '" + name + "' cannot be fetched; use " + join(namedDatasets(), ", "));
}

FetchOutcome fetchDataset(const std::string &name, const fs::path &dataDir, const std::string &mirror, const StopToken &stop,
                          const ProgressHandler &progress) {
    const auto files = remoteFiles(name);
    return fetchFiles(files, (dataDir.empty() ? userDataFolder() : dataDir) / name, mirror, stop, progress);
}

FetchOutcome fetchFiles(const std::vector<RemoteFile> &files, const fs::path &folder, const std::string &mirror, const StopToken &stop,
                        const ProgressHandler &progress) {
    try {
        return Fetch(folder, mirror, stop, progress).run(files);
    } catch (const fs::filesystem_error &error) {
        throw Error(ErrorCode::Io, "cannot keep the files in " + folder.string() + ": " + error.code().message() + "; choose another folder with --data-dir");
    }
}

}  // namespace metamer
