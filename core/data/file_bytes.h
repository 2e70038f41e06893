#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "core/base/records.h"

namespace metamer {

/// The whole of a file, decompressed if it is gzip. `mostBytes` bounds the result, so that a compressed file cannot
/// fill the memory. Throws Error(NotFound), Error(Io) or Error(BadInput) naming the file.
Pixels readFileBytes(const std::filesystem::path &path, std::size_t mostBytes = std::size_t{4} << 30);

/// Writes a file whole or not at all: first beside it, then moved into place. Throws Error(Io) naming the file.
void writeFileBytes(const std::filesystem::path &path, std::span<const std::uint8_t> bytes);

/// Same, for text.
void writeFileText(const std::filesystem::path &path, const std::string &text);

}  // namespace metamer
