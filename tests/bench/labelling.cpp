#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include <QApplication>
#include <QEventLoop>
#include <QTemporaryDir>
#include <QTimer>
#include <QtTest>

#include "core/base/clock.h"
#include "tests/bench/bench.h"
#include "tests/support/label_fixture.h"
#include "ui/bridge/lab_session.h"
#include "ui/main_window.h"
#include "ui/pages/label_page.h"

namespace metamer::bench {
namespace {

using test::makeLabelStudy;

constexpr int kWarmUp = 20;
constexpr int kPatienceMs = 20000;
constexpr int kHumanPauseMs = 60;   // between a picture and the key: shorter than anybody's

void print(const char *what, std::vector<double> milliseconds) {
    std::sort(milliseconds.begin(), milliseconds.end());
    const auto at = [&](double share) { return milliseconds[static_cast<std::size_t>(std::floor(share * static_cast<double>(milliseconds.size() - 1)))]; };
    std::printf("%-44s  n %5zu   median %6.2f   p95 %6.2f   p99 %6.2f   most %6.2f ms\n", what, milliseconds.size(), at(0.5), at(0.95), at(0.99), milliseconds.back());
    std::fflush(stdout);
}

/// What nothing can be faster than: one answer in one transaction on the same disk, synchronous = FULL, by itself.
std::vector<double> bareCommits(const std::filesystem::path &path, int count) {
    StudyFile file = StudyFile::open(path);
    const StudyRecord study = StudyTable(file).get();
    SessionRecord session;
    session.studyId = study.id;
    session.annotatorId = AnnotatorTable(file).ensure("bare", AnnotatorKind::Person).id;
    Answer answer;
    answer.sessionId = SessionTable(file).insert(session);
    answer.itemId = ItemTable(file).ofStudy(study.id).front().id;
    answer.visibleJson = R"({"presentation":"perturbed","zoom":12})";
    std::vector<double> times;
    for (int i = 0; i < count; ++i) {
        answer.uuid.clear();
        const double start = systemClock().monotonicMs();
        file.transaction([&] { AnswerTable(file).insert(answer); });
        times.push_back(systemClock().monotonicMs() - start);
        QTest::qSleep(kHumanPauseMs / 4);
    }
    return times;
}

/// Lets the event loop run; nothing polls, so nothing is late.
void runFor(int milliseconds) {
    QEventLoop loop;
    QTimer::singleShot(milliseconds, Qt::PreciseTimer, &loop, &QEventLoop::quit);
    loop.exec();
}

/// Key presses through the window; the time from the key to the paint of the next picture.
std::vector<double> keyToPicture(LabelPage &page, int count) {
    std::vector<double> times;
    for (int i = 0; i < count + kWarmUp; ++i) {
        runFor(kHumanPauseMs);
        double shownAt = 0;
        QEventLoop loop;
        QTimer::singleShot(kPatienceMs, &loop, &QEventLoop::quit);
        const auto connection = QObject::connect(&page, &LabelPage::pictureShown, [&] {
            shownAt = systemClock().monotonicMs();
            loop.quit();
        });
        const double pressed = systemClock().monotonicMs();
        QTest::keyClick(&page, static_cast<Qt::Key>(Qt::Key_0 + i % 10));
        loop.exec();
        QObject::disconnect(connection);
        if (shownAt == 0) {
            std::fprintf(stderr, "no picture came within %d s\n", kPatienceMs / 1000);
            break;
        }
        if (i >= kWarmUp) {
            times.push_back(shownAt - pressed);
        }
    }
    return times;
}

}  // namespace

int measureLabelling(const QStringList &arguments) {
    const int count = arguments.isEmpty() ? 500 : std::max(50, arguments[0].toInt());
    QTemporaryDir temporary((arguments.size() > 1 ? arguments[1] : QDir::tempPath()) + QStringLiteral("/metamer-bench-XXXXXX"));
    const std::filesystem::path study = temporary.filePath(QStringLiteral("a.metamer")).toStdString();
    makeLabelStudy(study, 4 * count + 200);
    std::printf("%d answers a row, %d ms after each picture; synchronous = FULL; %d cores\n", count, kHumanPauseMs, QThread::idealThreadCount());
    print("commit alone", bareCommits(study, count));

    LabSession session;
    MainWindow window(session);
    window.resize(1280, 720);
    window.show();
    QSignalSpy opened(&session, &LabSession::opened);
    session.openStudy(QString::fromStdString(study.string()));
    opened.wait(kPatienceMs);
    window.goToPage(6);
    LabelPage &page = window.labelPage();
    QSignalSpy shown(&page, &LabelPage::pictureShown);
    page.start(QStringLiteral("bench"));
    shown.wait(kPatienceMs);
    print("key to next picture, no job", keyToPicture(page, count));

    AttackRunRequest attack;
    attack.count = 3000;
    attack.targets = "all";
    attack.device = "cpu";
    session.attack(attack);
    QSignalSpy examples(&session, &LabSession::exampleAdded);
    examples.wait(60000);
    const auto before = examples.count();
    print("key to next picture, an attack beside it", keyToPicture(page, count));
    std::printf("the attack made %lld examples meanwhile\n", static_cast<long long>(examples.count() - before));
    session.jobs().abortAll();
    return 0;
}

}  // namespace metamer::bench
