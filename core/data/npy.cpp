#include "core/data/npy.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <regex>

#include "core/base/error.h"
#include "core/data/file_bytes.h"

namespace metamer {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are kept little-endian");

[[noreturn]] void refuse(const std::string &name, const std::string &why) {
    throw Error(ErrorCode::BadInput, name + " " + why);
}

struct Header {
    std::string text;
    std::size_t dataOffset = 0;
};

Header findHeader(const Pixels &file, const std::string &name) {
    static const std::string kMagic = "\x93NUMPY";
    if (file.size() < 10 || std::memcmp(file.data(), kMagic.data(), kMagic.size()) != 0) {
        const bool isPickle = !file.empty() && file[0] == 0x80;
        refuse(name, isPickle ? "is a pickle, which can run code and is never opened; save it with numpy.save"
                              : "is not a .npy array; save it with numpy.save");
    }
    const bool isLong = file[6] >= 2;
    const std::size_t lengthSize = isLong ? 4 : 2;
    std::size_t length = 0;
    for (std::size_t i = 0; i < lengthSize && 8 + i < file.size(); ++i) {
        length |= static_cast<std::size_t>(file[8 + i]) << (8 * i);
    }
    const std::size_t start = 8 + lengthSize;
    if (file.size() < start + length) {
        refuse(name, "is cut short inside its header; save it again");
    }
    return {std::string(file.begin() + static_cast<std::ptrdiff_t>(start),
                        file.begin() + static_cast<std::ptrdiff_t>(start + length)),
            start + length};
}

std::vector<std::int64_t> parseShape(const std::string &text, const std::string &name) {
    std::vector<std::int64_t> shape;
    static const std::regex kNumber("[0-9]+");
    for (auto it = std::sregex_iterator(text.begin(), text.end(), kNumber); it != std::sregex_iterator(); ++it) {
        if (it->length() > 12) {
            refuse(name, "has an impossible shape in its header; save it again");
        }
        shape.push_back(std::stoll(it->str()));
    }
    return shape;
}

/// Parses "'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), "; returns whether the order is Fortran's.
bool parseHeader(const std::string &text, NpyArray &array, bool &isBigEndian) {
    std::smatch match;
    static const std::regex kDescr(R"('descr'\s*:\s*'([<>|=])([a-zA-Z])([0-9]*)')");
    static const std::regex kOrder(R"('fortran_order'\s*:\s*(True|False))");
    static const std::regex kShape(R"('shape'\s*:\s*\(([^)]*)\))");
    if (!std::regex_search(text, match, kDescr)) {
        refuse(array.name, "has a record type that cannot be images or labels; save a plain number array");
    }
    isBigEndian = match[1] == ">";
    array.kind = match[2].str()[0];
    array.itemSize = match[3].length() > 0 && match[3].length() < 4 ? std::stoi(match[3]) : 0;
    if (array.kind == 'O') {
        refuse(array.name, "holds Python objects (a pickle), which can run code and are never opened; save a number array");
    }
    const bool isNumber = (array.kind == 'f' && (array.itemSize == 4 || array.itemSize == 8)) ||
                          ((array.kind == 'u' || array.kind == 'i') &&
                           (array.itemSize == 1 || array.itemSize == 2 || array.itemSize == 4 || array.itemSize == 8)) ||
                          (array.kind == 'b' && array.itemSize == 1);
    const bool isText = array.kind == 'U';
    if (!isNumber && !isText) {
        refuse(array.name, "has type '" + match[2].str() + match[3].str() + "'; use uint8, int64, float32 or float64");
    }
    if (isText) {
        array.itemSize *= 4;
    }
    if (!std::regex_search(text, match, kShape)) {
        refuse(array.name, "has no shape in its header; save it again");
    }
    array.shape = parseShape(match[1], array.name);
    return std::regex_search(text, match, kOrder) && match[1] == "True";
}

void swapBytes(Pixels &bytes, int itemSize) {
    for (std::size_t i = 0; i + static_cast<std::size_t>(itemSize) <= bytes.size(); i += static_cast<std::size_t>(itemSize)) {
        std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i), bytes.begin() + static_cast<std::ptrdiff_t>(i) + itemSize);
    }
}

Pixels fromFortranOrder(const NpyArray &array) {
    Pixels result(array.bytes.size());
    const std::size_t size = static_cast<std::size_t>(array.itemSize);
    std::vector<std::int64_t> index(array.shape.size(), 0);
    for (std::int64_t from = 0; from < array.count(); ++from) {
        std::int64_t to = 0;
        for (std::size_t axis = 0; axis < index.size(); ++axis) {
            to = to * array.shape[axis] + index[axis];
        }
        std::memcpy(result.data() + static_cast<std::size_t>(to) * size, array.bytes.data() + static_cast<std::size_t>(from) * size, size);
        for (std::size_t axis = 0; axis < index.size(); ++axis) {
            if (++index[axis] < array.shape[axis]) {
                break;
            }
            index[axis] = 0;
        }
    }
    return result;
}

template <typename Stored>
std::vector<double> convert(const Pixels &bytes) {
    std::vector<double> values(bytes.size() / sizeof(Stored));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, bytes.data() + i * sizeof stored, sizeof stored);
        values[i] = static_cast<double>(stored);
    }
    return values;
}

template <typename Value>
NpyArray makeArray(char kind, const std::vector<Value> &values, std::vector<std::int64_t> shape) {
    NpyArray array{{}, kind, sizeof(Value), std::move(shape), Pixels(values.size() * sizeof(Value))};
    if (!values.empty()) {
        std::memcpy(array.bytes.data(), values.data(), array.bytes.size());
    }
    return array;
}

