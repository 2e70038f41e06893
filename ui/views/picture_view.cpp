#include "ui/views/picture_view.h"

#include <algorithm>
#include <cmath>

#include <QPainter>

#include "core/image/difference.h"
#include "ui/theme.h"

namespace metamer {
namespace {

constexpr int kMargin = 8;

int captionHeight(const QWidget &widget) { return widget.fontMetrics().height() + kTight; }

}  // namespace

QImage toQImage(const ImageShape &shape, const Pixels &pixels) {
    if (pixels.size() != shape.size() || pixels.empty()) {
        return {};
    }
    const bool isGrey = shape.channels == 1;
    QImage image(shape.width, shape.height, isGrey ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
    const std::size_t plane = static_cast<std::size_t>(shape.height) * shape.width;
    for (int y = 0; y < shape.height; ++y) {
        uchar *line = image.scanLine(y);
        for (int x = 0; x < shape.width; ++x) {
            const std::size_t at = static_cast<std::size_t>(y) * shape.width + x;
            for (int channel = 0; channel < shape.channels; ++channel) {
                line[x * shape.channels + channel] = pixels[channel * plane + at];
            }
        }
    }
    return image;
}

QImage differenceImage(const ImageShape &shape, const Pixels &source, const Pixels &perturbed) {
    if (source.size() != shape.size() || perturbed.size() != shape.size()) {
        return {};
    }
    QImage image(shape.width, shape.height, QImage::Format_RGB888);
    for (int y = 0; y < shape.height; ++y) {
        uchar *line = image.scanLine(y);
        for (int x = 0; x < shape.width; ++x) {
            const std::size_t at = static_cast<std::size_t>(y) * shape.width + x;
            const Rgb colour = differenceColour(greatestChange(shape, source, perturbed, at));
            line[3 * x] = colour.red;
            line[3 * x + 1] = colour.green;
            line[3 * x + 2] = colour.blue;
        }
    }
    return image;
}

PictureView::PictureView(const QString &caption, QWidget *parent) : QWidget(parent), m_caption(caption) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(caption);
    setAttribute(Qt::WA_OpaquePaintEvent);
}

void PictureView::setPicture(const QImage &picture) {
    m_picture = picture;
    update();
}

void PictureView::setCaption(const QString &caption) {
    m_caption = caption;
    setAccessibleName(caption);
    update();
}

void PictureView::setFrame(PictureFrame frame) {
    m_frame = frame;
    update();
}

void PictureView::setLargestSide(int side) {
    m_largestSide = side;
    update();
}

int PictureView::zoom() const {
    if (m_picture.isNull()) {
        return 1;
    }
    const double ratio = devicePixelRatioF();
    double wide = (width() - 2 * kMargin) * ratio;
    double high = (height() - 2 * kMargin - captionHeight(*this)) * ratio;
    if (m_largestSide > 0) {
        wide = std::min(wide, m_largestSide * ratio);
        high = std::min(high, m_largestSide * ratio);
    }
    return std::max(1, static_cast<int>(std::min(wide / m_picture.width(), high / m_picture.height())));
}

void PictureView::paintEvent(QPaintEvent *) {
    QPainter painter(this);
    painter.fillRect(rect(), surroundColour());
    const double ratio = devicePixelRatioF();
    const int factor = zoom();
    const int caption = m_caption.isEmpty() ? 0 : captionHeight(*this);
    QRectF picture;
    if (!m_picture.isNull()) {
        const QSizeF size(m_picture.width() * factor / ratio, m_picture.height() * factor / ratio);
        const double left = std::floor((width() - size.width()) / 2 * ratio) / ratio;
        const double top = std::floor((height() - caption - size.height()) / 2 * ratio) / ratio;
        picture = QRectF(QPointF(left, top), size);
        painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
        painter.drawImage(picture, m_picture);
        drawFrame(painter, picture);
    } else {
        picture = QRectF(kMargin, kMargin, width() - 2 * kMargin, height() - 2 * kMargin - caption);
    }
    painter.setPen(Qt::white);
    const QRectF line(0, picture.bottom() + kTight + 2, width(), fontMetrics().height());
    painter.drawText(line, Qt::AlignHCenter | Qt::AlignTop, fontMetrics().elidedText(m_caption, Qt::ElideMiddle, width() - 2 * kTight));
}

void PictureView::drawFrame(QPainter &painter, const QRectF &picture) const {
    if (m_frame == PictureFrame::None) {
        return;
    }
    if (m_frame != PictureFrame::Changed) {
        painter.setPen(QPen(Qt::white, 2, m_frame == PictureFrame::NotAClass ? Qt::DashLine : Qt::DotLine));
        painter.drawRect(picture.adjusted(-2, -2, 2, 2));
        return;
    }
    painter.setPen(QPen(Qt::white, 1));
    painter.drawRect(picture.adjusted(-2.5, -2.5, 2.5, 2.5));
    painter.setPen(QPen(changedColour(), 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(picture.adjusted(-1, -1, 1, 1));
    painter.setPen(Qt::NoPen);
    painter.setBrush(changedColour());
    const QPolygonF corner({picture.topRight() + QPointF(-12, 0), picture.topRight(), picture.topRight() + QPointF(0, 12)});
    painter.drawPolygon(corner);
}

}  // namespace metamer
