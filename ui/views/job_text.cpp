#include "ui/views/job_text.h"

#include <QCoreApplication>

#include "core/base/text.h"

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
    const QString unit = job.progress.unit.empty() ? QString() : QLatin1Char(' ') + QString::fromStdString(job.progress.unit);
    QString text = QCoreApplication::translate("Job", "%1 of %2").arg(job.progress.done).arg(job.progress.total) + unit;
    if (job.state == JobState::Running && job.progress.secondsLeft >= 0) {
        text += QCoreApplication::translate("Job", ", %1 left").arg(QString::fromStdString(durationText(job.progress.secondsLeft)));
    }
    return text;
}

}  // namespace metamer
