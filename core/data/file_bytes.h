#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "core/base/records.h"

namespace metamer {

/// The whole of a file, as it lies; at most `mostBytes`. Throws Error(NotFound), Error(Io) or Error(BadInput) naming it.
Pixels readFileBytes(const std::filesystem::path &path, std::size_t mostBytes = std::size_t{4} << 30);

/// Throws Error(NotFound) or Error(BadInput) if there is no file at `path`.
void requireFile(const std::filesystem::path &path);

/// True if a file begins as gzip data does.
bool isGzip(const std::filesystem::path &path);

/// Hands a file's bytes, as they lie, to `take` in blocks. Throws Error(Io) naming the file.
void forEachBlock(const std::filesystem::path &path, const std::function<void(std::span<const std::uint8_t>)> &take);

/// Writes a file whole or not at all: first beside it, then moved into place. Throws Error(Io) naming the file.
void writeFileBytes(const std::filesystem::path &path, std::span<const std::uint8_t> bytes);

/// Same, for text.
void writeFileText(const std::filesystem::path &path, const std::string &text);

}  // namespace metamer
