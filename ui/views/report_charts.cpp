#include "ui/views/report_charts.h"

#include <QBarCategoryAxis>
#include <QBarSet>
#include <QChart>
#include <QHorizontalBarSeries>
#include <QHorizontalStackedBarSeries>
#include <QLegend>
#include <QLineSeries>
#include <QScatterSeries>
#include <QValueAxis>

#include "ui/theme.h"

namespace metamer {
namespace {

constexpr int kRowHeight = 40, kFrameHeight = 110;
constexpr int kMostLetters = 26;

QString shortened(const QString &name) {
    return name.size() <= kMostLetters ? name : name.left(kMostLetters / 2) + QStringLiteral("...") + name.right(kMostLetters / 2 - 3);
}

/// Names from top to bottom: a chart's axis counts from below. Two shortened names that fall together would be one row.
QStringList rowNames(const QStringList &names) {
    QStringList rows;
    for (auto it = names.rbegin(); it != names.rend(); ++it) {
        QString name = shortened(*it);
        for (int i = 2; rows.contains(name); ++i) {
            name = QStringLiteral("%1 (%2)").arg(shortened(*it)).arg(i);
        }
        rows << name;
    }
    return rows;
}

QStringList namesOf(const std::vector<RunReport> &runs) {
    QStringList names;
    for (const auto &run : runs) {
        names << QString::fromStdString(run.name);
    }
    return names;
}

QBarCategoryAxis *addNames(QChart *chart) {
    auto *axis = new QBarCategoryAxis(chart);
    axis->setGridLineVisible(false);
    axis->setTruncateLabels(false);
    chart->addAxis(axis, Qt::AlignLeft);
    return axis;
}

void setRows(ChartView *view, QBarCategoryAxis *axis, const QStringList &names, int rowHeight = kRowHeight) {
    axis->clear();
    axis->append(rowNames(names));
    view->setFixedHeight(kFrameHeight + rowHeight * static_cast<int>(names.size()));
}

}  // namespace

VerdictChart::VerdictChart(QWidget *parent) : ChartView(tr("What people said, by run"), parent) {
    m_names = addNames(chart());
    auto *share = addValueAxis(Qt::AlignBottom, tr("Share of labelled examples, %"), 0, 100, "%.0f", 5);
    auto *series = new QHorizontalStackedBarSeries;
    for (const auto &name : {tr("changed"), tr("kept"), tr("not a class"), tr("no consensus")}) {
        m_sets << new QBarSet(name);
    }
    series->append(m_sets);
    series->setBarWidth(0.55);
    chart()->addSeries(series);
    series->attachAxis(m_names);
    series->attachAxis(share);
    chart()->legend()->show();
    chart()->legend()->setAlignment(Qt::AlignTop);
    applyColours();
}

void VerdictChart::setRuns(const std::vector<RunReport> &runs) {
    for (auto *set : m_sets) {
        set->remove(0, set->count());
    }
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        const double all = run->labelled > 0 ? static_cast<double>(run->labelled) : 1;
        const std::int64_t counts[] = {run->changed, run->kept, run->notAClass, run->noConsensus};
        for (int i = 0; i < m_sets.size(); ++i) {
            m_sets[i]->append(100 * static_cast<double>(counts[i]) / all);
        }
    }
    setRows(this, m_names, namesOf(runs));
}

/// Patterns beside colours: nothing is said by colour alone.
void VerdictChart::applyColours() {
    ChartView::applyColours();
    const QBrush brushes[] = {changedColour(), QBrush(mutedTextColour()), QBrush(mutedTextColour(), Qt::BDiagPattern), QBrush(mutedTextColour(), Qt::Dense6Pattern)};
    for (int i = 0; i < m_sets.size(); ++i) {
        m_sets[i]->setBrush(brushes[i]);
        m_sets[i]->setPen(QPen(palette().color(QPalette::Window), 1));
    }
}

SuccessChart::SuccessChart(QWidget *parent) : ChartView(tr("Share that people changed, with 95 % interval, by run"), parent) {
    m_names = addNames(chart());
    m_share = addValueAxis(Qt::AlignBottom, tr("Changed of labelled, %, with 95 % interval"), 0, 100, "%.0f", 5);
    m_points = new QScatterSeries;
    m_points->setMarkerSize(10);
    chart()->addSeries(m_points);
    m_points->attachAxis(m_names);
    m_points->attachAxis(m_share);
    applyColours();
}

void SuccessChart::setRuns(const std::vector<RunReport> &runs) {
    m_points->clear();
    for (auto *interval : m_intervals) {
        chart()->removeSeries(interval);
        delete interval;
    }
    m_intervals.clear();
    setRows(this, m_names, namesOf(runs));
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const auto &run = runs[runs.size() - 1 - i];
        const auto bounds = primaryInterval(run);
        if (!run.successRate || !bounds) {
            continue;
        }
        m_points->append(100 * *run.successRate, static_cast<double>(i));
        auto *interval = new QLineSeries;
        interval->append(100 * bounds->low, static_cast<double>(i));
        interval->append(100 * bounds->high, static_cast<double>(i));
        chart()->addSeries(interval);
        interval->attachAxis(m_names);
        interval->attachAxis(m_share);
        m_intervals << interval;
    }
    applyColours();
}

void SuccessChart::applyColours() {
    ChartView::applyColours();
    m_points->setBrush(accentColour());
    m_points->setPen(QPen(palette().color(QPalette::Window), 1));
    for (auto *interval : m_intervals) {
        interval->setPen(QPen(accentColour(), 2));
    }
}

AgreementChart::AgreementChart(QWidget *parent) : ChartView(tr("Models against people, by run and model"), parent) {
    m_names = addNames(chart());
    auto *share = addValueAxis(Qt::AlignBottom, tr("Share of examples, %"), 0, 100, "%.0f", 5);
    auto *series = new QHorizontalBarSeries;
    for (const auto &name : {tr("answer kept"), tr("agrees on changed"), tr("agrees with people")}) {   // the last is on top
        m_sets << new QBarSet(name);
    }
    series->append(m_sets);
    series->setBarWidth(0.8);
    chart()->addSeries(series);
    series->attachAxis(m_names);
    series->attachAxis(share);
    chart()->legend()->show();
    chart()->legend()->setReverseMarkers(true);   // as the bars stand, from the top
    chart()->legend()->setAlignment(Qt::AlignTop);
    applyColours();
}

void AgreementChart::setModels(const std::vector<ModelReport> &models) {
    for (auto *set : m_sets) {
        set->remove(0, set->count());
    }
    QStringList names;
    for (const auto &model : models) {
        names << QString::fromStdString(model.model + (model.isChosenFor ? " (chosen for it), " : ", ") + model.run);
    }
    for (auto model = models.rbegin(); model != models.rend(); ++model) {
        const std::optional<double> shares[] = {model->predictionKept, model->agreementChanged, model->agreement};
        for (int i = 0; i < m_sets.size(); ++i) {
            m_sets[i]->append(100 * shares[i].value_or(0));
        }
    }
    setRows(this, m_names, names, kRowHeight + 12);
}

void AgreementChart::applyColours() {
    ChartView::applyColours();
    const QBrush brushes[] = {QBrush(mutedTextColour(), Qt::BDiagPattern), changedColour(), accentColour()};
    for (int i = 0; i < m_sets.size(); ++i) {
        m_sets[i]->setBrush(brushes[i]);
        m_sets[i]->setPen(QPen(palette().color(QPalette::Window), 1));
    }
}

}  // namespace metamer
