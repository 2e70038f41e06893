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

    /// Words under the title, on as many lines as they take, with a shield where the answer is certified; empty: none.
    void setCertificate(const QString &text, bool isCertified);

    QSize sizeHint() const override { return {240, 144 + certificateHeight()}; }
    QSize minimumSizeHint() const override { return {180, 130 + certificateHeight()}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    int certificateHeight() const;

    QString m_title, m_certificate;
    bool m_isCertified = false;
    QStringList m_classNames;
    std::vector<float> m_before, m_after;  ///< probabilities
};

}  // namespace metamer
