#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace metamer {

/// A number as people write it: up to six significant digits, no trailing zeros, whatever the locale.
std::string formatNumber(double value);

std::string join(const std::vector<std::string> &parts, const std::string &separator);

/// Splits at every `separator`; "a,,b" gives three parts, "" gives none.
std::vector<std::string> split(const std::string &text, char separator);

/// A field of a CSV record (RFC 4180): quoted where it holds a comma, a quote or a line end.
std::string csvField(const std::string &text);

/// Without white space at either end.
std::string trimmed(const std::string &text);

/// "1 image", "2 images": the count with its noun in the right number.
std::string countOf(std::int64_t count, const std::string &noun);

/// A duration as people read it: "0:42", "3:07", "4:22:24".
std::string durationText(double seconds);

/// The present moment in UTC as "2026-11-22T15:04:05.678Z".
std::string utcNow();

}  // namespace metamer
