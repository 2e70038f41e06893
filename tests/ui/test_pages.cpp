// The Data, Models, Report and Start pages, driven by keyboard and compared with the study file.

#include <QAbstractScrollArea>
#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTableWidget>
#include <QUndoStack>

#include "core/data/file_bytes.h"
#include "core/data/npy.h"
#include "core/lab/import_examples.h"
#include "core/lab/report_study.h"
#include "tests/support/fixtures.h"
#include "tests/support/label_fixture.h"
#include "tests/support/small_digits.h"
#include "ui/bridge/lab_session.h"
#include "ui/dialogs/import_model_dialog.h"
#include "ui/main_window.h"
#include "ui/pages/data_page.h"
#include "ui/pages/models_page.h"
#include "ui/pages/report_page.h"
#include "ui/pages/start_page.h"
#include "ui/theme.h"
#include "ui/views/confusion_view.h"
#include "ui/views/curve_chart.h"

using namespace metamer;
using namespace metamer::test;

namespace {

constexpr int kAttacked = 4, kAgreement = 6, kState = 7;   // columns of the models

QString textOf(const std::filesystem::path &path) { return QString::fromStdString(path.string()); }

QPushButton *buttonOf(QWidget *page, const QString &text) {
    for (auto *button : page->findChildren<QPushButton *>()) {
        if (button->text().remove(QLatin1Char('&')) == text && button->isVisibleTo(page)) {
            return button;
        }
    }
    return nullptr;
}

/// A window that is shown, on a session of its own.
struct Window {
    LabSession session;
    MainWindow window{session};
    Window() {
        window.show();
        [[maybe_unused]] const bool isActive = QTest::qWaitForWindowActive(&window);
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::ControlModifier) { QTest::keyClick(&window, key, modifiers); }
    template <typename Page>
    Page *page() { return window.findChild<Page *>(); }
};

}  // namespace

