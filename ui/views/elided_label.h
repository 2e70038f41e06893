#pragma once

#include <QLabel>

namespace metamer {

/// A line of text that is cut to the room there is, with the whole in the tooltip; never widens its window.
class ElidedLabel final : public QLabel {
    Q_OBJECT

public:
    explicit ElidedLabel(QWidget *parent = nullptr);

    void setWholeText(const QString &text);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    QString m_whole;
};

}  // namespace metamer
