// Whole labelling sessions through the real window, by key presses; and what happens when the file or the clock fails.

#include <QApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>

#include "core/base/json.h"
#include "core/lab/report_study.h"
#include "core/store/sql.h"
#include "tests/support/fixtures.h"
#include "tests/support/label_fixture.h"
#include "ui/bridge/lab_session.h"
#include "ui/main_window.h"
#include "ui/pages/label_page.h"
#include "ui/views/label_stage.h"
#include "ui/views/words_view.h"

using namespace metamer;
using namespace metamer::test;

namespace {

/// The window with a study open on its Label page, and an annotator who presses keys.
class Desk {
public:
    explicit Desk(const std::filesystem::path &study) : m_window(m_session), page(m_window.labelPage()), m_shown(&page, &LabelPage::pictureShown), m_saved(&page, &LabelPage::answerShownSaved) {
        m_window.resize(1200, 700);
        m_window.show();
        QSignalSpy opened(&m_session, &LabSession::opened);
        m_session.openStudy(QString::fromStdString(study.string()));
        opened.wait(20000);
        m_window.goToPage(6);
    }

    void begin(const QString &who) {
        const auto name = page.findChild<QLineEdit *>("annotator");
        name->setText(who);
        QTest::keyClick(name, Qt::Key_Return);
        QTRY_VERIFY(page.isLabelling());
    }

    /// Presses a key; true when the screen has said that the answer is saved.
    bool answer(Qt::Key key) {
        const auto before = m_saved.count();
        press(key);
        return QTest::qWaitFor([&] { return m_saved.count() > before; }, 8000);
    }

    /// How many answers were told as saved, each after the next picture was painted.
    qsizetype toldSaved() const { return m_saved.count(); }

    void press(Qt::Key key) { QTest::keyClick(&page, key); }

    /// Presses a key and waits until a picture is there again.
    bool pressForPicture(Qt::Key key) {
        const auto before = m_shown.count();
        press(key);
        return QTest::qWaitFor([&] { return m_shown.count() > before; }, 8000);
    }

    bool pressForPictureOrTrouble(Qt::Key key) {
        const auto before = m_shown.count();
        press(key);
        return QTest::qWaitFor([&] { return m_shown.count() > before || page.hasUnsaved(); }, 8000);
    }

    bool waitForWords() {
        return QTest::qWaitFor([&] { return page.findChild<WordsView *>()->isVisible(); }, 8000);
    }

    bool waitForPicture() { return m_shown.count() > 0 || m_shown.wait(8000); }

    QString status() { return page.findChild<LabelStage *>("stage")->accessibleDescription(); }
    void onStudyThread(const std::string &sql) {
        bool isDone = false;
        m_session.study().ask(&page, [sql](StudyFile &file) { file.connection().run(sql); }, [&] { isDone = true; });
        QTRY_VERIFY(isDone);
    }

private:
    LabSession m_session;
    MainWindow m_window;

public:
    LabelPage &page;

private:
    QSignalSpy m_shown, m_saved;
};

Qt::Key digit(int label) { return static_cast<Qt::Key>(Qt::Key_0 + label); }

}  // namespace

