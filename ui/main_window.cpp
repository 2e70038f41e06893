#include "ui/main_window.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QButtonGroup>
#include <QClipboard>
#include <QCloseEvent>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFrame>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QShortcut>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QToolButton>
#include <QUndoStack>
#include <QVBoxLayout>

#include "ui/bridge/lab_session.h"
#include "ui/dialogs/keys_dialog.h"
#include "ui/pages/attacks_page.h"
#include "ui/pages/data_page.h"
#include "ui/pages/export_page.h"
#include "ui/pages/inspect_page.h"
#include "ui/pages/label_page.h"
#include "ui/pages/models_page.h"
#include "ui/pages/report_page.h"
#include "ui/pages/start_page.h"
#include "ui/views/job_bar.h"

namespace metamer {
namespace {

constexpr int kRailWidth = 76;
constexpr int kStart = 0, kDataStep = 1, kModelsStep = 2, kAttacksStep = 3, kInspectStep = 4, kLabelStep = 6, kReportStep = 7, kExportStep = 8;

}  // namespace

MainWindow::MainWindow(LabSession &session) : m_session(session) {
    setWindowTitle(tr("Metamer"));
    m_undo = new QUndoStack(this);
    buildPages();
    buildLayout();
    buildMenus();
    connectSession();
    showIcons();
    const QSize room = screen()->availableSize() - QSize(16, 48);  // less the frame that the desktop adds
    resize(QSize(1440, 900).boundedTo(room));
    restoreGeometry(QSettings().value(QStringLiteral("window/geometry")).toByteArray());
    resize(size().boundedTo(room));   // the screen may be a smaller one than last time
    goToPage(kStart);
}

void MainWindow::buildPages() {
    m_rail = new QWidget;
    m_rail->setFixedWidth(scaledWidth(kRailWidth));
    auto *railLayout = new QVBoxLayout(m_rail);
    railLayout->setContentsMargins(kTight, kGap, kTight, kGap);
    railLayout->setSpacing(kTight);
    m_steps = new QButtonGroup(this);
    m_pages = new QStackedWidget;
    m_dataPage = new DataPage(m_session, this);
    m_start = new StartPage(m_session, this);
    m_start->setProperty("number", kStart);
    m_pages->addWidget(m_start);
    m_attacks = new AttacksPage(m_session, this);
    m_inspect = new InspectPage(m_session, this);
    m_label = new LabelPage(m_session, this);
    m_export = new ExportPage(m_session, this);
    addStep(m_dataPage, kDataStep, tr("Data"), QStringLiteral("data"));
    addStep(new ModelsPage(m_session, *m_undo, this), kModelsStep, tr("Models"), QStringLiteral("models"));
    addStep(m_attacks, kAttacksStep, tr("Attacks"), QStringLiteral("attacks"));
    addStep(m_inspect, kInspectStep, tr("Inspect"), QStringLiteral("inspect"));
    addStep(m_label, kLabelStep, tr("Label"), QStringLiteral("label"));
    addStep(new ReportPage(m_session, this), kReportStep, tr("Report"), QStringLiteral("report"));
    addStep(m_export, kExportStep, tr("Export"), QStringLiteral("export"));
    railLayout->addStretch(1);
}

void MainWindow::addStep(Page *page, int number, const QString &name, const QString &icon) {
    auto *button = new QToolButton;
    button->setText(name);
    button->setProperty("icon-name", icon);
    button->setIconSize({24, 24});
    button->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setFixedWidth(scaledWidth(kRailWidth - 2 * kTight));
    button->setFocusPolicy(Qt::TabFocus);
    button->setToolTip(tr("%1 (Ctrl+%2)").arg(name).arg(number));
    button->setAccessibleName(name);
    m_steps->addButton(button, number);
    m_rail->layout()->addWidget(button);
    m_pages->addWidget(page);
    page->setProperty("number", number);
    connect(button, &QToolButton::clicked, this, [this, number] { goToPage(number); });
    auto *shortcut = new QShortcut(QKeySequence(QStringLiteral("Ctrl+%1").arg(number)), this);
    connect(shortcut, &QShortcut::activated, this, [this, number] { goToPage(number); });
}

void MainWindow::buildLayout() {
    m_banner = new QFrame;
    m_banner->setFrameShape(QFrame::StyledPanel);
    m_bannerText = new QLabel;
    m_bannerText->setWordWrap(true);
    m_bannerText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *copy = new QPushButton(tr("Copy details"));
    auto *close = new QPushButton(tr("Close"));
    auto *bannerLayout = new QHBoxLayout(m_banner);
    bannerLayout->setContentsMargins(kGap, kTight, kGap, kTight);
    bannerLayout->addWidget(m_bannerText, 1);
    bannerLayout->addWidget(copy);
    bannerLayout->addWidget(close);
    m_banner->hide();
    connect(copy, &QPushButton::clicked, this, [this] {
        QApplication::clipboard()->setText(QStringLiteral("Metamer " METAMER_VERSION ": ") + m_bannerText->text());
    });
    connect(close, &QPushButton::clicked, this, [this] { showError({}); });

    m_jobBar = new JobBar(m_session.jobs());
    auto *middle = new QVBoxLayout;
    middle->setContentsMargins(0, 0, 0, 0);
    middle->setSpacing(0);
    middle->addWidget(m_banner);
    middle->addWidget(m_pages, 1);
    auto *upper = new QHBoxLayout;
    upper->setContentsMargins(0, 0, 0, 0);
    upper->setSpacing(0);
    upper->addWidget(m_rail);
    upper->addLayout(middle, 1);
    auto *central = new QWidget;
    auto *layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(upper, 1);
    layout->addWidget(m_jobBar);
    setCentralWidget(central);
}

void MainWindow::buildMenus() {
    auto *file = menuBar()->addMenu(tr("&File"));
    file->addAction(tr("&New study ..."), QKeySequence::New, this, [this] { newStudy({}); });
    file->addAction(tr("&Open study ..."), QKeySequence::Open, this, &MainWindow::openStudy);
    file->addAction(tr("&Start page"), QKeySequence(Qt::CTRL | Qt::Key_0), this, [this] { goToPage(kStart); });
    file->addSeparator();
    file->addAction(tr("&Quit"), QKeySequence::Quit, this, &QWidget::close);
    auto *edit = menuBar()->addMenu(tr("&Edit"));
    QAction *undo = m_undo->createUndoAction(this, tr("&Undo"));
    undo->setShortcut(QKeySequence::Undo);
    QAction *redo = m_undo->createRedoAction(this, tr("&Redo"));
    redo->setShortcut(QKeySequence::Redo);
    edit->addActions({undo, redo});
    auto *view = menuBar()->addMenu(tr("&View"));
    addThemeMenu(view->addMenu(tr("&Theme")));
    addTextSizeMenu(view->addMenu(tr("Text &size")));
    m_full = view->addAction(tr("Only the &page"), this, [this] { setFull(m_full->isChecked()); });
    m_full->setShortcut(Qt::Key_F11);
    m_full->setCheckable(true);
    addAction(m_full);  // works while the menu bar is hidden
    auto *help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("&Keys of this page"), Qt::Key_F1, this, &MainWindow::showKeys);
}

