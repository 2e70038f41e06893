// Two child processes, each with the real Label page and an annotator who types, on one study file, while a third adds
// examples by an attack. Each annotator tells an answer's uuid after the paint that shows it as saved; all are killed at
// random moments. Every uuid told must be in the file, and nobody may have seen trouble.

#include <csignal>
#include <cstdio>
#include <memory>
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
#include "ui/views/label_stage.h"

using namespace metamer;
using namespace metamer::test;

namespace {

constexpr int kUuidLength = 36;
constexpr int kKillsPerAttack = 10;   // the attack is killed too, and resumed, every so many times

int labelUntilKilled(int argc, char **argv, const char *study, const QString &annotator) {
    QApplication application(argc, argv);
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("metamer-test"));
    LabSession session;
    LabelPage page(session, nullptr);
    page.resize(900, 500);
    page.show();
    const auto tell = [](const QString &line) {
        std::printf("%s\n", qPrintable(line));
        std::fflush(stdout);
    };
    QObject::connect(&page, &LabelPage::answerShownSaved, &page, tell);
    QObject::connect(&session, &LabSession::failed, &page, [tell](const Error &error) { tell(QStringLiteral("trouble: ") + error.what()); });
    QObject::connect(&session, &LabSession::opened, &page, [&page, annotator] { page.start(annotator); });
    QTimer keys;
    int count = 0;
    QObject::connect(&keys, &QTimer::timeout, &page, [&] {
        ++count;
        if (page.hasUnsaved()) {
            tell(QStringLiteral("trouble: ") + page.findChild<LabelStage *>(QStringLiteral("stage"))->accessibleDescription());
        }
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
        const int kills = qEnvironmentVariableIsSet("METAMER_KILLS") ? qEnvironmentVariableIntValue("METAMER_KILLS") : 6;
        Folder folder;
        m_study = QString::fromStdString((folder / "a.metamer").string());
        makeLabelStudy(folder / "a.metamer", 1000);
        startAttack({});
        QTRY_VERIFY_WITH_TIMEOUT(examplesFound() > 0, 60000);   // it is under way
        Rng rng(static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch()));
        std::set<std::string> told;
        int killed = 0, attacks = 1;
        while (killed < kills) {
            std::unique_ptr<QProcess> annotators[2];
            for (auto &annotator : annotators) {
                annotator = std::make_unique<QProcess>();
                annotator->start(QCoreApplication::applicationFilePath(), {QStringLiteral("--child"), m_study, QStringLiteral("annotator %1").arg(killed)});   // so that items never run out
                ++killed;
            }
            for (auto &annotator : annotators) {
                QVERIFY(annotator->waitForReadyRead(30000));   // it has started to answer
            }
            for (auto &annotator : annotators) {
                const auto answered = told.size();
                QTest::qSleep(static_cast<int>(rng.below(300)));
                ::kill(static_cast<pid_t>(annotator->processId()), SIGKILL);
                QVERIFY(annotator->waitForFinished());
                for (const auto &line : annotator->readAllStandardOutput().split('\n')) {
                    QVERIFY2(!line.startsWith("trouble"), line.constData());
                    if (line.size() == kUuidLength) {   // a line that the kill has cut was not told
                        told.insert(line.toStdString());
                    }
                }
                QVERIFY(told.size() > answered);
            }
            if (killed / kKillsPerAttack >= attacks) {
                ++attacks;
                m_attack.kill();
                QVERIFY(m_attack.waitForFinished());
                startAttack({QStringLiteral("--resume"), QStringLiteral("attacked")});
            }
            checkFile(told);
        }
        QCOMPARE(m_attack.state(), QProcess::Running);
        m_attack.kill();
        m_attack.waitForFinished();
        const auto found = examplesFound();
        qInfo("%d kills of annotators, %d of the attack, which made %zu examples; %zu answers told as saved, none lost", killed, attacks, found, told.size());
    }

private:
    void startAttack(const QStringList &more) {
        const QStringList plain = {QStringLiteral("--name"), QStringLiteral("attacked"), QStringLiteral("--count"), QStringLiteral("2000"), QStringLiteral("--targets"), QStringLiteral("all"),
                                   QStringLiteral("--rotation-steps"), QStringLiteral("3"), QStringLiteral("--shift-steps"), QStringLiteral("3"),
                                   QStringLiteral("--attack"), QStringLiteral("linf-nearest"), QStringLiteral("--norm"), QStringLiteral("linf"), QStringLiteral("--eps"), QStringLiteral("0.4")};
        m_attack.start(QCoreApplication::applicationDirPath() + QStringLiteral("/metamer-cli"), QStringList{QStringLiteral("attack"), QStringLiteral("run"), m_study} + (more.isEmpty() ? plain : more));
        QVERIFY(m_attack.waitForStarted());
    }

    std::size_t examplesFound() {
        StudyFile file = StudyFile::open(m_study.toStdString());
        const auto run = RunTable(file).find("attacked");
        return run ? ExampleTable(file).idsOfRun(run->id).size() : 0;
    }

    void checkFile(const std::set<std::string> &told) {
        StudyFile file = StudyFile::open(m_study.toStdString());
        QCOMPARE(file.pragma("quick_check"), std::string("ok"));
        std::set<std::string> kept;
        for (const auto &cast : AnswerTable(file).list()) {
            kept.insert(cast.answer.uuid);
        }
        for (const auto &uuid : told) {
            QVERIFY2(kept.contains(uuid), uuid.c_str());
        }
    }

    QString m_study;
    QProcess m_attack;
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