class TestPages : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("metamer-test");
        QCoreApplication::setApplicationName("pages");
        QSettings().clear();
        applyTheme(*qApp, Theme::Light);
    }

    void dataIsShownAndCorrectedBeforeAnythingIsWritten() {
        Folder folder;
        // Fits two layouts and, as whole numbers of 0 and 1, two ranges.
        std::vector<std::int64_t> values(30 * 12 * 3 * 3);
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = static_cast<std::int64_t>((i / 7) % 2);
        }
        std::vector<std::int64_t> labels(30);
        for (std::size_t i = 0; i < labels.size(); ++i) {
            labels[i] = static_cast<std::int64_t>(i % 3);
        }
        writeNpz(folder / "a.npz", {{"images", npyOf(values, {30, 3, 12, 3})}, {"labels", npyOf(labels, {30})}});
        Window app;
        app.press(Qt::Key_N);
        auto *page = app.page<DataPage>();
        page->startNewStudy("npz");
        auto *where = page->findChildren<QLineEdit *>().at(0);
        QTest::keyClicks(where, textOf(folder / "a.npz"));
        const auto hint = [&] {
            QStringList texts;
            for (const auto *label : page->findChildren<QLabel *>()) {
                texts << label->text();
            }
            return texts.join('\n');
        };
        QTRY_VERIFY2(hint().contains("layout NCHW"), qPrintable(hint()));
        QVERIFY(hint().contains("0..255") && hint().contains("no split given"));
        QComboBox *layout = nullptr, *range = nullptr;
        for (auto *combo : page->findChildren<QComboBox *>()) {
            layout = combo->accessibleName() == "Layout" ? combo : layout;
            range = combo->accessibleName() == "Range" ? combo : range;
        }
        layout->setFocus();
        QTest::keyClicks(layout, "NHWC");
        QTest::keyClicks(range, "0..1");
        QTRY_VERIFY(hint().contains("layout NHWC") && hint().contains("0..1"));
        const auto studyPath = folder / "new.metamer";
        for (auto *field : page->findChildren<QLineEdit *>()) {
            if (field->accessibleName() == "Study file") {
                field->setText(textOf(studyPath));
            }
        }
        QVERIFY(!std::filesystem::exists(studyPath));
        QSignalSpy opened(&app.session, &LabSession::opened);
        app.press(Qt::Key_Return);
        QVERIFY(opened.wait(5000));
        QCOMPARE(QString::fromStdString(app.session.info().dataset.reading.layout), QString("NHWC"));
        QCOMPARE(QString::fromStdString(app.session.info().dataset.reading.range), QString("0..1"));
        QVERIFY((app.session.info().dataset.shape == ImageShape{3, 3, 12}));
    }

    void whatCannotBeReadIsSaidAndNotCreated() {
        Folder folder;
        writeFileText(folder / "bad.npz", "no archive");
        Window app;
        app.press(Qt::Key_N);
        auto *page = app.page<DataPage>();
        page->startNewStudy("npz");
        QTest::keyClicks(page->findChildren<QLineEdit *>().at(0), textOf(folder / "bad.npz"));
        const auto isSaid = [&] {
            const auto labels = page->findChildren<QLabel *>();
            return std::any_of(labels.begin(), labels.end(), [](const QLabel *label) { return label->text().contains("is not a .npz"); });
        };
        QTRY_VERIFY(isSaid());
        QVERIFY(!buttonOf(page, "Create study")->isEnabled());
    }

    void modelsAreTrainedHiddenRemovedAndBroughtBack() {
        Folder folder;
        Window app;
        QSignalSpy opened(&app.session, &LabSession::opened), catalogue(&app.session, &LabSession::catalogueReady);
        QSignalSpy points(&app.session, &LabSession::trainingPoint);
        app.session.createStudyAt(textOf(folder / "a.metamer"), QString::fromStdString(writeSmallDigits(folder)));
        QVERIFY(opened.wait(10000));
        app.session.loadCatalogue();
        QVERIFY(catalogue.wait(20000));
        app.press(Qt::Key_2);
        auto *page = app.page<ModelsPage>();
        page->findChild<QComboBox *>()->setFocus();
        QStringList way;
        for (int i = 0; i < 6; ++i) {
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
            way << QAccessible::queryAccessibleInterface(QApplication::focusWidget())->text(QAccessible::Name);
        }
        QCOMPARE(way, (QStringList{"small-cnn", "Epochs", "Show advanced options", "Seed", "auto", "Name"}));   // a combo box is named by its choice
        app.press(Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(app.session.info().models.size(), std::size_t(1), 30000);
        QVERIFY(points.count() >= 3);
        auto *table = page->findChild<QTableWidget *>();
        QTRY_COMPARE(table->rowCount(), 1);
        QCOMPARE(table->item(0, 0)->text(), QString("natural"));
        QVERIFY(page->findChild<ConfusionView *>()->toText().startsWith("label\t0\t1"));
        buttonOf(page, "Hide")->click();
        QTRY_VERIFY(app.session.info().models[0].isHidden);
        QTRY_COMPARE(table->item(0, kState)->text(), QString("hidden"));
        app.press(Qt::Key_Z);
        QTRY_VERIFY(!app.session.info().models[0].isHidden);
        const std::string hash = app.session.info().models[0].hash;
        buttonOf(page, "Remove")->click();
        QTRY_VERIFY(app.session.info().models.empty());
        app.press(Qt::Key_Z);
        QTRY_COMPARE(app.session.info().models.size(), std::size_t(1));
        QCOMPARE(app.session.info().models[0].hash, hash);
        auto *undo = app.window.findChild<QUndoStack *>();
        undo->redo();   // redo, and undo again: each is one step
        QTRY_VERIFY(app.session.info().models.empty());
        app.press(Qt::Key_Z);
        QTRY_COMPARE(app.session.info().models.size(), std::size_t(1));
        QTest::qWait(100);
        QCOMPARE(undo->count(), 1);
        QCOMPARE(undo->index(), 0);
        QTRY_COMPARE(table->rowCount(), 1);
        buttonOf(page, "Retrain")->click();
        QTRY_COMPARE_WITH_TIMEOUT(app.session.info().models.size(), std::size_t(2), 30000);
        QVERIFY(app.session.info().models[1].hash != hash);   // another seed
        QCOMPARE(app.session.info().models[1].name, std::string("natural-2"));
    }

    void aStoppedTrainingGoesOn() {
        Folder folder;
        Window app;
        QSignalSpy opened(&app.session, &LabSession::opened), points(&app.session, &LabSession::trainingPoint);
        app.session.createStudyAt(textOf(folder / "a.metamer"), QString::fromStdString(writeSmallDigits(folder)));
        QVERIFY(opened.wait(10000));
        app.press(Qt::Key_2);
        const int job = app.session.train({"long", "natural", {{"epochs", "30"}, {"batch-size", "20"}}, 0, "cpu"});
        QTRY_VERIFY_WITH_TIMEOUT(points.count() >= 1, 60000);
        app.session.jobs().stop(job);
        QTRY_COMPARE_WITH_TIMEOUT(app.session.info().trainings.size(), std::size_t(1), 10000);
        auto *page = app.page<ModelsPage>();
        auto *table = page->findChild<QTableWidget *>();
        QTRY_VERIFY(table->rowCount() == 1 && table->item(0, kState)->text().startsWith("step "));
        table->selectRow(0);
        QTRY_VERIFY(buttonOf(page, "Keep as it is")->isEnabled());
        QVERIFY(buttonOf(page, "Resume")->isEnabled());
        buttonOf(page, "Drop")->click();
        QTRY_VERIFY(app.session.info().trainings.empty());
        app.press(Qt::Key_Z);
        QTRY_COMPARE(app.session.info().trainings.size(), std::size_t(1));
        QTRY_COMPARE(table->rowCount(), 1);
        table->selectRow(0);
        buttonOf(page, "Keep as it is")->click();
        QTRY_COMPARE_WITH_TIMEOUT(app.session.info().models.size(), std::size_t(1), 20000);
        QTRY_COMPARE(table->item(0, kState)->text(), QString("kept early"));
    }

    void modelsAreMeasuredExportedImportedAndLoaded() {
        Folder folder;
        qputenv("XDG_DATA_HOME", textOf(folder / "me").toUtf8());   // where agreements are kept
        {
            Window app;
            QSignalSpy opened(&app.session, &LabSession::opened);
            app.session.createStudyAt(textOf(folder / "a.metamer"), QString::fromStdString(writeSmallDigits(folder)));
            QVERIFY(opened.wait(10000));
            app.press(Qt::Key_2);
            app.session.train({"net", "natural", {{"epochs", "2"}}, 0, "cpu"});
            QTRY_COMPARE_WITH_TIMEOUT(app.session.info().models.size(), std::size_t(1), 30000);
            auto *page = app.page<ModelsPage>();
            auto *table = page->findChild<QTableWidget *>();
            QTRY_COMPARE(table->rowCount(), 1);
            QVERIFY(table->item(0, kAttacked)->text().isEmpty());
            buttonOf(page, "Attack")->click();
            QTRY_VERIFY_WITH_TIMEOUT(table->item(0, kAttacked)->text().endsWith(" at 0.3"), 60000);
            const auto &kept = app.session.info().evaluations.at(app.session.info().models[0].hash);
            QCOMPARE(kept.size(), std::size_t(1));
            QVERIFY(kept[0].images == 200 && kept[0].attack == "pgd" && kept[0].attackedAccuracy <= kept[0].cleanAccuracy);   // the test split has no more
            app.session.exportModel("net", textOf(folder / "net.pt"));
            QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(folder / "net.md"), 20000);

            buttonOf(page, "Import ...")->click();
            auto *dialog = page->findChild<ImportModelDialog *>();
            const auto problem = [dialog] {
                for (const auto *label : dialog->findChildren<QLabel *>()) {
                    if (label->isVisible() && label->styleSheet().startsWith("color")) {
                        return label->text();
                    }
                }
                return QString();
            };
            buttonOf(dialog, "Import model")->click();
            QCOMPARE(problem(), QString("choose a file"));
            auto fields = dialog->findChildren<QLineEdit *>();
            fields[0]->setText(textOf(folder / "net.pt"));   // file, command, name, mean, std
            buttonOf(dialog, "Import model")->click();
            QCOMPARE(problem(), QString("give the model a name"));
            fields[2]->setText("brought");
            fields[3]->setText("much");
            buttonOf(dialog, "Import model")->click();
            QVERIFY(problem().startsWith("mean 'much' is not a number"));
            fields[3]->clear();
            buttonOf(dialog, "Import model")->click();
            QTRY_COMPARE_WITH_TIMEOUT(app.session.info().models.size(), std::size_t(2), 60000);
            QTRY_COMPARE(table->item(0, kState)->text(), QString("imported"));
            QCOMPARE(table->item(0, 0)->text(), QString("brought"));
            QCOMPARE(app.session.info().models[0].cleanAccuracy, app.session.info().models[1].cleanAccuracy);
            table->selectRow(0);
            QTRY_VERIFY(!buttonOf(page, "Certify")->isEnabled());
            QVERIFY(buttonOf(page, "Attack")->isEnabled() && buttonOf(page, "Load ...") == nullptr);
        }
        qputenv("XDG_DATA_HOME", textOf(folder / "somebody-else").toUtf8());
        Window app;
        QSignalSpy opened(&app.session, &LabSession::opened);
        app.session.openStudy(textOf(folder / "a.metamer"));
        QVERIFY(opened.wait(10000));
        app.press(Qt::Key_2);
        auto *page = app.page<ModelsPage>();
        auto *table = page->findChild<QTableWidget *>();
        QTRY_COMPARE(table->rowCount(), 2);
        QCOMPARE(table->item(0, kState)->text(), QString("not loaded"));
        table->selectRow(0);
        QTRY_VERIFY(buttonOf(page, "Load ...") != nullptr);
        QVERIFY(!buttonOf(page, "Attack")->isEnabled());
        buttonOf(page, "Load ...")->click();
        auto *question = page->findChild<QMessageBox *>();
        QVERIFY(question->informativeText().contains("TorchScript"));
        buttonOf(question, "Load model")->click();
        QTRY_COMPARE(table->item(0, kState)->text(), QString("imported"));
        qunsetenv("XDG_DATA_HOME");
    }

    void theModelsTableTellsHowTheyAgreeWithPeople() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 8);
        writeFileText(folder / "votes.csv", "task,worker,label\n0,ada,3\n1,ada,-2\n2,ada,7\n");
        {
            StudyFile file = StudyFile::open(folder / "a.metamer");
            importLabels(file, "secret-run-name", folder / "votes.csv");
            ModelRecord model;
            model.name = "net";
            model.architecture = "small-cnn";
            model.recipe = "natural";
            model.hash = "h";
            file.transaction([&] {
                ModelTable(file).insert(model);
                for (const auto &example : ExampleTable(file).ofRun(RunTable(file).list()[0].id)) {
                    PredictionTable(file).insert({"h", {}, example.id, 3, std::vector<float>(10, 0), "cpu", "{}"});
                }
            });
            const auto agreement = modelAgreement(file);
            QCOMPARE(agreement.at("net").named, 2);
            QCOMPARE(agreement.at("net").agreed, 1);
        }
        Window app;
        QSignalSpy opened(&app.session, &LabSession::opened);
        app.session.openStudy(textOf(folder / "a.metamer"));
        QVERIFY(opened.wait(10000));
        app.press(Qt::Key_2);
        auto *table = app.page<ModelsPage>()->findChild<QTableWidget *>();
        QTRY_VERIFY(table->rowCount() == 1 && table->item(0, kAgreement)->text() == "50.0 of 2");
    }

    void theReportShowsAndCopiesTheSameNumbers() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 8);
        writeFileText(folder / "votes.csv", "task,worker,label\n0,ada,3\n1,ada,-2\n2,ada,7\n0,ben,3\n");
        StudyReport expected;
        {
            StudyFile file = StudyFile::open(folder / "a.metamer");
            importLabels(file, "secret-run-name", folder / "votes.csv");
            expected = reportStudy(file, {});
        }
        Window app;
        QSignalSpy opened(&app.session, &LabSession::opened);
        app.session.openStudy(textOf(folder / "a.metamer"));
        QVERIFY(opened.wait(10000));
        app.press(Qt::Key_7);
        auto *page = app.page<ReportPage>();
        auto *table = page->findChildren<QTableWidget *>().at(0);
        QTRY_COMPARE(table->rowCount(), 1);
        const ReportTable people = reportTables(expected)[0];
        for (int column = 0; column < table->columnCount(); ++column) {
            QCOMPARE(table->item(0, column)->text().toStdString(), people.rows[0][static_cast<std::size_t>(column)]);
        }
        QCOMPARE(table->item(0, 4)->text(), QString("3"));
        buttonOf(page, "Copy as CSV")->click();
        QCOMPARE(QApplication::clipboard()->text().toStdString(), toCsv(people));
        buttonOf(page, "Copy as LaTeX")->click();
        QVERIFY(QApplication::clipboard()->text().contains("\\toprule"));
        buttonOf(page, "Copy picture")->click();
        QVERIFY(!QApplication::clipboard()->pixmap().isNull());
    }

    void theStartPageRemembersAndOpens() {
        Folder folder;
        makeLabelStudy(folder / "one.metamer", 2);
        makeLabelStudy(folder / "two.metamer", 2);
        QSettings().clear();
        {
            Window app;
            QSignalSpy opened(&app.session, &LabSession::opened);
            for (const char *name : {"one.metamer", "two.metamer"}) {
                app.session.openStudy(textOf(folder / name));
                QVERIFY(opened.wait(10000));
            }
        }
        Window app;
        QSignalSpy opened(&app.session, &LabSession::opened);
        auto *page = app.page<StartPage>();
        QVERIFY(page->isVisible());
        auto *recent = page->findChild<QListWidget *>();
        QCOMPARE(recent->count(), 2);
        QVERIFY(recent->item(0)->text().startsWith("two.metamer"));
        QTest::keyClick(recent, Qt::Key_Down);
        QTest::keyClick(recent, Qt::Key_Return);
        QVERIFY(opened.wait(10000));
        QVERIFY(app.session.info().path.ends_with("one.metamer"));
        QTRY_VERIFY(!page->isVisible());
        app.press(Qt::Key_0);
        QVERIFY(page->isVisible());
        std::filesystem::remove(folder / "two.metamer");
        QCOMPARE(StartPage::recentStudies().size(), 1);   // what has gone is not offered
    }

    void everyControlIsNamedForAScreenReader() {
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 2);
        Window app;
        QSignalSpy opened(&app.session, &LabSession::opened), catalogue(&app.session, &LabSession::catalogueReady);
        app.session.openStudy(textOf(folder / "a.metamer"));
        QVERIFY(opened.wait(10000));
        app.session.loadCatalogue();
        QVERIFY(catalogue.wait(20000));
        for (int page : {0, 1, 2, 3, 4, 6, 7, 8}) {
            app.window.goToPage(page);
            if (page == 1) {
                app.page<DataPage>()->startNewStudy("folder");
            }
            int count = 0;
            for (auto *widget : app.window.findChildren<QWidget *>()) {
                const bool isControl = widget->isVisibleTo(&app.window) && (widget->focusPolicy() & Qt::TabFocus) && widget->metaObject()->className() != QByteArray("QComboBoxPrivateContainer") &&
                                       !qobject_cast<Page *>(widget) && !qobject_cast<QAbstractScrollArea *>(widget->parentWidget()) && !widget->inherits("QScrollArea") && widget->objectName() != "qt_spinbox_lineedit" && !qobject_cast<QComboBox *>(widget->parentWidget());
                if (!isControl) {
                    continue;
                }
                ++count;
                auto *face = QAccessible::queryAccessibleInterface(widget);
                QVERIFY2(face != nullptr && !face->text(QAccessible::Name).isEmpty(),
                         qPrintable(QStringLiteral("page %1: %2 without a name").arg(page).arg(QString::fromLatin1(widget->metaObject()->className()))));
            }
            QVERIFY2(count > 0, "no control was looked at");
        }
    }
};

QTEST_MAIN(TestPages)
#include "test_pages.moc"
