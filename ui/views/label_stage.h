#pragma once

#include <QImage>
#include <QWidget>

namespace metamer {

/// The picture or pair that is being labelled, on the neutral surround, with one line of progress under it. Nothing else.
class LabelStage final : public QWidget {
    Q_OBJECT

public:
    explicit LabelStage(QWidget *parent = nullptr);

    /// Shows the pictures in place of the last ones; a null `original` shows `shown` alone. `side` bounds the zoomed
    /// picture, logical pixels.
    void setPictures(const QImage &original, const QImage &shown, int side);

    /// The words under the pictures.
    void setStatus(const QString &status);

    /// Device pixels a picture pixel, as painted now.
    int zoom() const;

Q_SIGNALS:
    /// What was set is on the screen.
    void painted();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QImage m_original, m_shown;
    QString m_status;
    int m_side = 336;
};

}  // namespace metamer
