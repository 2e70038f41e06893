#pragma once

#include <QImage>
#include <QWidget>

#include "core/image/image.h"

namespace metamer {

/// Bytes as a QImage: grey or RGB. A deep copy.
QImage toQImage(const ImageShape &shape, const Pixels &pixels);

/// The signed difference of two images in the difference colours, of the channel that changes most.
QImage differenceImage(const ImageShape &shape, const Pixels &source, const Pixels &perturbed);

/// A frame around a picture, saying what people did with it.
enum class PictureFrame { None, Changed, NotAClass, NoConsensus };

/// One small picture on the neutral surround, zoomed by the greatest whole factor that fits (nearest neighbour, aligned to
/// device pixels), with a caption below.
class PictureView final : public QWidget {
    Q_OBJECT

public:
    explicit PictureView(const QString &caption, QWidget *parent = nullptr);

    void setPicture(const QImage &picture);
    void setCaption(const QString &caption);
    void setFrame(PictureFrame frame);

    /// Greatest side of the zoomed picture in logical pixels; 0 for as large as fits.
    void setLargestSide(int side);

    /// The zoom factor used now, in device pixels a picture pixel.
    int zoom() const;

    QSize sizeHint() const override { return {280, 310}; }
    QSize minimumSizeHint() const override { return {84, 110}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void drawFrame(QPainter &painter, const QRectF &picture) const;

    QImage m_picture;
    QString m_caption;
    PictureFrame m_frame = PictureFrame::None;
    int m_largestSide = 0;
};

}  // namespace metamer
