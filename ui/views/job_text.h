#pragma once

#include <QString>

#include "ui/bridge/job_queue.h"

namespace metamer {

/// "running", "finished" ...
QString stateText(JobState state);

/// "37 of 100, 0:42 left", or nothing where there is no progress to tell.
QString progressText(const JobInfo &job);

}  // namespace metamer
