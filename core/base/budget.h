#pragma once

#include <cstdint>
#include <string>

namespace metamer {

enum class Norm { Linf, L2, L1, L0 };

/// The norm's name as written on the command line and kept in the study file: "linf", "l2", "l1", "l0".
std::string normName(Norm norm);

/// The norm's name as people read it: "Linf", "L2", "L1", "L0".
std::string normTitle(Norm norm);

/// Reads a norm's name, upper or lower case. Throws Error(Usage) for any other word.
Norm parseNorm(const std::string &text);

/// A norm and its eps, kept exactly as typed. For Linf, L2 and L1 the unit of eps is the full pixel range [0, 1];
/// for L0 it is a whole number of pixels.
///
/// eps is held as a fraction, so that `8/255` is 8 grey levels and 0.3 is 76, whatever a double would make of it.
class Budget {
public:
    /// Reads eps from `8/255`, `0.031` or `12`. Throws Error(Usage) if it is not a number, negative, not finite,
    /// over 1 for Linf, under one grey level for Linf, or not whole for L0.
    static Budget parse(Norm norm, const std::string &epsText);

    Norm norm() const { return m_norm; }
    const std::string &epsText() const { return m_text; }
    double eps() const { return static_cast<double>(m_numerator) / static_cast<double>(m_denominator); }

    /// floor(eps * 255): the greatest whole number of grey levels that a pixel may move under Linf.
    int greyLevels() const { return static_cast<int>(m_numerator * 255 / m_denominator); }

private:
    Budget(Norm norm, std::string text, std::int64_t numerator, std::int64_t denominator)
        : m_norm(norm), m_text(std::move(text)), m_numerator(numerator), m_denominator(denominator) {}

    Norm m_norm;
    std::string m_text;
    std::int64_t m_numerator;
    std::int64_t m_denominator;
};

}  // namespace metamer
