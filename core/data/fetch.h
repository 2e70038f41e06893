#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/job.h"

namespace metamer {

/// A file of a data set as it lies on a server.
struct RemoteFile {
    std::string url;
    std::string name;             ///< as kept, with .gz where it is packed
    std::uint64_t bytes = 0;      ///< once unpacked; of an archive: as it lies on the server
    std::string sha256;           ///< once unpacked; empty where only the packed file's is known
    std::string packedSha256;     ///< as it lies on the server, for files whose unpacked bytes nobody has published a hash of
    bool isArchive = false;       ///< a .tar.gz whose *.bin are kept in its place
};

/// The files of `name`. Throws Error(Usage) for an unknown one.
std::vector<RemoteFile> remoteFiles(const std::string &name);

struct FetchOutcome {
    JobEnd end = JobEnd::Finished;
    std::filesystem::path folder;
    std::vector<std::string> fetched;   ///< names of files that came now
    std::vector<std::string> present;   ///< names of those that were there and right
};

/// Brings a data set's files into `dataDir`/`name` (the user's data folder if `dataDir` is empty). A file is kept only when
/// its SHA-256 is right; until then it is NAME.part, with which a broken or stopped fetch goes on. `mirror` is a folder or a
/// URL that holds the same files; without one they come from where the data set's authors keep them.
/// Throws Error(Io) when a file cannot be had and Error(BadInput) when what came is not it; files that are there already and
/// right stay.
FetchOutcome fetchDataset(const std::string &name, const std::filesystem::path &dataDir, const std::string &mirror, const StopToken &stop,
                          const ProgressHandler &progress);

/// The same for any list of files, into `folder`.
FetchOutcome fetchFiles(const std::vector<RemoteFile> &files, const std::filesystem::path &folder, const std::string &mirror,
                        const StopToken &stop, const ProgressHandler &progress);

}  // namespace metamer
