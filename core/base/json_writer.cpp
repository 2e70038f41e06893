#include "core/base/json_writer.h"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace metamer {

std::string quotedJson(const std::string &text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
            quoted += escape;
        } else {
            quoted += c;
        }
    }
    return quoted + "\"";
}

JsonWriter &JsonWriter::add(const std::string &key, const std::string &text) { return addRaw(key, quotedJson(text)); }

JsonWriter &JsonWriter::add(const std::string &key, double number) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    return addRaw(key, std::isfinite(number) ? std::string(digits, end) : "null");
}

JsonWriter &JsonWriter::add(const std::string &key, std::int64_t number) { return addRaw(key, std::to_string(number)); }

JsonWriter &JsonWriter::addRaw(const std::string &key, const std::string &json) {
    m_members += (m_members.empty() ? "" : ",") + quotedJson(key) + ":" + json;
    return *this;
}

}  // namespace metamer
