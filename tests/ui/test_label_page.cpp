#include <QApplication>
#include <QKeyEvent>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>

#include "core/data/npy.h"
#include "core/base/json.h"
#include "core/lab/report_study.h"
#include "tests/support/fixtures.h"
#include "tests/support/label_fixture.h"
#include "ui/bridge/lab_session.h"
#include "ui/pages/label_page.h"
#include "ui/views/label_stage.h"

using namespace metamer;
using namespace metamer::test;

class TestLabelPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("metamer-test");
    }

    void init() {
        m_folder = std::make_unique<Folder>();
        makeLabelStudy(*m_folder / "a.metamer", 10);
        m_session = std::make_unique<LabSession>();
        m_page = std::make_unique<LabelPage>(*m_session, nullptr);
        m_page->resize(1000, 600);
        m_page->show();
        QSignalSpy opened(m_session.get(), &LabSession::opened);
        m_session->openStudy(QString::fromStdString((*m_folder / "a.metamer").string()));
        QVERIFY(opened.wait());
        m_saved = std::make_unique<QSignalSpy>(m_page.get(), &LabelPage::answerShownSaved);
    }

    void cleanup() {
        m_saved.reset();
        m_page.reset();
        m_session.reset();
        m_folder.reset();
    }

    void moreThanTenClassesAreAnsweredByLetters() {
        Folder folder;
        NpyArray images{"", 'u', 1, {36, 8, 8}, Pixels(36 * 64, 9)};
        std::vector<std::int64_t> labels;
        for (std::int64_t i = 0; i < 36; ++i) {
            labels.push_back(i % 12);
        }
        writeNpz(folder / "a.npz", {{"images", images}, {"labels", npyOf(labels, {36})}});
        makeLabelStudy(folder / "twelve.metamer", 6, {{"presentation", "perturbed"}}, "npz:" + (folder / "a.npz").string());
        QSignalSpy opened(m_session.get(), &LabSession::opened);
        m_session->openStudy(QString::fromStdString((folder / "twelve.metamer").string()));
        QVERIFY(opened.wait());
        begin("ada");
        type(Qt::Key_B);
        type(Qt::Key_9);
        StudyFile file = StudyFile::open(folder / "twelve.metamer");
        const auto answers = AnswerTable(file).list();
        QCOMPARE(answers[0].answer.label, 11);
        QCOMPARE(answers[1].answer.label, 9);
        QTest::keyClick(m_page.get(), Qt::Key_C);   // there is no thirteenth class
        QTest::qWait(100);
        QCOMPARE(AnswerTable(file).count(), 2);
    }

    void keysAnswerAndAdvance() {
        begin("ada");
        type(Qt::Key_3);
        type(Qt::Key_N);
        type(Qt::Key_U);
        StudyFile file = StudyFile::open(*m_folder / "a.metamer");
        const auto answers = AnswerTable(file).list();
        QCOMPARE(answers.size(), std::size_t(3));
        QVERIFY(answers[0].answer.kind == AnswerKind::Class && answers[0].answer.label == 3);
        QVERIFY(answers[1].answer.kind == AnswerKind::NotAClass);
        QVERIFY(answers[2].answer.kind == AnswerKind::Unsure);
        QVERIFY(answers[0].answer.itemId != answers[1].answer.itemId);
        QVERIFY(answers[0].answer.responseMs.has_value());
        const Json visible = Json::parse(answers[0].answer.visibleJson);
        QCOMPARE(visible["presentation"].get<std::string>(), std::string("perturbed"));
        QCOMPARE(visible["zoom"].get<int>(), 12);
    }

    void backspaceTakesBackAndAsksAgain() {
        begin("ada");
        type(Qt::Key_1);
        type(Qt::Key_2);
        QTest::keyClick(m_page.get(), Qt::Key_Backspace);
        waitForPicture();
        type(Qt::Key_5);
        StudyFile file = StudyFile::open(*m_folder / "a.metamer");
        const auto answers = AnswerTable(file).list();
        QCOMPARE(answers.size(), std::size_t(4));
        QVERIFY(answers[2].answer.kind == AnswerKind::Withdrawal && answers[2].answer.withdraws == answers[1].answer.id);
        QVERIFY(answers[3].answer.itemId == answers[1].answer.itemId && answers[3].answer.label == 5);
    }

    void everyItemIsAskedOnceWithControls() {
        begin("ada");
        for (int i = 0; i < 12; ++i) {   // 10 examples, 2 controls
            type(Qt::Key_7);
        }
        QTest::keyClick(m_page.get(), Qt::Key_7);   // nothing is left to answer
        QTest::qWait(50);
        StudyFile file = StudyFile::open(*m_folder / "a.metamer");
        std::set<ItemId> items;
        for (const auto &cast : AnswerTable(file).list()) {
            QVERIFY(items.insert(cast.answer.itemId).second);
        }
        QCOMPARE(items.size(), std::size_t(12));
        QCOMPARE(reportStudy(file, {}).runs[0].labelled, 10);   // controls are not examples of the run
    }

    void nothingLeaksTheRunOrAPrediction() {
        begin("ada");
        QStringList words{m_page->windowTitle(), m_page->accessibleName()};
        for (const auto *widget : m_page->findChildren<QWidget *>()) {
            words << widget->toolTip() << widget->accessibleName() << widget->accessibleDescription() << widget->property("text").toString();
        }
        QVERIFY(!words.join(' ').contains("secret-run-name"));
    }

    void repeatedAndEarlyKeysDoNotCount() {
        begin("ada");
        QKeyEvent repeat(QEvent::KeyPress, Qt::Key_4, Qt::NoModifier, "4", true);
        QApplication::sendEvent(m_page.get(), &repeat);
        QTest::keyClick(m_page.get(), Qt::Key_4);
        QTest::keyClick(m_page.get(), Qt::Key_4);   // the next picture is not painted yet: it cannot be about that
        QVERIFY(m_saved->wait());
        QTest::qWait(50);
        StudyFile file = StudyFile::open(*m_folder / "a.metamer");
        QCOMPARE(AnswerTable(file).count(), 1);
    }

    void aRepaintWhileAnAnswerIsSavedAsksNothingTwice() {
        begin("ada");
        auto *stage = m_page->findChild<LabelStage *>("stage");
        for (int i = 0; i < 8; ++i) {
            QTest::keyClick(m_page.get(), Qt::Key_4);
            stage->repaint();   // the last picture, once more
            QCoreApplication::processEvents();
            QTest::keyClick(m_page.get(), Qt::Key_5);
            QTest::qWait(30);
        }
        StudyFile file = StudyFile::open(*m_folder / "a.metamer");
        std::set<ItemId> items;
        for (const auto &cast : AnswerTable(file).list()) {
            QVERIFY(items.insert(cast.answer.itemId).second);
        }
        QVERIFY(items.size() >= 8);
    }

    void sessionGoesOnWhereItWasLeft() {
        begin("ada");
        type(Qt::Key_1);
        QTest::keyClick(m_page.get(), Qt::Key_Escape);
        QTRY_VERIFY(!m_page->isLabelling());
        begin("ada");
        for (int i = 0; i < 11; ++i) {
            type(Qt::Key_1);
        }
        StudyFile file = StudyFile::open(*m_folder / "a.metamer");
        QCOMPARE(AnswerTable(file).count(), 12);
    }

    void savingConnectionIsFullySynchronous() {
        std::string level;
        bool isDone = false;
        m_session->study().ask(this, [](StudyFile &file) { return file.pragma("synchronous"); }, [&](std::string found) { level = found; isDone = true; });
        QTRY_VERIFY(isDone);
        QCOMPARE(level, std::string("2"));
    }

private:
    void begin(const QString &who) {
        m_page->start(who);
        waitForPicture();
    }

    void waitForPicture() {
        QSignalSpy painted(m_page.get(), &LabelPage::pictureShown);
        QVERIFY(painted.wait());
        QTest::qWait(1);
    }

    /// Presses a key and waits until the screen says that the answer is saved.
    void type(Qt::Key key) {
        const auto before = m_saved->count();
        QTest::keyClick(m_page.get(), key);
        QTRY_COMPARE(m_saved->count(), before + 1);
    }

    std::unique_ptr<Folder> m_folder;
    std::unique_ptr<LabSession> m_session;
    std::unique_ptr<LabelPage> m_page;
    std::unique_ptr<QSignalSpy> m_saved;
};

QTEST_MAIN(TestLabelPage)
#include "test_label_page.moc"
