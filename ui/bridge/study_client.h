#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include <QObject>
#include <QPointer>
#include <QThread>

#include "core/base/error.h"
#include "core/lab/gate.h"
#include "core/store/study_file.h"

namespace metamer {

using ErrorHandler = std::function<void(const Error &)>;

/// The window's way to the study file, which lives on a thread of its own: the one writer of this process.
/// Requests are answered in order, each on the asker's thread. Thread: main, but for gate().
class StudyClient final : public QObject {
    Q_OBJECT

public:
    explicit StudyClient(QObject *parent = nullptr);
    ~StudyClient() override;

    /// Replaces the open study by what `open` returns. If it throws, the old one stays and `onError` is told.
    void replace(QObject *context, std::function<StudyFile()> open, std::function<void()> onDone, ErrorHandler onError);

    /// Runs `work(StudyFile &)` on the study's thread, then `onResult(result)` on this one, unless `context` has gone.
    template <typename Work, typename OnResult>
    void ask(QObject *context, Work work, OnResult onResult, ErrorHandler onError = {}) {
        using Result = std::invoke_result_t<Work, StudyFile &>;
        QPointer<QObject> guard(context);
        post([this, guard, work = std::move(work), onResult = std::move(onResult), onError = std::move(onError)]() mutable {
            try {
                if constexpr (std::is_void_v<Result>) {
                    work(file());
                    answer([guard, onResult] { if (guard) onResult(); });
                } else {
                    auto result = std::make_shared<Result>(work(file()));
                    answer([guard, onResult, result] { if (guard) onResult(std::move(*result)); });
                }
            } catch (const Error &error) {
                answer([this, guard, onError, error] { if (guard) report(onError, error); });
            }
        });
    }

    /// For jobs on other threads: runs work on the study's thread and waits for it.
    StudyGate &gate() { return *m_gate; }

Q_SIGNALS:
    /// A request without an error handler of its own has failed.
    void failed(const metamer::Error &error);

private:
    StudyFile &file();
    void post(std::function<void()> work);
    void answer(std::function<void()> work);
    void report(const ErrorHandler &handler, const Error &error);

    QThread m_thread;
    QObject *m_worker;                 ///< lives on m_thread
    std::optional<StudyFile> m_file;   ///< touched on m_thread only
    std::unique_ptr<StudyGate> m_gate;
};

}  // namespace metamer
