#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/records.h"

namespace metamer {

/// An array as NumPy stores it, always in C order here.
struct NpyArray {
    std::string name;                 ///< file, or file and key: for messages
    char kind = 'u';                  ///< 'u', 'i', 'f', 'b' or 'U'
    int itemSize = 1;                 ///< bytes an element
    std::vector<std::int64_t> shape;
    Pixels bytes;                     ///< little-endian

    std::int64_t count() const;
    bool isInteger() const { return kind == 'u' || kind == 'i' || kind == 'b'; }

    /// "uint8", "float32" ...
    std::string typeName() const;

    /// "(100, 28, 28)"
    std::string shapeText() const;

    /// All elements as numbers. Throws Error(BadInput) for text.
    std::vector<double> asDoubles() const;

    /// All elements as whole numbers. Throws Error(BadInput) if any is not whole.
    std::vector<std::int64_t> asIntegers() const;
};

/// Reads one .npy. Understands u1-u8, i1-i8, f4, f8, b1 in either byte order and either memory order; refuses
/// object arrays (pickles), records and anything cut short or too long, with Error(BadInput).
/// Source: the NEP 1 format, versions 1.0 to 3.0.
NpyArray readNpy(const std::filesystem::path &path);

/// Same, from bytes; `name` is for messages.
NpyArray parseNpy(const Pixels &file, const std::string &name);

/// The .npy file of an array, format 1.0.
Pixels formatNpy(const NpyArray &array);

/// Reads every array of a .npz. Throws Error(BadInput) naming the file and the key.
std::map<std::string, NpyArray> readNpz(const std::filesystem::path &path);

/// Writes a .npz (deflated) whole or not at all; keys without ".npy". Throws Error(Io).
void writeNpz(const std::filesystem::path &path, const std::vector<std::pair<std::string, NpyArray>> &arrays);

NpyArray npyOf(const std::vector<float> &values, std::vector<std::int64_t> shape);
NpyArray npyOf(const std::vector<double> &values, std::vector<std::int64_t> shape);
NpyArray npyOf(const std::vector<std::int64_t> &values, std::vector<std::int64_t> shape);

/// One-dimensional array of text ('<U', UTF-32).
NpyArray npyOf(const std::vector<std::string> &values);

}  // namespace metamer
