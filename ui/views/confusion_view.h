#pragma once

#include <QStringList>
#include <QWidget>

#include "core/model/classifier.h"

namespace metamer {

/// A confusion matrix: a row a label, a column an answer, counts in the cells, stronger where a larger share of the row goes.
/// Where there is room for numbers they stand in the cells; the tooltip tells each cell in words.
class ConfusionView final : public QWidget {
    Q_OBJECT

public:
    explicit ConfusionView(QWidget *parent = nullptr);

    void setConfusion(const Confusion &confusion, const QStringList &classNames);

    /// Tab-separated, with class names, for a spreadsheet.
    QString toText() const;

    QSize sizeHint() const override { return {300, 300}; }
    QSize minimumSizeHint() const override { return {200, 200}; }

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct Geometry {
        int left = 0, top = 0, cell = 0;
    };
    Geometry geometryNow() const;
    void drawCount(QPainter &painter, const QRect &box, std::int64_t value) const;
    QString cellText(int row, int column) const;

    Confusion m_confusion;
    QStringList m_classNames;
};

}  // namespace metamer
