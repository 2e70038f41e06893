// A child process with the real Label page types answers and tells each answer's uuid after the paint that shows it as
// saved; it is killed at a random moment. Every uuid told must be in the file.

#include <csignal>
#include <cstdio>
#include <set>

#include <QApplication>
#include <QProcess>
#include <QStandardPaths>
#include <QTimer>

#include "core/base/rng.h"
#include "tests/support/fixtures.h"
#include "tests/support/label_fixture.h"
#include "ui/bridge/lab_session.h"
#include "ui/pages/label_page.h"

using namespace metamer;
using namespace metamer::test;

namespace {

int labelUntilKilled(int argc, char **argv, const char *study, const QString &annotator) {
    QApplication application(argc, argv);
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("metamer-test"));
    LabSession session;
    LabelPage page(session, nullptr);
    page.resize(900, 500);
    page.show();
    QObject::connect(&page, &LabelPage::answerShownSaved, &page, [](const QString &uuid) {
        std::printf("%s\n", qPrintable(uuid));
        std::fflush(stdout);
    });
    QObject::connect(&session, &LabSession::opened, &page, [&page, annotator] { page.start(annotator); });
    QTimer keys;
    int count = 0;
    QObject::connect(&keys, &QTimer::timeout, &page, [&page, &count] {
        ++count;
        QTest::keyClick(&page, count % 9 == 0 ? Qt::Key_Backspace : static_cast<Qt::Key>(Qt::Key_0 + count % 10));
    });
    keys.start(1);
    session.openStudy(QString::fromUtf8(study));
    return QApplication::exec();
}

}  // namespace

class TestLabelCrash : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void noToldAnswerIsLost() {
        const int kills = qEnvironmentVariableIsSet("METAMER_KILLS") ? qEnvironmentVariableIntValue("METAMER_KILLS") : 5;
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 1000);
        Rng rng(static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch()));
        std::set<std::string> told;
        for (int i = 0; i < kills; ++i) {
            QProcess child;
            child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--child"), QString::fromStdString((folder / "a.metamer").string()),
                                                                 QStringLiteral("annotator %1").arg(i)});   // so that items never run out
            QVERIFY(child.waitForReadyRead(20000));   // it has started to answer
            const auto answered = told.size();
            QTest::qSleep(static_cast<int>(rng.below(300)));
            ::kill(static_cast<pid_t>(child.processId()), SIGKILL);
            QVERIFY(child.waitForFinished());
            for (const auto &line : child.readAllStandardOutput().split('\n')) {
                if (line.size() == 36) {   // a line that the kill has cut was not told
                    told.insert(line.toStdString());
                }
            }
            QVERIFY(told.size() > answered);
            StudyFile file = StudyFile::open(folder / "a.metamer");
            QCOMPARE(file.pragma("integrity_check"), std::string("ok"));
            std::set<std::string> kept;
            for (const auto &cast : AnswerTable(file).list()) {
                kept.insert(cast.answer.uuid);
            }
            for (const auto &uuid : told) {
                QVERIFY2(kept.contains(uuid), uuid.c_str());
            }
        }
        qInfo("%d kills, %zu answers told as saved, none lost", kills, told.size());
    }
};

int main(int argc, char **argv) {
    if (argc == 4 && std::string(argv[1]) == "--child") {
        return labelUntilKilled(argc, argv, argv[2], QString::fromUtf8(argv[3]));
    }
    QCoreApplication application(argc, argv);
    TestLabelCrash test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_label_crash.moc"
