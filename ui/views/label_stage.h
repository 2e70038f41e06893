#pragma once

#include <QImage>
#include <QWidget>

#include "core/study/display.h"

namespace metamer {

/// The picture or pair that is being labelled, on the protocol's surround, with one line of progress under it. Nothing else.
class LabelStage final : public QWidget {
    Q_OBJECT

public:
    explicit LabelStage(QWidget *parent = nullptr);

    void setDisplay(const Display &display);

    /// Shows a picture alone, in place of the last.
    void setPicture(const QImage &picture, const QString &caption);

    /// Shows original and perturbed side by side.
    void setPair(const QImage &original, const QImage &shown, const QString &caption);

    /// Nothing but the surround, in the same geometry.
    void clearPicture();

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
    QString m_caption, m_status;
    Display m_display;
    bool m_isHidden = false;
};

}  // namespace metamer
