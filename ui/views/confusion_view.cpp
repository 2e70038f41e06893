#include "ui/views/confusion_view.h"

#include <numeric>

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include "ui/theme.h"

namespace metamer {
namespace {

constexpr double kLeastPoints = 6;

}  // namespace

ConfusionView::ConfusionView(QWidget *parent) : QWidget(parent) {
    setAccessibleName(tr("Confusion matrix: rows the label, columns the answer"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void ConfusionView::setConfusion(const Confusion &confusion, const QStringList &classNames) {
    m_confusion = confusion;
    m_classNames = classNames;
    setAccessibleDescription(toText());
    update();
}

QString ConfusionView::toText() const {
    QString text = m_confusion.empty() ? QString() : tr("label") + QLatin1Char('\t') + m_classNames.join(QLatin1Char('\t')) + QLatin1Char('\n');
    for (std::size_t row = 0; row < m_confusion.size(); ++row) {
        text += m_classNames.value(static_cast<int>(row));
        for (const auto count : m_confusion[row]) {
            text += QLatin1Char('\t') + QString::number(count);
        }
        text += QLatin1Char('\n');
    }
    return text;
}

ConfusionView::Geometry ConfusionView::geometryNow() const {
    const int count = std::max(1, static_cast<int>(m_confusion.size()));
    int names = 0;
    for (const auto &name : m_classNames) {
        names = std::max(names, fontMetrics().horizontalAdvance(name));
    }
    const int line = fontMetrics().height();
    const int left = std::min(names, width() / 4) + line + 2 * kTight, top = 2 * line + kTight;
    const int cell = std::max(4, std::min((width() - left - 1) / count, (height() - top - 1) / count));
    return {left, top, std::min(cell, 44)};
}

QString ConfusionView::cellText(int row, int column) const {
    const auto count = m_confusion[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
    return tr("%1 of label %2 answered as %3").arg(count).arg(m_classNames.value(row), m_classNames.value(column));
}

void ConfusionView::paintEvent(QPaintEvent *) {
    QPainter painter(this);
    painter.setPen(mutedTextColour());
    if (m_confusion.empty()) {
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, tr("The confusion matrix of the chosen model appears here."));
        return;
    }
    const auto [left, top, cell] = geometryNow();
    const int line = fontMetrics().height(), count = static_cast<int>(m_confusion.size());
    painter.drawText(QRect(left, 0, cell * count, line), Qt::AlignCenter, tr("answer"));
    painter.save();
    painter.translate(0, top + cell * count / 2);
    painter.rotate(-90);
    painter.drawText(QRect(-cell * count / 2, 0, cell * count, line), Qt::AlignCenter, tr("label"));
    painter.restore();
    for (int i = 0; i < count; ++i) {
        const QString name = m_classNames.value(i);
        painter.setPen(mutedTextColour());
        painter.drawText(QRect(line + kTight, top + i * cell, left - line - 2 * kTight, cell), Qt::AlignRight | Qt::AlignVCenter,
                         fontMetrics().elidedText(name, Qt::ElideRight, left - line - 2 * kTight));
        painter.drawText(QRect(left + i * cell, line, cell, line), Qt::AlignCenter, fontMetrics().elidedText(name, Qt::ElideRight, cell));
        const auto &row = m_confusion[static_cast<std::size_t>(i)];
        const double total = std::max<double>(1, static_cast<double>(std::accumulate(row.begin(), row.end(), std::int64_t{0})));
        for (int j = 0; j < count; ++j) {
            const auto value = row[static_cast<std::size_t>(j)];
            const double share = static_cast<double>(value) / total;
            const QRect box(left + j * cell, top + i * cell, cell - 1, cell - 1);
            QColor colour = i == j ? accentColour() : changedColour();
            colour.setAlphaF(value == 0 ? 0 : static_cast<float>(i == j ? 0.12 + 0.5 * share : std::min(0.85, 0.25 + 3 * share)));
            painter.fillRect(box, palette().color(QPalette::Base));
            painter.fillRect(box, colour);
            if (value > 0) {
                drawCount(painter, box, value);
            }
        }
    }
}

/// In a smaller font where the number is long; left out where even that does not fit.
void ConfusionView::drawCount(QPainter &painter, const QRect &box, std::int64_t value) const {
    const QString text = QString::number(value);
    QFont small = font();
    while (QFontMetrics(small).horizontalAdvance(text) > box.width() - 2 && small.pointSizeF() > kLeastPoints) {
        small.setPointSizeF(small.pointSizeF() - 0.5);
    }
    if (QFontMetrics(small).horizontalAdvance(text) <= box.width() - 2) {
        painter.setFont(small);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(box, Qt::AlignCenter, text);
        painter.setFont(font());
    }
}

bool ConfusionView::event(QEvent *event) {
    if (event->type() == QEvent::ToolTip && !m_confusion.empty()) {
        auto *help = static_cast<QHelpEvent *>(event);
        const auto [left, top, cell] = geometryNow();
        const int column = (help->pos().x() - left) / cell, row = (help->pos().y() - top) / cell, count = static_cast<int>(m_confusion.size());
        const bool isInside = help->pos().x() >= left && help->pos().y() >= top && column < count && row < count;
        isInside ? QToolTip::showText(help->globalPos(), cellText(row, column), this) : QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

}  // namespace metamer
