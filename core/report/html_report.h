#pragma once

#include <string>
#include <vector>

#include "core/report/report_table.h"

namespace metamer {

/// What an HTML report says besides its numbers.
struct HtmlReportHead {
    std::string study;          ///< file name
    std::string dataset;        ///< one line
    std::string annotators;     ///< whose answers count
    std::string version;        ///< of Metamer
    std::string createdUtc;
    std::string analysisPlan = {};        ///< as it was written before the first answer
    std::vector<std::string> notes = {};  ///< a sentence each: freeze, departures, simulated answers
};

/// One page that needs nothing beside it: the report's tables, and a picture of what people said with its intervals. Light and
/// dark by the reader's setting; prints on paper.
std::string htmlReport(const HtmlReportHead &head, const ReportContent &content);

}  // namespace metamer
