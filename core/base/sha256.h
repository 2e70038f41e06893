#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace metamer {

/// SHA-256 over bytes that arrive in pieces.
class Sha256 {
public:
    Sha256();
    ~Sha256();

    void add(std::span<const std::uint8_t> bytes);
    void add(const std::string &text);

    /// The digest as 64 lower-case hexadecimal digits; ends the computation.
    std::string hex();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace metamer
