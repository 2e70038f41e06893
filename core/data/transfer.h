#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "core/base/records.h"

namespace metamer {

/// What a transfer is told and asked: bytes here and in all (0 when unknown). False ends it.
using TransferHandler = std::function<bool(std::uint64_t here, std::uint64_t total)>;

enum class TransferEnd { Done, BrokenOff, Stopped };

/// Gets files over the network and out of archives. Implemented with libcurl and libarchive in a library of its own,
/// opened on first use. Thread: any; blocks.
class Transfer {
public:
    virtual ~Transfer() = default;

    /// Appends what `url` holds from `path`'s present size on; from its start where the server cannot resume. Takes at most
    /// `mostBytes` in all. BrokenOff: the server ended early, what came is in the file. Throws Error(Io) when the
    /// server cannot be reached, refuses, stays silent for 30 s or sends too much.
    virtual TransferEnd download(const std::string &url, const std::filesystem::path &path, std::uint64_t mostBytes,
                                 const TransferHandler &handler) const = 0;

    /// The files in a .tar.gz by their names without folders. Throws Error(BadInput).
    virtual std::map<std::string, Pixels> unpack(const std::filesystem::path &archive) const = 0;
};

/// The transfer; opens its library at the first call. Throws Error(Internal) if that is missing.
const Transfer &transfer();

}  // namespace metamer
