#include "core/model/onnx.h"

#include <set>

#include "core/base/error.h"
#include "core/base/plugin.h"
#include "core/base/text.h"

namespace metamer {
namespace {

/// The fields of a protobuf message, one after another.
class Fields {
public:
    explicit Fields(std::span<const std::uint8_t> message) : m_bytes(message) {}

    /// Goes to the next field; false at the end. Throws if the message is cut short.
    bool next() {
        if (m_at == m_bytes.size()) {
            return false;
        }
        const std::uint64_t key = varint();
        number = static_cast<int>(key >> 3);
        value = 0;
        bytes = {};
        switch (key & 7) {
        case 0: value = varint(); break;
        case 1: bytes = take(8); break;
        case 2: bytes = take(varint()); break;
        case 5: bytes = take(4); break;
        default: fail();
        }
        return number != 0 || (fail(), false);
    }

    std::string text() const { return {bytes.begin(), bytes.end()}; }

    int number = 0;
    std::uint64_t value = 0;
    std::span<const std::uint8_t> bytes;

private:
    [[noreturn]] static void fail() {
        throw Error(ErrorCode::BadInput, "the file is cut short, or no ONNX at all; export the model again with torch.onnx.export");
    }

    std::uint64_t varint() {
        std::uint64_t result = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (m_at == m_bytes.size()) {
                fail();
            }
            const std::uint8_t byte = m_bytes[m_at++];
            result |= static_cast<std::uint64_t>(byte & 127) << shift;
            if (byte < 128) {
                return result;
            }
        }
        fail();
    }

    std::span<const std::uint8_t> take(std::uint64_t count) {
        if (count > m_bytes.size() - m_at) {
            fail();
        }
        m_at += count;
        return m_bytes.subspan(m_at - count, count);
    }

    std::span<const std::uint8_t> m_bytes;
    std::size_t m_at = 0;
};

std::int64_t extentOf(std::span<const std::uint8_t> dimension) {
    std::int64_t extent = -1;
    for (Fields field(dimension); field.next();) {
        extent = field.number == 1 ? static_cast<std::int64_t>(field.value) : extent;
    }
    return extent == 0 ? -1 : extent;
}

/// The inner message that a chain of field numbers leads to; empty where there is none.
std::span<const std::uint8_t> inside(std::span<const std::uint8_t> message, std::initializer_list<int> path) {
    for (const int number : path) {
        std::span<const std::uint8_t> found;
        for (Fields field(message); field.next();) {
            found = field.number == number ? field.bytes : found;
        }
        message = found;
    }
    return message;
}

OnnxInput inputOf(std::span<const std::uint8_t> valueInfo) {
    OnnxInput input;
    for (Fields field(valueInfo); field.next();) {
        input.name = field.number == 1 ? field.text() : input.name;
    }
    for (Fields field(inside(valueInfo, {2, 1, 2})); field.next();) {   // type, tensor_type, shape
        if (field.number == 1) {
            input.extents.push_back(extentOf(field.bytes));
        }
    }
    return input;
}

}  // namespace

OnnxInput readOnnxInput(const Pixels &file) {
    const auto graph = inside(file, {7});
    std::set<std::string> weights;
    std::vector<OnnxInput> inputs;
    for (Fields field(graph); field.next();) {
        if (field.number == 5) {           // initializer: TensorProto, its name is field 8
            for (Fields inner(field.bytes); inner.next();) {
                if (inner.number == 8) {
                    weights.insert(inner.text());
                }
            }
        } else if (field.number == 11) {   // input: ValueInfoProto
            inputs.push_back(inputOf(field.bytes));
        }
    }
    std::erase_if(inputs, [&](const OnnxInput &input) { return weights.contains(input.name); });   // older exporters list weights as inputs
    if (inputs.size() != 1) {
        throw Error(ErrorCode::BadInput, "the file has " + countOf(static_cast<std::int64_t>(inputs.size()), "input") + " where an image model has one; export the model again with torch.onnx.export");
    }
    return inputs[0];
}

const OnnxRuntime &onnxRuntime() {
    using Factory = const OnnxRuntime *();
    static const OnnxRuntime *instance = reinterpret_cast<Factory *>(openPluginSymbol("metamer_onnx", "metamerOnnx"))();
    return *instance;
}

}  // namespace metamer
