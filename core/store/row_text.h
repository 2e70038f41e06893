#pragma once
// Private to the store room: how enumerators and lists are written in rows.

#include <initializer_list>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/uuid.h"

namespace metamer {

/// The names of an enumeration, both ways.
template <typename Enum>
class EnumNames {
public:
    EnumNames(std::initializer_list<std::pair<Enum, const char *>> names) : m_names(names) {}

    std::string text(Enum value) const {
        for (const auto &[candidate, name] : m_names) {
            if (candidate == value) {
                return name;
            }
        }
        return {};
    }

    Enum value(const std::string &text) const {
        for (const auto &[candidate, name] : m_names) {
            if (text == name) {
                return candidate;
            }
        }
        throw Error(ErrorCode::Damaged, "the study file holds the unknown word '" + text + "'; restore it from a copy");
    }

private:
    std::vector<std::pair<Enum, const char *>> m_names;
};

template <typename List>
List listFromJson(const std::string &text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_array()) {
        throw Error(ErrorCode::Damaged, "the study file holds a list that is not JSON; restore it from a copy");
    }
    return json.get<List>();
}

inline std::string uuidOr(const std::string &given) { return given.empty() ? newUuid() : given; }

}  // namespace metamer
