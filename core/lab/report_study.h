#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/lab/study_setup.h"
#include "core/report/report_content.h"
#include "core/store/study_file.h"

namespace metamer {

struct ReportRequest {
    std::string run;                       ///< empty: every run
    std::vector<std::string> annotators;   ///< empty: everyone but the simulated
    std::string measure;                   ///< empty: the protocol's where it has answers, else the one with the most
    bool withSimulated = false;            ///< simulated annotators count too
};

struct StudyReport : ReportContent {
    std::string measure;          ///< of the protocol
    FreezeStatus freeze;
    bool hasSimulated = false;    ///< simulated answers are counted

    /// What a reader has to know beside the numbers, a sentence each: the freeze and what departs from it, simulated answers.
    std::vector<std::string> notes() const;
};

/// Counts what people and models said. Throws Error(NotFound) for an unknown run or annotator.
StudyReport reportStudy(StudyFile &file, const ReportRequest &request);

/// Writes a report as one HTML page. Throws Error(Io) naming the file.
void writeHtmlReport(StudyFile &file, const ReportRequest &request, const StudyReport &report, const std::filesystem::path &out);

/// How a model's answers agree with people's, over every run but those whose examples were chosen by its answers.
struct ModelAgreement {
    std::int64_t named = 0;    ///< examples that people name a class of
    std::int64_t agreed = 0;   ///< of those, the model says the same
};
/// By the model's name; hidden models and simulated annotators do not count.
std::map<std::string, ModelAgreement> modelAgreement(StudyFile &file);

/// What people said of one example.
struct ExampleVotes {
    VotesOfItem votes;       ///< each one's last standing answer; simulated annotators do not count
    ConsensusRule rule;      ///< of the protocol
    std::string measure;     ///< title of the measure that its run is reported by
};
ExampleVotes votesOnExample(StudyFile &file, const Example &example);

}  // namespace metamer
