#pragma once

#include <vector>

#include "core/model/classifier.h"
#include "ui/views/chart_view.h"

class QGraphicsSimpleTextItem;
class QLineSeries;

namespace metamer {

/// A training curve: share of images named right over the epochs, of the training images as the recipe changes them and of clean
/// test images. The lines carry their names.
class CurveChart final : public ChartView {
    Q_OBJECT

public:
    explicit CurveChart(QWidget *parent = nullptr);

    void setCurve(const std::vector<TrainingPoint> &curve);
    void add(const TrainingPoint &point);

protected:
    void applyColours() override;

private:
    void placeNames();

    QLineSeries *m_train, *m_test;
    QValueAxis *m_epochs;
    QGraphicsSimpleTextItem *m_trainName, *m_testName;
};

}  // namespace metamer
