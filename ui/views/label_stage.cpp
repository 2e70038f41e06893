#include "ui/views/label_stage.h"

#include <algorithm>
#include <cmath>

#include <QPainter>

#include "ui/theme.h"

namespace metamer {
namespace {

constexpr int kBetween = 32;

}  // namespace

LabelStage::LabelStage(QWidget *parent) : QWidget(parent) {
    setAttribute(Qt::WA_OpaquePaintEvent);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setMinimumSize(200, 160);
}

void LabelStage::setDisplay(const Display &display) {
    m_display = display;
    update();
}

void LabelStage::setPicture(const QImage &picture, const QString &caption) { setPair(QImage(), picture, caption); }

void LabelStage::setPair(const QImage &original, const QImage &shown, const QString &caption) {
    m_original = original;
    m_shown = shown;
    m_caption = caption;
    m_isHidden = false;
    update();
}

void LabelStage::clearPicture() {
    m_isHidden = true;
    update();
}

void LabelStage::setStatus(const QString &status) {
    m_status = status;
    setAccessibleDescription(status);
    update();
}

int LabelStage::zoom() const {
    if (m_shown.isNull()) {
        return 1;
    }
    const double ratio = devicePixelRatioF();
    const int across = m_original.isNull() ? 1 : 2;
    const double wide = std::min<double>(m_display.pictureSide, (width() - kBetween * (across + 1)) / across) * ratio;
    const double high = std::min<double>(m_display.pictureSide, height() - 4 * fontMetrics().height()) * ratio;
    return std::max(1, static_cast<int>(std::min(wide / m_shown.width(), high / m_shown.height())));
}

void LabelStage::paintEvent(QPaintEvent *) {
    QPainter painter(this);
    const QColor ground(QString::fromStdString(m_display.surround));
    painter.fillRect(rect(), ground);
    painter.setPen(ground.lightnessF() > 0.6 ? Qt::black : Qt::white);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, m_display.isSmooth);
    const double ratio = devicePixelRatioF();
    const int factor = zoom();
    const QSizeF size(m_shown.width() * factor / ratio, m_shown.height() * factor / ratio);
    const bool isPair = !m_original.isNull();
    const double total = isPair ? 2 * size.width() + kBetween : size.width();
    const auto aligned = [ratio](double value) { return std::floor(value * ratio) / ratio; };
    const double left = aligned((width() - total) / 2), top = aligned((height() - size.height()) / 2 - fontMetrics().height());
    const auto draw = [&](const QImage &image, double x, const QString &caption) {
        painter.drawImage(QRectF(QPointF(x, top), size), image);
        painter.drawText(QRectF(0, top + size.height() + kTight, 2 * x + size.width(), fontMetrics().height()), Qt::AlignHCenter, caption);
    };
    if (!m_isHidden && isPair) {
        draw(m_original, left, tr("original"));
        draw(m_shown, aligned(left + size.width() + kBetween), m_caption);
    } else if (!m_isHidden && !m_shown.isNull()) {
        draw(m_shown, left, m_caption);
    }
    const int line = fontMetrics().height();
    painter.drawText(QRect(0, height() - line - kGap, width(), line), Qt::AlignHCenter, m_status);
    QMetaObject::invokeMethod(this, &LabelStage::painted, Qt::QueuedConnection);
}

}  // namespace metamer
