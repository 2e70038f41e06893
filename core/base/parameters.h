#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace metamer {

/// Paragraph is text of several lines.
enum class ParameterType { Integer, Real, Choice, Text, Flag, Paragraph };

/// One parameter of an attack or a training recipe. The same row makes the command-line option, the field of the
/// form in the window and the key of the JSON that is kept with each run.
struct Parameter {
    std::string name;           ///< as on the command line, without the dashes: "shift-steps"
    std::string title;          ///< as in the form: "Shift steps"
    ParameterType type = ParameterType::Real;
    std::string defaultValue;   ///< as typed
    double minimum = 0;         ///< for numbers
    double maximum = 0;         ///< for numbers
    std::string unit;           ///< "px", "degrees", "" for a plain number
    std::string help;           ///< one sentence
    std::string source;         ///< where the default comes from
    std::vector<std::string> choices = {};  ///< for Choice
    bool isAdvanced = false;    ///< folded away in the form
};

/// Values that a schema has checked. Asking for a name that the schema lacks is a fault of ours and asserts.
class ParameterValues {
public:
    double real(const std::string &name) const;
    std::int64_t integer(const std::string &name) const;
    bool flag(const std::string &name) const;
    const std::string &text(const std::string &name) const;

    /// The values as a JSON object, numbers as numbers.
    std::string toJson() const;

private:
    friend class ParameterSchema;
    struct Value {
        ParameterType type;
        std::string text;
    };
    const Value &at(const std::string &name) const;
    std::map<std::string, Value> m_values;
};

/// The parameters that an attack or a recipe takes.
class ParameterSchema {
public:
    ParameterSchema() = default;
    explicit ParameterSchema(std::vector<Parameter> parameters) : m_parameters(std::move(parameters)) {}

    const std::vector<Parameter> &parameters() const { return m_parameters; }

    /// Checks `given` (name to text) against types and ranges and fills in the defaults.
    /// Throws Error(Usage) naming the parameter, its value and what is allowed.
    ParameterValues check(const std::map<std::string, std::string> &given) const;

private:
    std::vector<Parameter> m_parameters;
};

}  // namespace metamer
