#pragma once

#include <functional>

#include "core/store/study_file.h"

namespace metamer {

/// How a verb reaches the study file. A study file belongs to one thread; a job that runs on another goes through the
/// gate, which runs `work` where the file lives, waits, and rethrows what it throws.
class StudyGate {
public:
    virtual ~StudyGate() = default;
    virtual void with(const std::function<void(StudyFile &)> &work) = 0;
};

/// The gate of a program with one thread.
class DirectGate final : public StudyGate {
public:
    explicit DirectGate(StudyFile &file) : m_file(file) {}
    void with(const std::function<void(StudyFile &)> &work) override { work(m_file); }

private:
    StudyFile &m_file;
};

}  // namespace metamer
