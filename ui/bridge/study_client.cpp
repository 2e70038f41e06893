#include "ui/bridge/study_client.h"

#include <exception>

namespace metamer {
namespace {

class ThreadGate final : public StudyGate {
public:
    ThreadGate(QObject *worker, std::function<StudyFile &()> file) : m_worker(worker), m_file(std::move(file)) {}

    void with(const std::function<void(StudyFile &)> &work) override {
        std::exception_ptr failure;
        QMetaObject::invokeMethod(
            m_worker,
            [&] {
                try {
                    work(m_file());
                } catch (...) {
                    failure = std::current_exception();
                }
            },
            Qt::BlockingQueuedConnection);
        if (failure) {
            std::rethrow_exception(failure);
        }
    }

private:
    QObject *m_worker;
    std::function<StudyFile &()> m_file;
};

}  // namespace

StudyClient::StudyClient(QObject *parent) : QObject(parent), m_worker(new QObject) {
    m_worker->moveToThread(&m_thread);
    m_gate = std::make_unique<ThreadGate>(m_worker, [this]() -> StudyFile & { return file(); });
    m_thread.setObjectName(QStringLiteral("study"));
    m_thread.start();
}

StudyClient::~StudyClient() {
    post([this] { m_file.reset(); });
    QMetaObject::invokeMethod(m_worker, [] {}, Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
    delete m_worker;
}

StudyFile &StudyClient::file() {
    if (!m_file) {
        throw Error(ErrorCode::NotFound, "no study is open; open one or make a new one");
    }
    return *m_file;
}

void StudyClient::replace(QObject *context, std::function<StudyFile()> open, std::function<void()> onDone, ErrorHandler onError) {
    QPointer<QObject> guard(context);
    post([this, guard, open = std::move(open), onDone = std::move(onDone), onError = std::move(onError)] {
        try {
            StudyFile opened = open();
            m_file.reset();
            m_file.emplace(std::move(opened));
            answer([guard, onDone] { if (guard) onDone(); });
        } catch (const Error &error) {
            answer([this, guard, onError, error] { if (guard) report(onError, error); });
        }
    });
}

void StudyClient::post(std::function<void()> work) { QMetaObject::invokeMethod(m_worker, std::move(work), Qt::QueuedConnection); }

void StudyClient::answer(std::function<void()> work) { QMetaObject::invokeMethod(this, std::move(work), Qt::QueuedConnection); }

void StudyClient::report(const ErrorHandler &handler, const Error &error) {
    if (handler) {
        handler(error);
    } else {
        Q_EMIT failed(error);
    }
}

}  // namespace metamer
