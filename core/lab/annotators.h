#pragma once

#include <string>

#include "core/store/tables.h"
#include "core/study/simulation.h"

namespace metamer {

struct EraseOutcome {
    std::int64_t answers = 0;
    std::string newName;     ///< what is left of the annotator
};

/// Erases a person whose consent is withdrawn: answers, notes, events, displays and the name; a dated mark stays. Copies and
/// backups of the file are not reached. Throws Error(NotFound), or Error(Usage) while the annotator is labelling.
EraseOutcome eraseAnnotator(StudyFile &file, const std::string &name);

struct SimulateOutcome {
    std::string run;
    std::int64_t raters = 0;
    std::int64_t answers = 0;
};

/// Adds answers of people who do not exist to a run's examples, for a dry run. The annotators are of kind simulated: reports
/// and exports leave them out unless asked. `people.classes` is taken from the study.
SimulateOutcome simulateLabels(StudyFile &file, const std::string &run, SimulatedPeople people);

}  // namespace metamer
