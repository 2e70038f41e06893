#pragma once

#include <vector>

#include "core/report/run_report.h"
#include "ui/views/chart_view.h"

class QBarCategoryAxis;
class QBarSet;
class QLineSeries;
class QScatterSeries;

namespace metamer {

/// What people said, one stacked bar a run: changed, kept, not a class, no consensus, in percent of the labelled examples.
class VerdictChart final : public ChartView {
    Q_OBJECT

public:
    explicit VerdictChart(QWidget *parent = nullptr);
    void setRuns(const std::vector<RunReport> &runs);

protected:
    void applyColours() override;

private:
    QBarCategoryAxis *m_names;
    QList<QBarSet *> m_sets;
};

/// The share that people changed, one point a run, with its interval.
class SuccessChart final : public ChartView {
    Q_OBJECT

public:
    explicit SuccessChart(QWidget *parent = nullptr);
    void setRuns(const std::vector<RunReport> &runs);

protected:
    void applyColours() override;

private:
    QBarCategoryAxis *m_names;
    QValueAxis *m_share;
    QScatterSeries *m_points;
    QList<QLineSeries *> m_intervals;
};

/// Models against people, three bars a run and model: agrees, agrees on changed, answer kept.
class AgreementChart final : public ChartView {
    Q_OBJECT

public:
    explicit AgreementChart(QWidget *parent = nullptr);
    void setModels(const std::vector<ModelReport> &models);

protected:
    void applyColours() override;

private:
    QBarCategoryAxis *m_names;
    QList<QBarSet *> m_sets;
};

}  // namespace metamer
