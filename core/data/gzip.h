#pragma once

#include <filesystem>

#include "core/base/records.h"

namespace metamer {

/// The whole of a file, unpacked if it is gzip. `mostBytes` bounds the result, so that a packed file cannot fill the memory.
/// Throws Error(NotFound), Error(Io) or Error(BadInput) naming the file.
Pixels readUnpackedBytes(const std::filesystem::path &path, std::size_t mostBytes = std::size_t{4} << 30);

}  // namespace metamer