class TestLabelSession : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("metamer-test");
        QSettings().clear();
    }

    /// 500 trials, half of them clean, with gold, repeats, practice, breaks and take-backs: the file holds exactly what was typed.
    void fiveHundredItemsByKeyboard() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 300,
                       {{"presentation", "perturbed"}, {"order", "lists"}, {"examples-per-control", "1"}, {"gold", "20"}, {"practice", "5"}, {"repeats", "20"},
                        {"trials-per-list", "500"}, {"break-every", "100"}, {"answers-per-item", "1"}, {"instructions", "Say what you see."}, {"consent", "You agree."}});
        std::vector<int> typed;        // the answer that stands, trial by trial
        int takeBacks = 0;
        {
            Desk desk(folder / "a.metamer");
            desk.begin("ada");
            QVERIFY(desk.waitForWords());
            desk.press(Qt::Key_Return);                       // consent
            QVERIFY(desk.pressForPicture(Qt::Key_Return));    // instructions
            Rng rng(7);
            for (int trial = 0; trial < 525; ++trial) {       // 5 practice, 500, 20 repeats
                if (trial == 5) {
                    QTest::qWait(50);
                    QVERIFY(desk.pressForPicture(Qt::Key_Return));   // that was the practice
                }
                const int label = static_cast<int>(rng.below(12));
                const Qt::Key key = label < 10 ? digit(label) : (label == 10 ? Qt::Key_N : Qt::Key_U);
                typed.push_back(label);
                const bool isBreak = trial >= 5 && (trial - 4) % 100 == 0 && trial < 524;
                if (isBreak || trial == 524) {
                    desk.press(key);   // words follow, not a picture
                    QVERIFY2(desk.waitForWords(), qPrintable(QString::number(trial)));
                } else {
                    QVERIFY2(desk.answer(key), qPrintable(QString::number(trial)));
                }
                if (trial < 5) {
                    QTest::qWait(1300);   // what is right is told
                } else if (isBreak) {
                    QVERIFY(desk.pressForPicture(Qt::Key_Return));
                } else if (trial % 50 == 30) {
                    QVERIFY(desk.pressForPicture(Qt::Key_Backspace));
                    QVERIFY(desk.answer(Qt::Key_4));
                    typed.back() = 4;
                    ++takeBacks;
                }
            }
            desk.press(Qt::Key_Return);   // thanks
            QTRY_VERIFY(!desk.page.isLabelling());
        }
        StudyFile file = StudyFile::open(folder / "a.metamer");
        const auto trials = ListTable(file).trials(ListTable(file).list(StudyTable(file).get().id)[0].id);
        QCOMPARE(trials.size(), std::size_t(525));
        const auto all = AnswerTable(file).list();
        QCOMPARE(all.size(), std::size_t(525 + 2 * takeBacks));
        std::map<TrialId, int> standing;
        for (const auto &cast : standingAnswers(all)) {
            QVERIFY(standing.emplace(cast.answer.trialId, labelOf(cast.answer)).second);
            QVERIFY(cast.answer.responseMs.has_value() && cast.answer.measure == "perturbed");
        }
        for (std::size_t i = 0; i < trials.size(); ++i) {
            const int expected = typed[i] == 10 ? kNotAClass : (typed[i] == 11 ? kUnsure : typed[i]);
            QCOMPARE(standing.at(trials[i].id), expected);
        }
        const StudyReport report = reportStudy(file, {});
        QCOMPARE(report.annotators[0].answers, 520);
        QCOMPARE(report.annotators[0].repeated, 20);
        QCOMPARE(report.annotators[0].goldSeen, 20);
        QCOMPARE(report.runs[0].labelled, 250);
        QCOMPARE(report.controls[0].labelled, 250);
        int breaks = 0;
        for (const auto &event : EventTable(file).list()) {
            breaks += event.kind == "break";
        }
        QCOMPARE(breaks, 5);
    }

    void oneOfTheLastTenIsOpenedAgain() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 20);
        Desk desk(folder / "a.metamer");
        desk.begin("ada");
        QVERIFY(desk.waitForPicture());
        for (int label = 1; label <= 5; ++label) {
            QVERIFY(desk.answer(digit(label)));
        }
        desk.press(Qt::Key_Left);
        desk.press(Qt::Key_Left);
        desk.press(Qt::Key_Left);
        QVERIFY(desk.pressForPicture(Qt::Key_Return));
        QVERIFY(desk.answer(Qt::Key_9));
        StudyFile file = StudyFile::open(folder / "a.metamer");
        const auto answers = AnswerTable(file).list();
        QCOMPARE(answers.size(), std::size_t(7));
        QCOMPARE(answers[5].answer.withdraws, answers[2].answer.id);   // the 3
        QCOMPARE(answers[6].answer.itemId, answers[2].answer.itemId);
        QCOMPARE(answers[6].answer.label, 9);
        QCOMPARE(standingAnswers(answers).size(), std::size_t(5));
    }

    void confidenceNotesAndOwnKeys() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 10, {{"presentation", "perturbed"}, {"confidence", "true"}, {"notes", "true"}, {"keys", "q w e r t a s d f g"}, {"answers", "forced"}});
        Desk desk(folder / "a.metamer");
        desk.begin("ada");
        QVERIFY(desk.waitForPicture());
        desk.press(Qt::Key_F2);
        auto *note = qobject_cast<QLineEdit *>(QApplication::focusWidget());
        QVERIFY(note != nullptr);
        QTest::keyClicks(note, "a tail, 3?");   // typed into the note, not answers
        QTest::keyClick(note, Qt::Key_Return);
        desk.press(Qt::Key_N);                   // not on offer in a forced choice
        desk.press(Qt::Key_D);
        desk.press(Qt::Key_3);
        QTRY_VERIFY(desk.status().contains("saved"));
        desk.press(Qt::Key_Q);
        desk.press(Qt::Key_Backspace);           // not saved yet: another answer
        QVERIFY(desk.waitForPicture());
        QTest::qWait(50);
        desk.press(Qt::Key_W);
        QVERIFY(desk.answer(Qt::Key_1));
        StudyFile file = StudyFile::open(folder / "a.metamer");
        const auto answers = AnswerTable(file).list();
        QCOMPARE(answers.size(), std::size_t(2));
        QVERIFY(answers[0].answer.label == 7 && answers[0].answer.confidence == 3 && answers[0].answer.note == "a tail, 3?");
        QVERIFY(answers[1].answer.label == 1 && answers[1].answer.confidence == 1 && answers[1].answer.note.empty());
        QCOMPARE(answers[0].answer.measure, std::string("perturbed-forced"));
    }

    void sequenceAndExposure() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 10, {{"presentation", "sequence"}, {"original-ms", "200"}, {"gap-ms", "100"}, {"exposure-ms", "150"}});
        Desk desk(folder / "a.metamer");
        QElapsedTimer clock;
        desk.begin("ada");
        clock.start();
        desk.press(Qt::Key_5);   // the original is in sight: no answer to it
        QVERIFY(desk.waitForPicture());
        QVERIFY(clock.elapsed() >= 250);
        QTest::qWait(250);       // the picture has gone, the answer still counts
        QVERIFY(desk.answer(Qt::Key_5));
        StudyFile file = StudyFile::open(folder / "a.metamer");
        const auto answers = AnswerTable(file).list();
        QCOMPARE(answers.size(), std::size_t(1));
        QVERIFY(*answers[0].answer.responseMs >= 250);
        const Json visible = Json::parse(answers[0].answer.visibleJson);
        QVERIFY(visible["exposure_ms"] == 150 && visible["original_ms"] == 200 && visible["presentation"] == "sequence");
    }

    void disturbedAnswersAreFlaggedNotDropped() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 10);
        {
            Desk desk(folder / "a.metamer");
            desk.begin("ada");
            QVERIFY(desk.waitForPicture());
            QEvent away(QEvent::WindowDeactivate), back(QEvent::WindowActivate);
            QApplication::sendEvent(&desk.page, &away);
            QApplication::sendEvent(&desk.page, &back);
            QVERIFY(desk.answer(Qt::Key_1));
            desk.press(Qt::Key_P);
            QTest::qWait(30);
            desk.press(Qt::Key_7);   // nothing is in sight
            QVERIFY(desk.pressForPicture(Qt::Key_Return));
            QVERIFY(desk.answer(Qt::Key_2));
            QVERIFY(desk.answer(Qt::Key_3));
        }
        StudyFile file = StudyFile::open(folder / "a.metamer");
        const auto answers = AnswerTable(file).list();
        QCOMPARE(answers.size(), std::size_t(3));
        QCOMPARE(answers[0].answer.flagsJson, std::string(R"(["focus_lost"])"));
        QCOMPARE(answers[1].answer.flagsJson, std::string(R"(["paused"])"));
        QCOMPARE(answers[2].answer.flagsJson, std::string("[]"));
        std::set<std::string> kinds;
        for (const auto &event : EventTable(file).list()) {
            kinds.insert(event.kind);
        }
        QVERIFY(kinds.contains("focus_lost") && kinds.contains("focus_back") && kinds.contains("pause") && kinds.contains("pause_ended"));
        QCOMPARE(reportStudy(file, {}).annotators[0].flagged, 2);
    }

    void aFullDiskLosesNothing() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 200);
        Desk desk(folder / "a.metamer");
        desk.begin("ada");
        QVERIFY(desk.waitForPicture());
        QVERIFY(desk.answer(Qt::Key_1));
        desk.onStudyThread("PRAGMA max_page_count = 1");   // as many as there are: no page more
        int given = 1;
        while (!desk.page.hasUnsaved() && given < 180) {
            QVERIFY2(desk.pressForPictureOrTrouble(Qt::Key_2), qPrintable(desk.status()));
            given += desk.page.hasUnsaved() ? 0 : 1;
        }
        QVERIFY(desk.page.hasUnsaved());
        QVERIFY2(desk.status().startsWith("NOT SAVED YET: there is no room left"), qPrintable(desk.status()));
        desk.press(Qt::Key_5);        // the answer on the screen stays the answer
        desk.press(Qt::Key_Escape);   // nor does the session end with it
        QVERIFY(desk.page.hasUnsaved());
        {
            StudyFile file = StudyFile::open(folder / "a.metamer");
            QCOMPARE(AnswerTable(file).count(), given);
        }
        const auto told = desk.toldSaved();
        desk.onStudyThread("PRAGMA max_page_count = 1000000");
        QTRY_VERIFY_WITH_TIMEOUT(!desk.page.hasUnsaved() && desk.toldSaved() > told, 5000);   // by itself
        QVERIFY(desk.answer(Qt::Key_3));
        StudyFile file = StudyFile::open(folder / "a.metamer");
        const auto answers = AnswerTable(file).list();
        QCOMPARE(answers.size(), std::size_t(given + 2));
        QCOMPARE(answers[answers.size() - 2].answer.label, 2);
        QCOMPARE(answers.back().answer.label, 3);
    }

    void aFileThatTurnsReadOnlyLosesNothing() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 10);
        Desk desk(folder / "a.metamer");
        desk.begin("ada");
        QVERIFY(desk.waitForPicture());
        desk.onStudyThread("PRAGMA query_only = ON");
        desk.press(Qt::Key_6);
        QTRY_VERIFY(desk.page.hasUnsaved());
        QVERIFY2(desk.status().contains("cannot be written to"), qPrintable(desk.status()));
        desk.press(Qt::Key_Backspace);   // a slip: drop it and answer anew
        QVERIFY(!desk.page.hasUnsaved());
        QTest::qWait(50);
        desk.press(Qt::Key_8);
        QTRY_VERIFY(desk.page.hasUnsaved());
        desk.onStudyThread("PRAGMA query_only = OFF");
        QVERIFY(desk.answer(Qt::Key_Return));   // tried again at once
        StudyFile file = StudyFile::open(folder / "a.metamer");
        const auto answers = AnswerTable(file).list();
        QCOMPARE(answers.size(), std::size_t(1));
        QCOMPARE(answers[0].answer.label, 8);
    }

    void aClockThatJumpsIsSaid() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 10);
        LabSession session;
        TestClock clock;
        LabelPage page(session, nullptr, clock);
        page.resize(1000, 600);
        page.show();
        QSignalSpy opened(&session, &LabSession::opened), shown(&page, &LabelPage::pictureShown), saved(&page, &LabelPage::answerShownSaved);
        session.openStudy(QString::fromStdString((folder / "a.metamer").string()));
        QVERIFY(opened.wait());
        page.start("ada");
        QVERIFY(shown.wait());
        for (const auto &[key, shift] : {std::pair{Qt::Key_1, 0}, {Qt::Key_2, -3600000}, {Qt::Key_3, -3600000}}) {
            clock.wallShift = shift;
            const auto before = saved.count();
            QTest::keyClick(&page, key);
            QTRY_COMPARE(saved.count(), before + 1);
            const QString status = page.findChild<LabelStage *>("stage")->accessibleDescription();
            QCOMPARE(status.contains("jumped by -3600 s"), key == Qt::Key_2);
        }
        StudyFile file = StudyFile::open(folder / "a.metamer");
        std::map<int, std::pair<std::string, std::int64_t>> byLabel;
        for (const auto &cast : AnswerTable(file).list()) {
            byLabel[cast.answer.label] = {cast.answer.flagsJson, *cast.answer.responseMs};
        }
        QCOMPARE(byLabel.size(), std::size_t(3));
        QCOMPARE(byLabel[2].first, std::string(R"(["clock_jumped"])"));
        QCOMPARE(byLabel[3].first, std::string("[]"));
        QVERIFY(byLabel[2].second >= 0 && byLabel[2].second < 10000);   // response times come from the steady clock
    }

    void somebodyWhoLabelsElsewhereIsToldSo() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 10);
        {
            StudyFile file = StudyFile::open(folder / "a.metamer");
            SessionRecord session;
            session.studyId = StudyTable(file).get().id;
            session.annotatorId = AnnotatorTable(file).ensure("ada", AnnotatorKind::Person).id;
            session.owner = QSysInfo::machineHostName().toStdString() + ":1";   // a process that is alive, and not this one
            SessionTable(file).insert(session);
        }
        Desk desk(folder / "a.metamer");
        const auto name = desk.page.findChild<QLineEdit *>("annotator");
        name->setText("ada");
        QTest::keyClick(name, Qt::Key_Return);
        QTRY_VERIFY(!desk.page.isLabelling());
        QStringList words;
        for (const auto *label : desk.page.findChildren<QLabel *>()) {
            words << label->text();
        }
        QVERIFY(words.join(' ').contains("ada is labelling in another window"));
        desk.begin("bob");
        QVERIFY(desk.waitForPicture());
    }
};

QTEST_MAIN(TestLabelSession)
#include "test_label_session.moc"
