#include "ui/views/chart_view.h"

#include <QChart>
#include <QEvent>
#include <QLegend>
#include <QValueAxis>

#include "ui/theme.h"

namespace metamer {

ChartView::ChartView(const QString &name, QWidget *parent) : QChartView(parent) {
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(name);
    setFocusPolicy(Qt::NoFocus);
    chart()->setMargins(QMargins(0, 0, 0, 0));
    chart()->setBackgroundRoundness(0);
    chart()->layout()->setContentsMargins(0, 0, 0, 0);
    chart()->legend()->hide();
    chart()->setAnimationOptions(QChart::NoAnimation);
}

QPixmap ChartView::picture() {
    QPixmap pixmap(size() * 2);
    pixmap.setDevicePixelRatio(2);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    render(&painter);
    return pixmap;
}

void ChartView::changeEvent(QEvent *event) {
    if (event->type() == QEvent::PaletteChange) {
        applyColours();
    }
    QChartView::changeEvent(event);
}

void ChartView::applyColours() {
    chart()->setBackgroundBrush(palette().color(QPalette::Window));
    chart()->legend()->setLabelColor(palette().color(QPalette::WindowText));
    chart()->legend()->setFont(font());
    for (auto *axis : chart()->axes()) {
        axis->setLabelsColor(mutedTextColour());
        axis->setTitleBrush(mutedTextColour());
        axis->setGridLineColor(hairlineColour());
        axis->setLinePen(QPen(hairlineColour(), 1));
        axis->setLabelsFont(font());
        axis->setTitleFont(font());
    }
}

QValueAxis *ChartView::addValueAxis(Qt::Alignment side, const QString &title, double low, double high, const char *format, int ticks) {
    auto *axis = new QValueAxis(chart());
    axis->setTitleText(title);
    axis->setRange(low, high);
    axis->setLabelFormat(QString::fromLatin1(format));
    axis->setTickCount(ticks);
    chart()->addAxis(axis, side);
    return axis;
}

}  // namespace metamer