std::u32string decodeUtf8(const std::string &text) {
    std::u32string result;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : (lead < 0xE0 ? 2 : (lead < 0xF0 ? 3 : 4));
        char32_t code = length == 1 ? lead : lead & (0x7F >> length);
        for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
            code = (code << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
        }
        result += code;
        i += length;
    }
    return result;
}

}  // namespace

std::int64_t NpyArray::count() const {
    std::int64_t total = 1;
    for (const auto size : shape) {
        total *= size;
    }
    return total;
}

std::string NpyArray::typeName() const {
    switch (kind) {
        case 'u': return "uint" + std::to_string(8 * itemSize);
        case 'i': return "int" + std::to_string(8 * itemSize);
        case 'f': return "float" + std::to_string(8 * itemSize);
        case 'b': return "bool";
        default: return "text";
    }
}

std::string NpyArray::shapeText() const {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    }
    return text + (shape.size() == 1 ? ",)" : ")");
}

std::vector<double> NpyArray::asDoubles() const {
    switch (kind == 'b' ? 'u' : kind) {
        case 'u':
            return itemSize == 1   ? convert<std::uint8_t>(bytes)
                   : itemSize == 2 ? convert<std::uint16_t>(bytes)
                   : itemSize == 4 ? convert<std::uint32_t>(bytes)
                                   : convert<std::uint64_t>(bytes);
        case 'i':
            return itemSize == 1   ? convert<std::int8_t>(bytes)
                   : itemSize == 2 ? convert<std::int16_t>(bytes)
                   : itemSize == 4 ? convert<std::int32_t>(bytes)
                                   : convert<std::int64_t>(bytes);
        case 'f': return itemSize == 4 ? convert<float>(bytes) : convert<double>(bytes);
        default: refuse(name, "holds text where numbers are needed");
    }
}

std::vector<std::int64_t> NpyArray::asIntegers() const {
    const auto values = asDoubles();
    std::vector<std::int64_t> integers(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!(std::abs(values[i]) < 9e15) || values[i] != std::floor(values[i])) {
            refuse(name, "has a value that is not whole at position " + std::to_string(i) + "; use an integer array");
        }
        integers[i] = static_cast<std::int64_t>(values[i]);
    }
    return integers;
}

NpyArray parseNpy(const Pixels &file, const std::string &name) {
    const Header header = findHeader(file, name);
    NpyArray array;
    array.name = name;
    bool isBigEndian = false;
    const bool isFortran = parseHeader(header.text, array, isBigEndian);
    double total = array.itemSize;
    for (const auto size : array.shape) {
        total *= static_cast<double>(size);
    }
    const std::size_t found = file.size() - header.dataOffset;
    if (total > 1e12 || static_cast<std::size_t>(total) != found) {
        refuse(name, (total > static_cast<double>(found) ? "is cut short: " : "is too long: ") + std::to_string(found) +
                         " bytes of data where its shape " + array.shapeText() + " needs " +
                         std::to_string(static_cast<std::int64_t>(total)) + "; save it again");
    }
    array.bytes.assign(file.begin() + static_cast<std::ptrdiff_t>(header.dataOffset), file.end());
    if (isBigEndian && array.itemSize > 1) {
        swapBytes(array.bytes, array.kind == 'U' ? 4 : array.itemSize);
    }
    if (isFortran && array.shape.size() > 1) {
        array.bytes = fromFortranOrder(array);
    }
    return array;
}

NpyArray readNpy(const std::filesystem::path &path) { return parseNpy(readFileBytes(path), path.string()); }

Pixels formatNpy(const NpyArray &array) {
    const bool isByte = array.itemSize == 1;
    const int size = array.kind == 'U' ? array.itemSize / 4 : array.itemSize;
    std::string header = "{'descr': '" + std::string(isByte ? "|" : "<") + array.kind + std::to_string(size) +
                         "', 'fortran_order': False, 'shape': " + array.shapeText() + ", }";
    while ((10 + header.size() + 1) % 64 != 0) {
        header += ' ';
    }
    header += '\n';
    header = std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size() & 255) + static_cast<char>(header.size() >> 8) + header;
    Pixels file;
    file.reserve(header.size() + array.bytes.size());
    file.insert(file.end(), header.begin(), header.end());
    file.insert(file.end(), array.bytes.begin(), array.bytes.end());
    return file;
}

NpyArray npyOf(const std::vector<float> &values, std::vector<std::int64_t> shape) {
    return makeArray('f', values, std::move(shape));
}
NpyArray npyOf(const std::vector<double> &values, std::vector<std::int64_t> shape) {
    return makeArray('f', values, std::move(shape));
}
NpyArray npyOf(const std::vector<std::int64_t> &values, std::vector<std::int64_t> shape) {
    return makeArray('i', values, std::move(shape));
}

NpyArray npyOf(const std::vector<std::string> &values) {
    std::vector<std::u32string> texts;
    std::size_t longest = 1;
    for (const auto &value : values) {
        texts.push_back(decodeUtf8(value));
        longest = std::max(longest, texts.back().size());
    }
    NpyArray array{{}, 'U', static_cast<int>(4 * longest), {static_cast<std::int64_t>(values.size())}, {}};
    array.bytes.assign(values.size() * 4 * longest, 0);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        std::memcpy(array.bytes.data() + i * 4 * longest, texts[i].data(), texts[i].size() * 4);
    }
    return array;
}

}  // namespace metamer
