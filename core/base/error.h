#pragma once

#include <stdexcept>
#include <string>

namespace metamer {

/// What kind of trouble an Error is; decides the exit status of the command line and the icon in the window.
enum class ErrorCode {
    Usage,      ///< wrong option or parameter: exit status 2
    NotFound,   ///< a named thing does not exist
    Exists,     ///< a named thing exists already and would be overwritten
    BadInput,   ///< a file or array that cannot be what it should be
    Io,         ///< reading or writing failed
    Locked,     ///< another process holds the study file
    Damaged,    ///< the study file is damaged
    Newer,      ///< the study file was made by a newer Metamer
    ReadOnly,   ///< the place cannot be written to
    Device,     ///< no such device, or it failed
    Aborted,    ///< the user ended it
    Internal,   ///< a fault of ours
};

/// The one exception of the core. `what()` is one plain sentence: what, which item, which value, what to do.
class Error : public std::runtime_error {
public:
    Error(ErrorCode code, const std::string &message) : std::runtime_error(message), m_code(code) {}

    ErrorCode code() const noexcept { return m_code; }

private:
    ErrorCode m_code;
};

}  // namespace metamer
