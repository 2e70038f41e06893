#include "ui/views/logit_bars.h"

#include <algorithm>
#include <cmath>

#include <QPainter>
#include <QPainterPath>

#include "ui/theme.h"

namespace metamer {
namespace {

constexpr int kTextWidth = 230;   // px that words under the title are sure to have

std::vector<float> softmax(std::vector<float> values) {
    if (values.empty()) {
        return values;
    }
    const float highest = *std::max_element(values.begin(), values.end());
    float total = 0;
    for (auto &value : values) {
        value = std::exp(value - highest);
        total += value;
    }
    for (auto &value : values) {
        value /= total;
    }
    return values;
}

/// A shield as tall as a line of text.
QPainterPath shield(const QRectF &box) {
    QPainterPath path(box.topLeft());
    path.lineTo(box.topRight());
    path.lineTo(box.right(), box.center().y());
    path.quadTo(box.right(), box.bottom() - box.height() * 0.15, box.center().x(), box.bottom());
    path.quadTo(box.left(), box.bottom() - box.height() * 0.15, box.left(), box.center().y());
    path.closeSubpath();
    return path;
}

}  // namespace

LogitBars::LogitBars(QWidget *parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed); }

void LogitBars::setLogits(const QString &title, const QStringList &classNames, const std::vector<float> &before, const std::vector<float> &after) {
    m_classNames = classNames;
    m_before = softmax(before);
    m_after = softmax(after);
    m_title = title;
    setAccessibleName(m_title);
    update();
}

void LogitBars::setCertificate(const QString &text, bool isCertified) {
    m_certificate = text;
    m_isCertified = isCertified;
    setToolTip(text);
    setAccessibleDescription(text);
    updateGeometry();
    update();
}

/// For the narrowest that the bars get, so that it does not depend on the width.
int LogitBars::certificateHeight() const {
    if (m_certificate.isEmpty()) {
        return 0;
    }
    const int left = m_isCertified ? fontMetrics().height() : 0;
    return fontMetrics().boundingRect(QRect(0, 0, kTextWidth - left, 1000), Qt::AlignLeft | Qt::TextWordWrap, m_certificate).height();
}

void LogitBars::paintEvent(QPaintEvent *) {
    QPainter painter(this);
    const int line = fontMetrics().height();
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(QRect(0, 0, width(), line), Qt::AlignLeft | Qt::AlignVCenter, fontMetrics().elidedText(m_title, Qt::ElideRight, width()));
    if (!m_certificate.isEmpty()) {
        const int left = m_isCertified ? line : 0;
        if (m_isCertified) {
            painter.setRenderHint(QPainter::Antialiasing);
            painter.fillPath(shield(QRectF(1, line + 2, line - 6, line - 4)), accentColour());
            painter.setRenderHint(QPainter::Antialiasing, false);
        }
        painter.setPen(m_isCertified ? accentColour() : mutedTextColour());
        painter.drawText(QRect(left, line, width() - left, certificateHeight()), Qt::AlignLeft | Qt::TextWordWrap, m_certificate);
    }
    const int first = line + certificateHeight();   // where the key stands
    const int count = static_cast<int>(std::max(m_before.size(), m_after.size()));
    if (count == 0) {
        return;
    }
    const int top = first + line + kTight, bottom = height() - line - kTight;   // title, key, bars, class names
    const double step = static_cast<double>(width()) / count;
    const int bar = std::max(2, static_cast<int>(step * 0.36));
    painter.fillRect(QRect(0, bottom, width(), 1), hairlineColour());
    for (int i = 0; i < count; ++i) {
        const int left = static_cast<int>(i * step + (step - 2 * bar - 1) / 2);
        const auto draw = [&](const std::vector<float> &values, int x, const QColor &colour) {
            if (i < static_cast<int>(values.size())) {
                const int high = static_cast<int>(std::lround(values[static_cast<std::size_t>(i)] * (bottom - top)));
                painter.fillRect(QRect(x, bottom - high, bar, high), colour);
            }
        };
        draw(m_before, left, mutedTextColour());
        draw(m_after, left + bar + 1, accentColour());
        painter.setPen(mutedTextColour());
        const QRect label(static_cast<int>(i * step), bottom + 2, static_cast<int>(step), line);
        painter.drawText(label, Qt::AlignHCenter | Qt::AlignTop,
                         fontMetrics().elidedText(m_classNames.value(i), Qt::ElideRight, static_cast<int>(step)));
    }
    const QRect key(0, first, width(), line);
    const QString before = tr("original"), after = tr("perturbed");
    const int beforeWidth = fontMetrics().horizontalAdvance(before);
    painter.setPen(mutedTextColour());
    painter.drawText(key, Qt::AlignLeft | Qt::AlignTop, before);
    painter.setPen(accentColour());
    painter.drawText(key.adjusted(beforeWidth + kGap, 0, 0, 0), Qt::AlignLeft | Qt::AlignTop, after);
}

}  // namespace metamer
