#include "ui/pages/export_page.h"

#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QStandardPaths>
#include <QTableWidget>
#include <QVBoxLayout>

#include "core/lab/export_study.h"
#include "core/study/consensus.h"
#include "ui/bridge/lab_session.h"
#include "ui/theme.h"
#include "ui/views/table.h"

namespace metamer {
namespace {

constexpr int kFormatWidth = 200;
constexpr int kFormWidth = 480;
constexpr std::size_t kPreviewRows = 50;

}  // namespace

ExportPage::ExportPage(LabSession &session, QWidget *parent) : Page(session, parent) {
    buildPage();
    connect(&session, &LabSession::infoChanged, this, [this] { if (isVisible()) showRuns(); });
}

QStringList ExportPage::keys() const { return {tr("Ctrl+Return\tExport"), tr("Tab\tNext field")}; }

void ExportPage::buildPage() {
    auto *layout = makeLayout(tr("Export"));
    m_formats = new QListWidget;
    m_formats->setFixedWidth(scaledWidth(kFormatWidth));
    m_formats->setAccessibleName(tr("Format"));
    m_formats->setSpacing(2);
    for (const auto &format : exportFormats()) {
        auto *item = new QListWidgetItem(QString::fromStdString(format.title), m_formats);
        item->setData(Qt::UserRole, QString::fromStdString(format.name));
    }
    m_summary = makeHint({});
    m_run = new QComboBox;
    m_path = new QLineEdit;
    m_path->setAccessibleName(tr("File to write"));
    auto *browse = new QPushButton(tr("Choose ..."));
    m_export = new QPushButton(tr("Export"));
    makePrimary(m_export);
    m_result = new QLabel;
    m_result->setWordWrap(true);
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_preview = makeTable({tr("Run"), tr("Task"), tr("Source"), tr("Label"), tr("Target"), tr("People"), tr("Votes"), tr("Linf, levels")}, {1, 2, 3, 4, 5, 6, 7});
    auto *place = new QHBoxLayout;
    place->addWidget(m_path, 1);
    place->addWidget(browse);
    auto *formBox = new QWidget;
    formBox->setMaximumWidth(scaledWidth(kFormWidth));
    auto *form = new QFormLayout(formBox);
    form->setContentsMargins(0, 0, 0, 0);
    form->setSpacing(kGap);
    form->setLabelAlignment(Qt::AlignLeft);
    form->addRow(tr("&Run"), m_run);
    auto *fileLabel = new QLabel(tr("&File"));
    fileLabel->setBuddy(m_path);
    form->addRow(fileLabel, place);
    auto *right = new QVBoxLayout;
    right->setSpacing(kGap);
    right->addWidget(m_summary);
    right->addWidget(formBox);
    right->addWidget(m_export, 0, Qt::AlignLeft);
    right->addWidget(m_result);
    right->addSpacing(kGap);
    right->addWidget(new QLabel(tr("What will be written")));
    right->addWidget(m_preview, 1);
    auto *columns = new QHBoxLayout;
    columns->setSpacing(kPageMargin);
    columns->addWidget(m_formats);
    columns->addLayout(right, 1);
    layout->addLayout(columns, 1);
    connect(m_formats, &QListWidget::currentRowChanged, this, &ExportPage::suggestPath);
    connect(m_run, &QComboBox::activated, this, [this] { suggestPath(); loadPreview(); });
    connect(browse, &QPushButton::clicked, this, &ExportPage::choosePath);
    connect(m_export, &QPushButton::clicked, this, &ExportPage::exportNow);
    m_formats->setCurrentRow(0);
}

void ExportPage::activated() {
    m_formats->setFocus();
    showRuns();
}

void ExportPage::showRun(const QString &name) {
    m_wantedRun = name;
    showRuns();
}

void ExportPage::showRuns() {
    const QString previous = m_wantedRun.isEmpty() ? m_run->currentData().toString() : m_wantedRun;
    m_wantedRun.clear();
    m_run->clear();
    m_run->addItem(tr("all runs"), QString());
    for (const auto &summary : m_session.info().runs) {
        const QString name = QString::fromStdString(summary.run.name);
        m_run->addItem(tr("%1  (%2)").arg(name).arg(summary.found), name);
    }
    m_run->setCurrentIndex(std::max(0, m_run->findData(previous)));
    suggestPath();
    loadPreview();
}

void ExportPage::suggestPath() {
    const int row = std::max(0, m_formats->currentRow());
    const ExportFormat &format = exportFormats()[static_cast<std::size_t>(row)];
    m_summary->setText(QString::fromStdString(format.summary));
    const QFileInfo study(QString::fromStdString(m_session.info().path));
    const QString run = m_run->currentData().toString();
    const QString base = study.completeBaseName() + (run.isEmpty() ? QString() : QLatin1Char('-') + QString(run).replace(QLatin1Char('/'), QLatin1Char('_')));
    const bool isDemo = study.absolutePath().startsWith(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation));
    const QDir folder = isDemo ? QDir::home() : QDir(study.absolutePath());
    const QString suggestion = folder.filePath(base + QLatin1Char('.') + QString::fromStdString(format.extension));
    if (m_path->text().isEmpty() || m_path->text() == m_suggestion) {   // what somebody typed stays
        m_path->setText(suggestion);
    }
    m_suggestion = suggestion;
    m_result->clear();
}

