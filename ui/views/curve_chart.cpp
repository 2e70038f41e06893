#include "ui/views/curve_chart.h"

#include <QChart>
#include <QGraphicsSimpleTextItem>
#include <QLineSeries>
#include <QValueAxis>

#include "ui/theme.h"

namespace metamer {

CurveChart::CurveChart(QWidget *parent) : ChartView(tr("Training curve"), parent) {
    m_train = new QLineSeries;
    m_test = new QLineSeries;
    m_epochs = addValueAxis(Qt::AlignBottom, tr("Epochs"), 0, 1, "%.3g", 5);
    auto *share = addValueAxis(Qt::AlignLeft, tr("Named right, %"), 0, 100, "%.0f", 6);
    for (auto *series : {m_train, m_test}) {
        chart()->addSeries(series);
        series->attachAxis(m_epochs);
        series->attachAxis(share);
    }
    m_trainName = new QGraphicsSimpleTextItem(tr("training images"), chart());
    m_testName = new QGraphicsSimpleTextItem(tr("test images, clean"), chart());
    connect(chart(), &QChart::plotAreaChanged, this, &CurveChart::placeNames);
    applyColours();
    setCurve({});
}

void CurveChart::setCurve(const std::vector<TrainingPoint> &curve) {
    m_train->clear();
    m_test->clear();
    m_epochs->setRange(0, 1);
    for (const auto &point : curve) {
        add(point);
    }
    placeNames();
}

void CurveChart::add(const TrainingPoint &point) {
    m_train->append(point.epoch, 100 * point.trainAccuracy);
    m_test->append(point.epoch, 100 * point.testAccuracy);
    m_epochs->setRange(0, std::max(1.0, point.epoch));
    m_train->setPointsVisible(m_train->count() < 3);   // one point is no line
    m_test->setPointsVisible(m_test->count() < 3);
    placeNames();
}

/// Below the lines' ends, the higher line's name first, so that the names never cross the lines at their usual end near 100 %.
void CurveChart::placeNames() {
    const bool hasPoints = m_train->count() > 0;
    m_trainName->setVisible(hasPoints);
    m_testName->setVisible(hasPoints);
    const QRectF area = chart()->plotArea();
    const bool isTrainHigher = hasPoints && m_train->points().last().y() > m_test->points().last().y();
    auto *first = isTrainHigher ? m_trainName : m_testName, *second = isTrainHigher ? m_testName : m_trainName;
    const double line = fontMetrics().height() + kTight;
    first->setPos(area.right() - first->boundingRect().width() - kTight, area.bottom() - 2 * line - kTight);
    second->setPos(area.right() - second->boundingRect().width() - kTight, area.bottom() - line - kTight);
}

void CurveChart::applyColours() {
    ChartView::applyColours();
    QPen train(mutedTextColour(), 2, Qt::DashLine);
    m_train->setPen(train);
    m_test->setPen(QPen(accentColour(), 2));
    m_trainName->setBrush(mutedTextColour());
    m_testName->setBrush(accentColour());
    m_trainName->setFont(font());
    m_testName->setFont(font());
    m_trainName->setText(tr("- - training images"));
    m_testName->setText(QString::fromUtf8("\xE2\x80\x94 ") + tr("test images, clean"));
    placeNames();
}

}  // namespace metamer
