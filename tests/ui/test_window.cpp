#include <QApplication>
#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTableWidget>
#include <QToolButton>

#include "core/lab/report_study.h"
#include "tests/support/fixtures.h"
#include "ui/bridge/lab_session.h"
#include "ui/main_window.h"
#include "ui/pages/export_page.h"
#include "ui/pages/inspect_page.h"
#include "ui/pages/label_page.h"
#include "ui/theme.h"
#include "ui/views/job_bar.h"
#include "ui/views/picture_view.h"

using namespace metamer;
using namespace metamer::test;

class TestWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("metamer-test");
        applyTheme(*qApp, Theme::Light);
    }

    void firstStartMakesExamplesThatCanBeLabelled() {
        Folder folder;
        LabSession session;
        MainWindow window(session);
        window.show();
        QSignalSpy examples(&session, &LabSession::exampleAdded);
        QElapsedTimer clock;
        clock.start();
        session.openDemo(QString::fromStdString((folder / "demo" ).string() + "/demo.metamer"));
        QTRY_VERIFY_WITH_TIMEOUT(examples.count() > 0, 60000);
        // While the attack still runs, the first examples can be labelled.
        LabelPage &label = window.labelPage();
        QSignalSpy saved(&label, &LabelPage::answerShownSaved);
        QTest::keyClick(&window, Qt::Key_6, Qt::ControlModifier);
        label.start("ada");
        QTRY_VERIFY_WITH_TIMEOUT(label.isLabelling(), 5000);
        for (int i = 0; i < 50 && saved.count() == 0; ++i) {
            QTest::keyClick(&label, Qt::Key_3);
            QTest::qWait(50);
        }
        QVERIFY(saved.count() > 0);
        QVERIFY(!window.findChild<JobBar *>()->isVisible());   // it names the run
        QTest::keyClick(&window, Qt::Key_4, Qt::ControlModifier);
        QVERIFY(window.findChild<JobBar *>()->isVisible());
        session.jobs().abortAll();
        QTRY_VERIFY(session.jobs().running() == nullptr);
        for (const auto &job : session.jobs().jobs()) {
            QVERIFY(job.state == JobState::Finished || job.state == JobState::Aborted || job.state == JobState::Stopped);
        }
    }

    void jobsStopFailAndGoOn() {
        Folder folder;
        LabSession session;
        MainWindow window(session);
        window.show();
        QSignalSpy opened(&session, &LabSession::opened);
        session.createStudyAt(QString::fromStdString((folder / "a.metamer").string()), "builtin:digits");
        QVERIFY(opened.wait(10000));
        session.loadCatalogue();
        QSignalSpy catalogue(&session, &LabSession::catalogueReady);
        QVERIFY(catalogue.wait(20000));
        AttackRunRequest bad;
        bad.eps = "7";
        const int failing = session.attack(bad);
        AttackRunRequest many;
        many.count = 500;
        const int stopping = session.attack(many);
        QSignalSpy examples(&session, &LabSession::exampleAdded);
        QTRY_VERIFY_WITH_TIMEOUT(examples.count() >= 2, 20000);
        session.jobs().stop(stopping);
        const auto stateOf = [&](int id) { return session.jobs().jobs()[static_cast<std::size_t>(id - 1)].state; };
        QTRY_VERIFY_WITH_TIMEOUT(stateOf(stopping) == JobState::Stopped, 10000);
        QVERIFY(stateOf(failing) == JobState::Failed);
        QTRY_VERIFY(session.info().runs.size() == 1 && session.info().runs[0].found >= 2);

        // Inspect by keyboard, then export by keyboard.
        QTest::keyClick(&window, Qt::Key_4, Qt::ControlModifier);
        auto *inspect = window.findChild<InspectPage *>();
        const auto captions = [&] {
            QStringList texts;
            for (const auto *view : inspect->findChildren<PictureView *>()) {
                texts << view->accessibleName();
            }
            return texts.join('|');
        };
        QTRY_VERIFY(captions().contains("original: "));
        const QString first = captions();
        QTest::keyClick(inspect, Qt::Key_Right);
        QTRY_VERIFY(captions() != first);
        QTest::keyClick(&window, Qt::Key_8, Qt::ControlModifier);
        auto *page = window.findChild<ExportPage *>();
        auto *path = page->findChild<QLineEdit *>();
        QTRY_VERIFY(page->findChild<QTableWidget *>()->rowCount() >= 2);
        path->setText(QString::fromStdString((folder / "out.npz").string()));
        QTest::keyClick(&window, Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(std::filesystem::exists(folder / "out.npz"));
    }

    void wrongFileLeavesTheOldStudyOpen() {
        Folder folder;
        LabSession session;
        MainWindow window(session);
        QSignalSpy opened(&session, &LabSession::opened), failed(&session, &LabSession::failed);
        session.createStudyAt(QString::fromStdString((folder / "a.metamer").string()), "builtin:digits");
        QVERIFY(opened.wait(10000));
        session.openStudy(QString::fromStdString((folder / "absent.metamer").string()));
        QVERIFY(failed.wait());
        QVERIFY(session.isOpen());
        bool isThere = false;
        session.study().ask(this, [](StudyFile &file) { return StudyTable(file).get().name; }, [&](std::string name) { isThere = name == "labelling"; });
        QTRY_VERIFY(isThere);
    }

    void everyControlHasANameAndPagesAreReached() {
        LabSession session;
        MainWindow window(session);
        window.show();
        for (const auto key : {Qt::Key_1, Qt::Key_3, Qt::Key_4, Qt::Key_6, Qt::Key_8}) {
            QTest::keyClick(&window, key, Qt::ControlModifier);
        }
        for (const auto *button : window.findChildren<QAbstractButton *>()) {
            QVERIFY2(!button->text().isEmpty() || !button->accessibleName().isEmpty() || !button->isVisibleTo(&window), button->metaObject()->className());
        }
    }

    void picturesAreZoomedByWholeFactors() {
        PictureView view("x");
        view.resize(300, 330);
        QImage picture(28, 28, QImage::Format_Grayscale8);
        picture.fill(0);
        picture.setPixel(5, 5, qRgb(255, 255, 255));
        view.setPicture(picture);
        const QImage shown = view.grab().toImage();
        const int factor = view.zoom();
        QCOMPARE(factor, 10);
        int white = 0;
        for (int y = 0; y < shown.height() - 40; ++y) {
            for (int x = 0; x < shown.width(); ++x) {
                const QRgb colour = shown.pixel(x, y);
                QVERIFY(colour == qRgb(255, 255, 255) || colour == qRgb(0, 0, 0) || colour == surroundColour().rgb());
                white += colour == qRgb(255, 255, 255);
            }
        }
        QCOMPARE(white, factor * factor);
    }
};

QTEST_MAIN(TestWindow)
#include "test_window.moc"
