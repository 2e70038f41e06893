#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/records.h"
#include "core/store/study_file.h"

namespace metamer {

/// Makes a study file for a data set (see loadDataset for `spec`), with one labelling study in it. Refuses an existing
/// file; leaves none when it fails.
StudyFile createStudy(const std::filesystem::path &path, const std::string &spec, const std::filesystem::path &dataDir,
                      const DatasetReading &reading = {});

/// A run with its counts.
struct RunSummary {
    Run run;
    std::int64_t found = 0;
    std::int64_t attempts = 0;
};

/// What is in a study file, for `study info` and the window.
struct StudyInfo {
    std::string path;
    std::int64_t schema = 0;
    std::string journal;
    bool isReadOnly = false;
    Dataset dataset;
    std::vector<ModelRecord> models;
    std::map<std::string, std::vector<CertificateCount>> certificates;   ///< by the model's hash
    std::map<std::string, std::vector<Evaluation>> evaluations;          ///< by the model's hash, the newest last
    std::vector<TrainingRecord> trainings;   ///< under way, or stopped
    std::vector<RunSummary> runs;
    std::vector<Annotator> annotators;
    std::int64_t answers = 0;
};

StudyInfo studyInfo(StudyFile &file);

/// "BASE", or "BASE-2", "BASE-3" ... if that is taken.
template <typename IsTaken>
std::string freeName(const std::string &base, const IsTaken &isTaken) {
    std::string name = base;
    for (int i = 2; isTaken(name); ++i) {
        name = base + "-" + std::to_string(i);
    }
    return name;
}

}  // namespace metamer
