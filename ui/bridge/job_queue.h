#pragma once

#include <atomic>
#include <deque>
#include <functional>

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QThread>

#include "core/base/error.h"
#include "core/lab/job_context.h"

namespace metamer {

enum class JobState { Queued, Running, Finished, Stopped, Aborted, Failed };

/// What the window shows of a job. A value; the queue keeps the truth.
struct JobInfo {
    int id = 0;
    QString title;
    JobState state = JobState::Queued;
    Progress progress;
    QString message;  ///< the result in a phrase, or the error's sentence
    QString runName;  ///< the run that an attack makes, once known
};

/// What a job's work returns when it has not thrown.
struct JobResult {
    JobEnd end = JobEnd::Finished;
    QString message;
    QString runName;
};

using JobWork = std::function<JobResult(const JobContext &)>;

/// Runs jobs that need LibTorch one after another on a worker thread of lower priority. Every job ends as exactly one
/// of finished, stopped, aborted or failed. Progress is passed on at most 20 times a second, the last always.
/// Thread: main.
class JobQueue final : public QObject {
    Q_OBJECT

public:
    explicit JobQueue(QObject *parent = nullptr);
    ~JobQueue() override;

    int enqueue(const QString &title, JobWork work);

    /// A running job keeps what it has; a queued one is dropped.
    void stop(int id);

    /// Ends everything as soon as possible and waits for it.
    void abortAll();

    /// While set, a running attack leaves a core free: somebody is labelling.
    void setLeavesACore(bool leaves) { *m_leavesACore = leaves; }

    const std::deque<JobInfo> &jobs() const { return m_jobs; }
    /// The running job, or nullptr.
    const JobInfo *running() const;

Q_SIGNALS:
    void added(int row);
    void changed(int row);
    void ended(const metamer::JobInfo &job);

private:
    void startNext();
    void update(int id, const std::function<void(JobInfo &)> &change);
    void finish(int id, const JobResult &result);
    void fail(int id, const Error &error);

    struct Pending {
        int id;
        JobWork work;
    };

    QThread m_thread;
    QObject *m_worker;
    std::deque<JobInfo> m_jobs;
    std::deque<Pending> m_pending;
    StopToken m_stop;
    bool m_isRunning = false;
    int m_lastId = 0;
    std::shared_ptr<std::atomic<bool>> m_leavesACore = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace metamer
