#pragma once

#include <vector>

#include <QString>
#include <QStringList>
#include <QWidget>

namespace metamer {

/// One model's softmax before and after, as pairs of bars by class.
class LogitBars final : public QWidget {
    Q_OBJECT

public:
    explicit LogitBars(QWidget *parent = nullptr);

    /// A line of words, and logits of the source and of the example; empty vectors where there is no prediction.
    void setLogits(const QString &title, const QStringList &classNames, const std::vector<float> &before, const std::vector<float> &after);

    /// A line under the title, with a shield where the answer is certified; empty: no such line.
    void setCertificate(const QString &text, bool isCertified);

    QSize sizeHint() const override { return {240, m_certificate.isEmpty() ? 144 : 144 + fontMetrics().height()}; }
    QSize minimumSizeHint() const override { return {180, 130}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_title, m_certificate;
    bool m_isCertified = false;
    QStringList m_classNames;
    std::vector<float> m_before, m_after;  ///< probabilities
};

}  // namespace metamer
