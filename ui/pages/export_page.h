#pragma once

#include "ui/pages/page.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QTableWidget;

namespace metamer {

struct LabelledSet;

/// Writes labelled data sets: format, run, place, a preview of the first rows, one button.
class ExportPage final : public Page {
    Q_OBJECT

public:
    ExportPage(LabSession &session, QWidget *parent);
    void activated() override;
    void showRun(const QString &name);
    QStringList keys() const override;

private:
    void buildPage();
    void showRuns();
    void suggestPath();
    void loadPreview();
    void showPreview(const LabelledSet &set);
    void choosePath();
    void exportNow();

    QListWidget *m_formats;
    QLabel *m_summary, *m_result;
    QComboBox *m_run;
    QLineEdit *m_path;
    QTableWidget *m_preview;
    QPushButton *m_export;
    QString m_wantedRun;
    QString m_suggestion;   ///< the path that the page filled in itself
};

}  // namespace metamer
