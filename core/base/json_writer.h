#pragma once

#include <cstdint>
#include <string>

namespace metamer {

/// Writes one JSON object, keys in the order in which they come; for what is also built where no JSON library is.
/// Numbers are the shortest that read back as the same value; what is not finite becomes null.
class JsonWriter {
public:
    JsonWriter &add(const std::string &key, const std::string &text);
    JsonWriter &add(const std::string &key, const char *text) { return add(key, std::string(text)); }
    JsonWriter &add(const std::string &key, double number);
    JsonWriter &add(const std::string &key, std::int64_t number);
    JsonWriter &add(const std::string &key, int number) { return add(key, std::int64_t{number}); }
    JsonWriter &add(const std::string &key, bool value) { return addRaw(key, value ? "true" : "false"); }

    /// `json` is a value that is JSON already.
    JsonWriter &addRaw(const std::string &key, const std::string &json);

    std::string text() const { return "{" + m_members + "}"; }

private:
    std::string m_members;
};

/// A text as a JSON string, with its quotes.
std::string quotedJson(const std::string &text);

}  // namespace metamer
