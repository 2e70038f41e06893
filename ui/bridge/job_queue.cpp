#include "ui/bridge/job_queue.h"

#include <sys/resource.h>

namespace metamer {
namespace {

constexpr qint64 kProgressIntervalMs = 50;
constexpr int kNiceness = 5;  // the window and its answers go first

}  // namespace

JobQueue::JobQueue(QObject *parent) : QObject(parent), m_worker(new QObject) {
    m_worker->moveToThread(&m_thread);
    m_thread.setObjectName(QStringLiteral("compute"));
    m_thread.start();
    QMetaObject::invokeMethod(m_worker, [] { setpriority(PRIO_PROCESS, 0, kNiceness); });  // of this thread and those it starts
}

JobQueue::~JobQueue() {
    abortAll();
    m_thread.quit();
    m_thread.wait();
    delete m_worker;
}

const JobInfo *JobQueue::running() const {
    for (const auto &job : m_jobs) {
        if (job.state == JobState::Running) {
            return &job;
        }
    }
    return nullptr;
}

int JobQueue::enqueue(const QString &title, JobWork work) {
    JobInfo job;
    job.id = ++m_lastId;
    job.title = title;
    m_jobs.push_back(job);
    m_pending.push_back({job.id, std::move(work)});
    Q_EMIT added(static_cast<int>(m_jobs.size()) - 1);
    startNext();
    return job.id;
}

void JobQueue::stop(int id) {
    const auto pending = std::find_if(m_pending.begin(), m_pending.end(), [id](const Pending &job) { return job.id == id; });
    if (pending != m_pending.end()) {
        m_pending.erase(pending);
        update(id, [](JobInfo &job) { job.state = JobState::Stopped; job.message = tr("not started"); });
    } else if (running() != nullptr && running()->id == id) {
        m_stop.requestStop();
    }
}

void JobQueue::abortAll() {
    while (!m_pending.empty()) {
        stop(m_pending.back().id);
    }
    m_stop.requestAbort();
    QMetaObject::invokeMethod(m_worker, [] {}, Qt::BlockingQueuedConnection);
}

void JobQueue::startNext() {
    if (m_isRunning || m_pending.empty()) {
        return;
    }
    const Pending next = std::move(m_pending.front());
    m_pending.pop_front();
    m_isRunning = true;
    m_stop = StopToken();
    update(next.id, [](JobInfo &job) { job.state = JobState::Running; });
    JobContext context;
    context.stop = m_stop;
    context.leavesACore = [flag = m_leavesACore] { return flag->load(); };
    context.progress = [this, id = next.id, clock = std::make_shared<QElapsedTimer>()](const Progress &progress) {
        const bool isLast = progress.total > 0 && progress.done == progress.total;
        if (!clock->isValid() || isLast || clock->elapsed() >= kProgressIntervalMs) {
            clock->start();
            QMetaObject::invokeMethod(this, [this, id, progress] { update(id, [&](JobInfo &job) { job.progress = progress; }); });
        }
    };
    QMetaObject::invokeMethod(m_worker, [this, next, context] {
        try {
            const JobResult result = next.work(context);
            QMetaObject::invokeMethod(this, [this, next, result] { finish(next.id, result); });
        } catch (const Error &error) {
            QMetaObject::invokeMethod(this, [this, next, error] { fail(next.id, error); });
        } catch (const std::exception &error) {
            const Error wrapped(ErrorCode::Internal, std::string("internal fault: ") + error.what());
            QMetaObject::invokeMethod(this, [this, next, wrapped] { fail(next.id, wrapped); });
        }
    });
}

void JobQueue::update(int id, const std::function<void(JobInfo &)> &change) {
    for (std::size_t row = 0; row < m_jobs.size(); ++row) {
        if (m_jobs[row].id == id) {
            change(m_jobs[row]);
            Q_EMIT changed(static_cast<int>(row));
            return;
        }
    }
}

void JobQueue::finish(int id, const JobResult &result) {
    m_isRunning = false;
    update(id, [&](JobInfo &job) {
        job.state = result.end == JobEnd::Finished  ? JobState::Finished
                    : result.end == JobEnd::Stopped ? JobState::Stopped
                                                    : JobState::Aborted;
        job.message = result.message;
        job.runName = result.runName;
        Q_EMIT ended(job);
    });
    startNext();
}

void JobQueue::fail(int id, const Error &error) {
    m_isRunning = false;
    update(id, [&](JobInfo &job) {
        job.state = JobState::Failed;
        job.message = QString::fromUtf8(error.what());
        Q_EMIT ended(job);
    });
    startNext();
}

}  // namespace metamer
