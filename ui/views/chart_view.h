#pragma once

#include <QChartView>

class QAbstractAxis;
class QValueAxis;

namespace metamer {

/// A chart in the house style: colours of the theme, no frame, no animation, quiet grid.
class ChartView : public QChartView {
    Q_OBJECT

public:
    explicit ChartView(const QString &name, QWidget *parent = nullptr);

    /// The picture at twice its size on the screen, for papers.
    QPixmap picture();

protected:
    void changeEvent(QEvent *event) override;

    /// Gives chart and axes the colours of the theme; derived charts colour their series.
    virtual void applyColours();

    QValueAxis *addValueAxis(Qt::Alignment side, const QString &title, double low, double high, const char *format, int ticks);
};

}  // namespace metamer
