#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/report/run_report.h"
#include "core/study/dawid_skene.h"

namespace metamer {

/// Who answered, and how reliably. A view of annotators: it weighs nobody's votes.
struct AnnotatorReport {
    std::string name;
    std::string kind;                          ///< "person", "import" or "simulated"
    std::string measure;
    std::int64_t answers = 0;                  ///< standing ones, practice aside
    std::int64_t unsure = 0;
    std::int64_t flagged = 0;                  ///< given while something disturbed
    std::optional<double> medianResponseMs;
    std::int64_t cleanSeen = 0, cleanRight = 0;  ///< clean controls, gold among them: the data set's label
    std::int64_t goldSeen = 0, goldRight = 0;
    std::int64_t repeated = 0, repeatedSame = 0; ///< asked twice, and answered the same
    std::optional<AnnotatorSkill> skill;         ///< by Dawid and Skene's model, over examples and controls
};

/// Two runs on the sources that both have answers on.
struct RunComparison {
    std::string first, second, measure;
    PairedDifference changed;   ///< share changed, first minus second
};

/// Everything that a report counts.
struct ReportContent {
    std::vector<RunReport> runs;              ///< one a run, each of one measure
    std::vector<RunReport> otherMeasures;     ///< the runs' answers of other measures, never counted with the above
    std::vector<RunReport> controls;          ///< clean controls, one for each measure
    std::vector<ModelReport> models;
    std::vector<ProxyReport> proxies;
    std::vector<AnnotatorReport> annotators;
    std::vector<RunComparison> comparisons;
};

}  // namespace metamer