void MainWindow::addThemeMenu(QMenu *menu) {
    auto *group = new QActionGroup(this);
    const Theme current = themeFromName(QSettings().value(QStringLiteral("window/theme")).toString());
    for (const auto &[theme, name] : {std::pair{Theme::System, tr("&System")}, {Theme::Light, tr("&Light")}, {Theme::Dark, tr("&Dark")}}) {
        QAction *action = menu->addAction(name, this, [this, theme = theme] {
            QSettings().setValue(QStringLiteral("window/theme"), themeName(theme));
            applyTheme(*qApp, theme);
            showIcons();
        });
        action->setCheckable(true);
        action->setChecked(theme == current);
        group->addAction(action);
    }
}

void MainWindow::addTextSizeMenu(QMenu *menu) {
    auto *group = new QActionGroup(this);
    const int current = QSettings().value(QStringLiteral("window/text_size"), 100).toInt();
    for (const int percent : {100, 125, 150}) {
        QAction *action = menu->addAction(tr("%1 %").arg(percent), this, [percent] { QSettings().setValue(QStringLiteral("window/text_size"), percent); });
        action->setCheckable(true);
        action->setChecked(percent == current);
        group->addAction(action);
    }
    menu->addSeparator();
    menu->addAction(tr("Takes effect at the next start"))->setEnabled(false);
}

void MainWindow::connectSession() {
    connect(&m_session, &LabSession::failed, this, [this](const Error &error) { showError(QString::fromUtf8(error.what())); });
    connect(&m_session, &LabSession::opened, this, [this] {
        showError({});
        const QString path = QString::fromStdString(m_session.info().path);
        StartPage::remember(path);
        if (m_pages->currentWidget() == m_start) {
            goToPage(m_session.info().runs.empty() ? kDataStep : kInspectStep);
        }
        showTitle();
    });
    connect(&m_session.jobs(), &JobQueue::ended, this, [this](const JobInfo &job) {
        if (job.state == JobState::Failed) {
            showError(tr("%1 failed: %2").arg(job.title, job.message));
        }
    });
    connect(m_start, &StartPage::demoRequested, this, &MainWindow::openDemo);
    connect(m_start, &StartPage::openRequested, this, &MainWindow::openStudy);
    connect(m_start, &StartPage::studyRequested, this, &MainWindow::openPath);
    connect(m_start, &StartPage::newStudyRequested, this, &MainWindow::newStudy);
    connect(m_attacks, &AttacksPage::inspectRequested, this, [this](const QString &run) { goToPage(kInspectStep); m_inspect->showRun(run); });
    connect(m_attacks, &AttacksPage::exportRequested, this, [this](const QString &run) { goToPage(kExportStep); m_export->showRun(run); });
    connect(m_attacks, &AttacksPage::labelRequested, this, [this] { goToPage(kLabelStep); });
    connect(m_label, &LabelPage::labellingChanged, this, [this](bool isLabelling) {
        setFull(isLabelling && m_full->isChecked());
        showTitle();
    });
}