void ExportPage::loadPreview() {
    if (!m_session.isOpen()) {
        return;
    }
    m_session.study().ask(this, [run = m_run->currentData().toString().toStdString()](StudyFile &file) { return gatherLabelledSet(file, run); },
                          [this](LabelledSet set) { showPreview(set); });
}

void ExportPage::showPreview(const LabelledSet &set) {
    const auto name = [&set](int label) { return label == kNoLabel ? QStringLiteral("-") : QString::fromStdString(labelName(label, set.classNames)); };
    m_preview->setRowCount(static_cast<int>(std::min(set.examples.size(), kPreviewRows)));
    for (int row = 0; row < m_preview->rowCount(); ++row) {
        const ExportedExample &example = set.examples[static_cast<std::size_t>(row)];
        setCell(m_preview, row, 0, QString::fromStdString(example.run));
        setCell(m_preview, row, 1, QString::number(example.task));
        setCell(m_preview, row, 2, QStringLiteral("%1 %2").arg(QString::fromStdString(example.split)).arg(example.sourceIndex));
        setCell(m_preview, row, 3, name(example.originalLabel));
        setCell(m_preview, row, 4, example.targetClass ? name(*example.targetClass) : QStringLiteral("-"));
        setCell(m_preview, row, 5, name(example.verdict));
        setCell(m_preview, row, 6, QString::number(example.votes.size()));
        setCell(m_preview, row, 7, QString::number(example.norms.linfLevels));
    }
    m_export->setText(set.examples.empty() ? tr("Export") : tr("Export %1 examples").arg(set.examples.size()));
    m_export->setEnabled(!set.examples.empty());
    if (set.examples.empty()) {
        m_result->setText(tr("There is nothing to export yet. Run an attack first (Ctrl+3)."));
    }
}

void ExportPage::choosePath() {
    const QString path = QFileDialog::getSaveFileName(this, tr("Export to"), m_path->text());
    if (!path.isEmpty()) {
        m_path->setText(path);
    }
}

void ExportPage::exportNow() {
    const std::string format = m_formats->currentItem()->data(Qt::UserRole).toString().toStdString();
    const QString path = m_path->text().trimmed();
    const std::string run = m_run->currentData().toString().toStdString();
    m_export->setEnabled(false);
    m_result->setText(tr("Writing ..."));
    m_session.study().ask(
        this, [format, path, run](StudyFile &file) { return exportStudy(file, format, path.toStdString(), run); },
        [this, path](std::int64_t count) {
            m_export->setEnabled(true);
            m_result->setText(tr("Wrote %1 examples to %2").arg(count).arg(path));
        },
        [this](const Error &error) {
            m_export->setEnabled(true);
            m_result->setText(QString::fromUtf8(error.what()));
        });
}

}  // namespace metamer
