#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace metamer {

/// How a job ended. Stopped keeps and reports what is done; Aborted drops what was in hand and stays silent.
/// A failure is an Error that leaves the job.
enum class JobEnd { Finished, Stopped, Aborted };

/// Handed to a job by value; asked between units of work. Thread-safe; copies share their state.
class StopToken {
public:
    StopToken() : m_state(std::make_shared<std::atomic<int>>(0)) {}

    void requestStop() { raise(1); }
    void requestAbort() { raise(2); }

    /// True after requestStop or requestAbort.
    bool isStopRequested() const { return m_state->load() >= 1; }
    bool isAbortRequested() const { return m_state->load() >= 2; }

    /// What the job's end is if it ends here because it was asked to.
    JobEnd end() const { return isAbortRequested() ? JobEnd::Aborted : JobEnd::Stopped; }

private:
    void raise(int level) {
        int seen = m_state->load();
        while (seen < level && !m_state->compare_exchange_weak(seen, level)) {
        }
    }

    std::shared_ptr<std::atomic<int>> m_state;
};

/// How far a job is. Sent as often as the job likes; whoever shows it throttles.
struct Progress {
    std::string what;             ///< what is being done now, as people read it: "training small-cnn"
    std::int64_t done = 0;
    std::int64_t total = 0;       ///< 0 when it is not known
    double secondsLeft = -1;      ///< negative when it is not known
    std::string unit = {};        ///< what is counted, where that does not go without saying: "KiB"
};

using ProgressHandler = std::function<void(const Progress &)>;

/// Works out secondsLeft from the pace so far. Not thread-safe: one per job.
class EtaClock {
public:
    EtaClock();

    /// Fills `progress.secondsLeft` from the time since construction, counting from `progress.done` at the first call.
    void stamp(Progress &progress);

private:
    std::int64_t m_startNs;
    std::int64_t m_firstDone = -1;
};

}  // namespace metamer
