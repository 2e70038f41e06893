#include "ui/pages/report_page.h"

#include <algorithm>
#include <cstdlib>

#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QTableWidget>
#include <QVBoxLayout>

#include "ui/bridge/lab_session.h"
#include "ui/theme.h"
#include "ui/views/report_charts.h"
#include "ui/views/table.h"

namespace metamer {
namespace {

constexpr int kChartWidth = 760;

QPushButton *makeCopyButton(const QString &text, const QString &name) {
    auto *button = new QPushButton(text);
    button->setAccessibleName(text + QStringLiteral(": ") + name);
    return button;
}

/// A long title breaks at the space nearest to its middle.
QString onTwoLines(QString title) {
    int best = -1;
    for (int at = static_cast<int>(title.indexOf(QLatin1Char(' '))); at >= 0; at = static_cast<int>(title.indexOf(QLatin1Char(' '), at + 1))) {
        best = best < 0 || std::abs(2 * at - title.size()) < std::abs(2 * best - title.size()) ? at : best;
    }
    if (best >= 0 && title.size() > 9) {
        title[best] = QLatin1Char('\n');
    }
    return title;
}

}  // namespace

ReportPage::ReportPage(LabSession &session, QWidget *parent) : Page(session, parent) {
    auto *layout = makeLayout(tr("Report"));
    m_empty = makeHint({});
    m_save = new QPushButton(tr("Save as HTML ..."));
    makePrimary(m_save);
    m_result = new QLabel;
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *bar = new QHBoxLayout;
    bar->addWidget(m_save);
    bar->addWidget(m_result, 1);
    m_content = new QWidget;
    auto *content = new QVBoxLayout(m_content);
    content->setContentsMargins(0, 0, kGap, 0);
    content->setSpacing(kGap);
    m_notes = makeHint({});
    m_notes->setTextInteractionFlags(Qt::TextSelectableByMouse);
    content->addWidget(m_notes);
    const auto tables = reportTables({});
    for (std::size_t i = 0; i < tables.size(); ++i) {
        m_tables.push_back(addTable(content, QString::fromStdString(tables[i].title), i));
    }
    m_verdicts = new VerdictChart;
    m_success = new SuccessChart;
    m_agreement = new AgreementChart;
    addChart(content, tr("What people said, by run"), m_verdicts);
    addChart(content, tr("How often people changed the label"), m_success);
    addChart(content, tr("Models against people, by model and run"), m_agreement);
    content->addStretch(1);
    m_scroll = makeColumn(m_content);
    m_scroll->setFocusPolicy(Qt::StrongFocus);   // arrows and Page Down move through the report
    layout->addWidget(m_empty);
    layout->addLayout(bar);
    layout->addWidget(m_scroll, 1);
    connect(m_save, &QPushButton::clicked, this, &ReportPage::saveHtml);
    connect(&session, &LabSession::infoChanged, this, [this] { if (isVisible()) load(); });
    show({});
}

QStringList ReportPage::keys() const { return {tr("Ctrl+Return\tSave as HTML"), tr("Page Up, Page Down\tMove through the report")}; }

QTableWidget *ReportPage::addTable(QVBoxLayout *layout, const QString &title, std::size_t number) {
    auto *copyCsv = makeCopyButton(tr("Copy as CSV"), title);
    auto *copyLatex = makeCopyButton(tr("Copy as LaTeX"), title);
    auto *head = new QHBoxLayout;
    head->addWidget(new QLabel(title), 1);
    head->addWidget(copyCsv);
    head->addWidget(copyLatex);
    const std::vector<ReportTable> empty = reportTables({});
    QStringList headers;
    QList<int> numbers;
    for (const auto &column : empty[number].columns) {
        if (column.isNumber) {
            numbers << static_cast<int>(headers.size());
        }
        headers << onTwoLines(QString::fromStdString(column.title));
    }
    auto *table = makeTable(headers, numbers);
    table->horizontalHeader()->setStretchLastSection(false);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    for (int column = 0; column < headers.size(); ++column) {
        table->horizontalHeaderItem(column)->setToolTip(QString::fromStdString(empty[number].columns[static_cast<std::size_t>(column)].help));
    }
    table->setAccessibleName(title);
    table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    layout->addLayout(head);
    layout->addWidget(table);
    layout->addSpacing(kGap);
    connect(copyCsv, &QPushButton::clicked, this, [this, number] { QGuiApplication::clipboard()->setText(QString::fromStdString(toCsv(m_shown[number]))); m_result->setText(tr("Copied as CSV.")); });
    connect(copyLatex, &QPushButton::clicked, this, [this, number] { QGuiApplication::clipboard()->setText(QString::fromStdString(toLatex(m_shown[number]))); m_result->setText(tr("Copied as LaTeX (booktabs).")); });
    return table;
}

void ReportPage::addChart(QVBoxLayout *layout, const QString &title, ChartView *chart) {
    auto *copy = makeCopyButton(tr("Copy picture"), title);
    auto *head = new QHBoxLayout;
    head->addWidget(new QLabel(title), 1);
    head->addWidget(copy);
    auto *box = new QWidget;
    box->setMaximumWidth(scaledWidth(kChartWidth));
    auto *inner = new QVBoxLayout(box);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->setSpacing(kTight);
    inner->addLayout(head);
    inner->addWidget(chart);
    layout->addWidget(box);
    layout->addSpacing(kGap);
    connect(copy, &QPushButton::clicked, this, [this, chart] { QGuiApplication::clipboard()->setPixmap(chart->picture()); m_result->setText(tr("Copied the picture.")); });
}

void ReportPage::activated() {
    m_scroll->setFocus();
    load();
}

void ReportPage::load() {
    if (m_session.isOpen()) {
        m_session.study().ask(this, [](StudyFile &file) { return reportStudy(file, {}); }, [this](StudyReport report) { show(report); });
    }
}

void ReportPage::show(const StudyReport &report) {
    const bool isLabelled = std::any_of(report.runs.begin(), report.runs.end(), [](const RunReport &run) { return run.labelled > 0; });
    m_empty->setVisible(!isLabelled);
    m_empty->setText(report.runs.empty() ? tr("No run yet. Make examples on the Attacks page (Ctrl+3), then label them (Ctrl+6); this page counts what people and models say.")
                                         : tr("Nobody has labelled anything yet (Ctrl+6)."));
    m_verdicts->parentWidget()->setVisible(isLabelled);
    m_success->parentWidget()->setVisible(isLabelled);
    m_content->setVisible(!report.runs.empty());
    m_save->setEnabled(!report.runs.empty());
    QStringList notes;
    for (const auto &note : report.notes()) {
        notes << QString::fromStdString(note);
    }
    m_notes->setText(notes.join(QLatin1Char('\n')));
    m_shown = reportTables(report);
    for (std::size_t i = 0; i < m_tables.size(); ++i) {
        fill(m_tables[i], m_shown[i]);
    }
    m_verdicts->setRuns(report.runs);
    m_success->setRuns(report.runs);
    m_agreement->setModels(report.models);
    m_agreement->parentWidget()->setVisible(!report.models.empty());
}

void ReportPage::fill(QTableWidget *table, const ReportTable &content) {
    table->setRowCount(static_cast<int>(content.rows.size()));
    for (std::size_t row = 0; row < content.rows.size(); ++row) {
        for (std::size_t column = 0; column < content.rows[row].size(); ++column) {
            setCell(table, static_cast<int>(row), static_cast<int>(column), QString::fromStdString(content.rows[row][column]));
        }
    }
    const int rows = std::max(1, table->rowCount());
    table->setFixedHeight(table->horizontalHeader()->sizeHint().height() + rows * table->verticalHeader()->defaultSectionSize() +
                          table->horizontalScrollBar()->sizeHint().height() + 2 * table->frameWidth());
}

void ReportPage::saveHtml() {
    const QFileInfo study(QString::fromStdString(m_session.info().path));
    const QString path = QFileDialog::getSaveFileName(this, tr("Save the report"), QDir::home().filePath(study.completeBaseName() + QStringLiteral(".html")),
                                                      tr("HTML pages (*.html)"));
    if (path.isEmpty()) {
        return;
    }
    m_session.study().ask(
        this, [path](StudyFile &file) { writeHtmlReport(file, {}, reportStudy(file, {}), path.toStdString()); },
        [this, path] { m_result->setText(tr("Wrote %1").arg(path)); }, [this](const Error &error) { m_result->setText(QString::fromUtf8(error.what())); });
}

}  // namespace metamer
