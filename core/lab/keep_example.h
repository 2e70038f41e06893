#pragma once

#include "core/base/rng.h"
#include "core/data/dataset_reader.h"
#include "core/store/tables.h"

namespace metamer {

/// Writes examples of one run into the study file: the source, the donor, the example, its item in the labelling study,
/// and now and then a clean control from images that the run does not use. Call inside a transaction.
class ExampleKeeper {
public:
    ExampleKeeper(const LoadedDataset &data, const Run &run, StudyId study, int examplesPerControl);

    SourceImageId keepSource(StudyFile &file, const std::string &split, std::int64_t index);

    /// Keeps `example` (run, ordinal and ids are filled in) and gives back the row as written.
    Example keep(StudyFile &file, Example example, std::int64_t sourceIndex, std::int64_t donorIndex);

private:
    void keepControls(StudyFile &file);

    const LoadedDataset &m_data;
    Run m_run;
    StudyId m_study;
    int m_examplesPerControl;
    std::vector<std::int64_t> m_controlPool;  ///< rows of the run's split that it does not attack, in drawn order
};

/// Tells whether the process "host:pid" that owns a run is alive on this machine and is not this one.
bool isOwnedElsewhere(const std::string &owner);

/// This process as "host:pid".
std::string thisProcess();

}  // namespace metamer
