#include "ui/views/elided_label.h"

#include <QFontMetrics>
#include <QResizeEvent>

namespace metamer {

ElidedLabel::ElidedLabel(QWidget *parent) : QLabel(parent) { setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); }

void ElidedLabel::setWholeText(const QString &text) {
    m_whole = text;
    setText(fontMetrics().elidedText(text, Qt::ElideRight, width()));
    setToolTip(text);
    setAccessibleName(text);
}

void ElidedLabel::resizeEvent(QResizeEvent *event) {
    QLabel::resizeEvent(event);
    setWholeText(m_whole);
}

}  // namespace metamer
