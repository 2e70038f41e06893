#include "core/base/budget.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "core/base/error.h"

namespace metamer {
namespace {

struct Fraction {
    std::int64_t numerator = 0;
    std::int64_t denominator = 1;
};

constexpr std::size_t kMostDigits = 9;  // keeps numerator * 255 * 10^9 inside 64 bits

/// Reads a plain decimal number such as "0.031" without rounding it.
std::optional<Fraction> parseDecimal(const std::string &text) {
    Fraction result;
    std::size_t digits = 0;
    bool hasPoint = false;
    for (const char c : text) {
        if (c == '.' && !hasPoint) {
            hasPoint = true;
        } else if (std::isdigit(static_cast<unsigned char>(c)) && digits < 2 * kMostDigits) {
            if (hasPoint && result.denominator >= 1000000000) {
                continue;  // beyond nine decimals nothing can change a grey level
            }
            result.numerator = result.numerator * 10 + (c - '0');
            if (hasPoint) {
                result.denominator *= 10;
            }
            ++digits;
            if (result.numerator > 1000000000000) {
                return std::nullopt;
            }
        } else {
            return std::nullopt;
        }
    }
    return digits > 0 ? std::optional(result) : std::nullopt;
}

std::optional<Fraction> parseFraction(const std::string &text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) {
        return parseDecimal(text);
    }
    const auto top = parseDecimal(text.substr(0, slash));
    const auto bottom = parseDecimal(text.substr(slash + 1));
    const bool isWhole = top && bottom && top->denominator == 1 && bottom->denominator == 1;
    if (!isWhole || bottom->numerator == 0) {
        return std::nullopt;
    }
    return Fraction{top->numerator, bottom->numerator};
}

}  // namespace

std::string normName(Norm norm) {
    switch (norm) {
        case Norm::Linf: return "linf";
        case Norm::L2: return "l2";
        case Norm::L1: return "l1";
        case Norm::L0: return "l0";
    }
    return {};
}

std::string normTitle(Norm norm) {
    std::string name = normName(norm);
    name[0] = 'L';
    return name;
}

Norm parseNorm(const std::string &text) {
    std::string lower = text;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const Norm norm : {Norm::Linf, Norm::L2, Norm::L1, Norm::L0}) {
        if (lower == normName(norm)) {
            return norm;
        }
    }
    throw Error(ErrorCode::Usage, "norm '" + text + "' is unknown; use linf, l2, l1 or l0");
}

Budget Budget::parse(Norm norm, const std::string &epsText) {
    const auto fraction = parseFraction(epsText);
    if (!fraction) {
        throw Error(ErrorCode::Usage,
                    "eps '" + epsText + "' is not a number from 0 up; write it like 8/255, 0.3 or 12");
    }
    Budget budget(norm, epsText, fraction->numerator, fraction->denominator);
    if (norm == Norm::Linf && fraction->numerator > fraction->denominator) {
        throw Error(ErrorCode::Usage, "eps " + epsText + " is over 1, the whole pixel range; under linf use at most 1");
    }
    if (norm == Norm::Linf && budget.greyLevels() == 0) {
        throw Error(ErrorCode::Usage,
                    "eps " + epsText + " is less than one grey level (1/255); under linf use at least 1/255");
    }
    if (norm == Norm::L0 && fraction->numerator % fraction->denominator != 0) {
        throw Error(ErrorCode::Usage, "eps " + epsText + " is not a whole number; under l0 it counts pixels");
    }
    return budget;
}

}  // namespace metamer