void MainWindow::goToPage(int number) {
    auto *before = static_cast<Page *>(m_pages->currentWidget());
    for (int i = 0; i < m_pages->count(); ++i) {
        auto *page = static_cast<Page *>(m_pages->widget(i));
        if (page->property("number").toInt() == number) {
            if (before != nullptr && before != page) {
                before->deactivated();
            }
            m_pages->setCurrentWidget(page);
            if (number != kStart) {
                m_steps->button(number)->setChecked(true);
            } else if (auto *checked = m_steps->checkedButton()) {
                m_steps->setExclusive(false);
                checked->setChecked(false);
                m_steps->setExclusive(true);
            }
            page->activated();
        }
    }
    showFrame();
}

void MainWindow::setFull(bool isFull) {
    m_full->setChecked(isFull);
    showFrame();
}

void MainWindow::showFrame() {
    const bool isFull = m_full->isChecked();
    const bool isBlind = m_label->isLabelling() && m_pages->currentWidget() == m_label;  // jobs and errors name runs
    m_rail->setVisible(!isFull);
    m_jobBar->setVisible(!isFull && !isBlind);
    m_banner->setVisible(!isBlind && !m_bannerText->text().isEmpty());
    menuBar()->setVisible(!isFull);
}

void MainWindow::showTitle() {
    const QString file = QFileInfo(QString::fromStdString(m_session.info().path)).fileName();
    setWindowTitle(m_label->isLabelling() ? tr("Labelling - Metamer") : tr("%1 - Metamer").arg(file));   // a file's name may tell the run
}

void MainWindow::showIcons() {
    for (auto *button : m_steps->buttons()) {
        button->setIcon(themedIcon(button->property("icon-name").toString()));
    }
}

void MainWindow::newStudy(const QString &kind) {
    goToPage(kDataStep);
    m_dataPage->startNewStudy(kind);
}

bool MainWindow::mayLeaveStudy() {
    if (!m_label->hasUnsaved() && !m_label->isSaving()) {
        return true;
    }
    QMessageBox question(QMessageBox::Warning, tr("One answer is not saved"), tr("The answer on the Label page could not be written yet. Leave it behind?"), QMessageBox::Cancel, this);
    auto *leave = question.addButton(tr("Leave it behind"), QMessageBox::DestructiveRole);
    question.setDefaultButton(QMessageBox::Cancel);
    question.exec();
    return question.clickedButton() == leave;
}

void MainWindow::openDemo() {
    if (!mayLeaveStudy()) {
        return;
    }
    m_session.jobs().abortAll();
    m_session.openDemo(QDir(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)).filePath(QStringLiteral("demo.metamer")));
    goToPage(kInspectStep);
}

void MainWindow::openPath(const QString &path) {
    if (!mayLeaveStudy()) {
        return;
    }
    m_session.jobs().abortAll();
    m_session.openStudy(path);
}

void MainWindow::openStudy() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Open study"), QFileInfo(QString::fromStdString(m_session.info().path)).path(),
                                                      tr("Metamer studies (*.metamer);;All files (*)"));
    if (!path.isEmpty()) {
        openPath(path);
    }
}

void MainWindow::showKeys() {
    QStringList keys = static_cast<Page *>(m_pages->currentWidget())->keys();
    keys << tr("Ctrl+1, 2, 3, 4\tData, Models, Attacks, Inspect") << tr("Ctrl+6, 7, 8\tLabel, Report, Export") << tr("Ctrl+0\tStart page") << tr("Ctrl+N, Ctrl+O\tNew study, open study") << tr("F11\tOnly the page");
    KeysDialog(keys, this).exec();
}

void MainWindow::showError(const QString &sentence) {
    m_bannerText->setText(sentence);
    m_bannerText->setStyleSheet(QStringLiteral("color: %1").arg(errorColour().name()));
    showFrame();
}

void MainWindow::keyPressEvent(QKeyEvent *event) {
    if (event->key() == Qt::Key_Escape && m_full->isChecked()) {
        setFull(false);
        return;
    }
    QMainWindow::keyPressEvent(event);
}

void MainWindow::closeEvent(QCloseEvent *event) {
    if (!mayLeaveStudy()) {
        event->ignore();
        return;
    }
    QSettings().setValue(QStringLiteral("window/geometry"), saveGeometry());
    m_session.jobs().abortAll();
    event->accept();
}

}  // namespace metamer
