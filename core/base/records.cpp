#include "core/base/records.h"

#include <cmath>

namespace metamer {

double ByteNorms::l2() const { return std::sqrt(static_cast<double>(l2SquaredLevels)) / 255.0; }

const char *nameOf(RunState state) {
    switch (state) {
        case RunState::Running: return "running";
        case RunState::Finished: return "finished";
        case RunState::Stopped: return "stopped";
        case RunState::Aborted: return "aborted";
        case RunState::Failed: return "failed";
    }
    return "";
}

const char *nameOf(CertificateStatus status) {
    switch (status) {
        case CertificateStatus::Certified: return "certified";
        case CertificateStatus::NotCertified: return "not_certified";
        default: return "unknown";
    }
}

const char *nameOf(TrialKind kind) {
    switch (kind) {
        case TrialKind::Practice: return "practice";
        case TrialKind::Main: return "main";
        default: return "repeat";
    }
}

const char *nameOf(AnnotatorKind kind) {
    switch (kind) {
        case AnnotatorKind::Person: return "person";
        case AnnotatorKind::Import: return "import";
        default: return "simulated";
    }
}

}  // namespace metamer
