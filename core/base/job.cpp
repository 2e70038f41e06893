#include "core/base/job.h"

#include <chrono>

namespace metamer {
namespace {

std::int64_t nowNs() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

EtaClock::EtaClock() : m_startNs(nowNs()) {}

void EtaClock::stamp(Progress &progress) {
    if (m_firstDone < 0) {
        m_firstDone = progress.done;
        m_startNs = nowNs();
    }
    const std::int64_t advanced = progress.done - m_firstDone;
    if (advanced <= 0 || progress.total <= 0) {
        progress.secondsLeft = -1;
        return;
    }
    const double elapsed = static_cast<double>(nowNs() - m_startNs) * 1e-9;
    progress.secondsLeft = elapsed / static_cast<double>(advanced) * static_cast<double>(progress.total - progress.done);
}

}  // namespace metamer
