#include "ui/views/job_text.h"

#include <QCoreApplication>

namespace metamer {

QString stateText(JobState state) {
    switch (state) {
        case JobState::Queued: return QCoreApplication::translate("Job", "waiting");
        case JobState::Running: return QCoreApplication::translate("Job", "running");
        case JobState::Finished: return QCoreApplication::translate("Job", "finished");
        case JobState::Stopped: return QCoreApplication::translate("Job", "stopped");
        case JobState::Aborted: return QCoreApplication::translate("Job", "aborted");
        case JobState::Failed: return QCoreApplication::translate("Job", "failed");
    }
    return {};
}

QString progressText(const JobInfo &job) {
    if (job.progress.total <= 0) {
        return {};
    }
    QString text = QCoreApplication::translate("Job", "%1 of %2").arg(job.progress.done).arg(job.progress.total);
    if (job.state == JobState::Running && job.progress.secondsLeft >= 0) {
        const int seconds = static_cast<int>(job.progress.secondsLeft + 0.5);
        text += QCoreApplication::translate("Job", ", %1:%2 left").arg(seconds / 60).arg(seconds % 60, 2, 10, QLatin1Char('0'));
    }
    return text;
}

}  // namespace metamer
