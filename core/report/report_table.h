#pragma once

#include <string>
#include <vector>

#include "core/report/report_content.h"

namespace metamer {

/// A table of a report as people read it: the same cells in the window, in HTML, LaTeX and CSV.
struct ReportTable {
    struct Column {
        std::string title;      ///< with its unit
        std::string help;       ///< one sentence: how it is counted
        bool isNumber = true;   ///< right-aligned
    };
    std::string name;           ///< "people", "agreement", "comparisons", "models", "models_proxy", "proxies", "annotators", "sizes"
    std::string title;
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;
};

/// "What people said", "Agreement between people", "Runs compared", "Models against people", "Models against the evaluator proxy", "Proxies: automatic guesses",
/// "Annotators" and "Sizes of the perturbations". Shares are in percent with one decimal, "-" stands for what was not computed.
std::vector<ReportTable> reportTables(const ReportContent &content);

/// RFC 4180, with a header line.
std::string toCsv(const ReportTable &table);

/// A tabular with booktabs' rules.
std::string toLatex(const ReportTable &table);

}  // namespace metamer
