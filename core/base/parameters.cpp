#include "core/base/parameters.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>

#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"

namespace metamer {
namespace {

[[noreturn]] void refuse(const Parameter &parameter, const std::string &value, const std::string &allowed) {
    throw Error(ErrorCode::Usage, "--" + parameter.name + " '" + value + "' is not allowed; use " + allowed);
}

void checkNumber(const Parameter &parameter, const std::string &text) {
    const bool isInteger = parameter.type == ParameterType::Integer;
    const std::string allowed = std::string(isInteger ? "a whole number" : "a number") + " from " +
                                formatNumber(parameter.minimum) + " to " + formatNumber(parameter.maximum);
    double value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool isNumber = code == std::errc() && end == text.data() + text.size() && std::isfinite(value);
    if (!isNumber || value < parameter.minimum || value > parameter.maximum ||
        (isInteger && value != std::floor(value))) {
        refuse(parameter, text, allowed);
    }
}

void checkValue(const Parameter &parameter, const std::string &text) {
    switch (parameter.type) {
        case ParameterType::Integer:
        case ParameterType::Real: checkNumber(parameter, text); break;
        case ParameterType::Choice:
            if (std::find(parameter.choices.begin(), parameter.choices.end(), text) == parameter.choices.end()) {
                refuse(parameter, text, "one of " + join(parameter.choices, ", "));
            }
            break;
        case ParameterType::Flag:
            if (text != "true" && text != "false") {
                refuse(parameter, text, "true or false");
            }
            break;
        case ParameterType::Text:
        case ParameterType::Paragraph: break;
    }
}

}  // namespace

const ParameterValues::Value &ParameterValues::at(const std::string &name) const {
    const auto found = m_values.find(name);
    assert(found != m_values.end());
    return found->second;
}

double ParameterValues::real(const std::string &name) const { return std::stod(at(name).text); }

std::int64_t ParameterValues::integer(const std::string &name) const {
    return static_cast<std::int64_t>(std::llround(real(name)));
}

bool ParameterValues::flag(const std::string &name) const { return at(name).text == "true"; }

const std::string &ParameterValues::text(const std::string &name) const { return at(name).text; }

std::string ParameterValues::toJson() const {
    JsonWriter json;
    for (const auto &[name, value] : m_values) {
        switch (value.type) {
            case ParameterType::Integer: json.add(name, integer(name)); break;
            case ParameterType::Real: json.add(name, real(name)); break;
            case ParameterType::Flag: json.add(name, flag(name)); break;
            default: json.add(name, value.text);
        }
    }
    return json.text();
}

ParameterValues ParameterSchema::check(const std::map<std::string, std::string> &given) const {
    ParameterValues values;
    for (const auto &parameter : m_parameters) {
        values.m_values[parameter.name] = {parameter.type, parameter.defaultValue};
    }
    for (const auto &[name, text] : given) {
        const auto parameter = std::find_if(m_parameters.begin(), m_parameters.end(),
                                            [&](const Parameter &candidate) { return candidate.name == name; });
        if (parameter == m_parameters.end()) {
            std::vector<std::string> names;
            for (const auto &known : m_parameters) {
                names.push_back("--" + known.name);
            }
            throw Error(ErrorCode::Usage, "there is no option --" + name + " here; there are " + join(names, ", "));
        }
        checkValue(*parameter, text);
        values.m_values[name].text = text;
    }
    return values;
}

}  // namespace metamer
