#pragma once

#include <QMainWindow>

#include "ui/theme.h"

class QAction;
class QButtonGroup;
class QFrame;
class QLabel;
class QStackedWidget;
class QUndoStack;

namespace metamer {

class AttacksPage;
class DataPage;
class ExportPage;
class InspectPage;
class JobBar;
class LabelPage;
class LabSession;
class Page;
class StartPage;

/// The frame: a rail with the steps of the flow, the page, and one job bar.
class MainWindow final : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(LabSession &session);

    /// Brings the page with this number (0 start, 1 Data, 2 Models, 3 Attacks, 4 Inspect, 6 Label, 7 Report, 8 Export) to the front.
    void goToPage(int number);
    LabelPage &labelPage() { return *m_label; }

    /// Opens this user's demo study, made first where there is none.
    void openDemo();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void closeEvent(QCloseEvent *event) override;

private:
    void buildPages();
    void buildMenus();
    void addThemeMenu(class QMenu *menu);
    void addTextSizeMenu(class QMenu *menu);
    void buildLayout();
    void connectSession();
    void addStep(Page *page, int number, const QString &name, const QString &icon);
    void showIcons();
    void setFull(bool isFull);
    /// Shows of the frame what may be seen now: nothing that names a run while somebody labels.
    void showFrame();
    void showTitle();
    void newStudy(const QString &kind);
    void openStudy();
    void openPath(const QString &path);
    void showKeys();
    /// False if an answer on the screen is not saved yet and the user stays with it.
    bool mayLeaveStudy();
    /// Shows a sentence above the page; an empty one takes it away.
    void showError(const QString &sentence);

    LabSession &m_session;
    QWidget *m_rail;
    QButtonGroup *m_steps;
    QStackedWidget *m_pages;
    QFrame *m_banner;
    QLabel *m_bannerText;
    JobBar *m_jobBar;
    QUndoStack *m_undo;
    StartPage *m_start;
    DataPage *m_dataPage;
    AttacksPage *m_attacks;
    InspectPage *m_inspect;
    LabelPage *m_label;
    ExportPage *m_export;
    QAction *m_full;
};

}  // namespace metamer
