#pragma once

#include <deque>

#include <QImage>
#include <QWidget>

namespace metamer {

/// A row of small pairs (original, perturbed) on the neutral surround; one of them may be current.
class PairStrip final : public QWidget {
    Q_OBJECT

public:
    explicit PairStrip(QWidget *parent = nullptr);

    void clear();
    /// Adds a pair at the front: newest first.
    void prepend(const QImage &original, const QImage &perturbed, const QString &caption);
    /// Shows pairs around a current one, oldest first.
    struct Pair {
        QImage original;
        QImage perturbed;
        QString caption;
    };
    void setPairs(const std::deque<Pair> &pairs, int current);
    void setEmptyText(const QString &text);

    /// How many pairs fit.
    int capacity() const;

    QSize sizeHint() const override { return {400, 92}; }
    QSize minimumSizeHint() const override { return {200, 92}; }

Q_SIGNALS:
    /// The pair at this place was clicked.
    void chosen(int position);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;

private:
    int pairWidth() const;

    std::deque<Pair> m_pairs;
    int m_current = -1;
    QString m_emptyText;
};

}  // namespace metamer
