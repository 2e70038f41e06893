#pragma once

#include "core/lab/report_study.h"
#include "core/report/report_table.h"
#include "ui/pages/page.h"

class QLabel;
class QPushButton;
class QScrollArea;
class QTableWidget;
class QVBoxLayout;

namespace metamer {

class AgreementChart;
class SuccessChart;
class VerdictChart;

/// What people and models said: tables first, pictures below, all of it to be copied or saved as one HTML page.
class ReportPage final : public Page {
    Q_OBJECT

public:
    ReportPage(LabSession &session, QWidget *parent);
    void activated() override;
    QStringList keys() const override;

private:
    /// A table with its title and "Copy as CSV", "Copy as LaTeX".
    QTableWidget *addTable(QVBoxLayout *layout, const QString &title, std::size_t number);
    void addChart(QVBoxLayout *layout, const QString &title, class ChartView *chart);
    void load();
    void show(const StudyReport &report);
    void fill(QTableWidget *table, const ReportTable &content);
    void saveHtml();

    QLabel *m_empty, *m_result, *m_notes;
    QScrollArea *m_scroll;
    QWidget *m_content;
    QPushButton *m_save;
    std::vector<QTableWidget *> m_tables;
    std::vector<ReportTable> m_shown;
    VerdictChart *m_verdicts;
    SuccessChart *m_success;
    AgreementChart *m_agreement;
};

}  // namespace metamer
