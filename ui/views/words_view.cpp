#include "ui/views/words_view.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/pages/page.h"
#include "ui/theme.h"

namespace metamer {
namespace {

constexpr int kTextWidth = 560;

}  // namespace

WordsView::WordsView(QWidget *parent) : QWidget(parent) {
    m_title = makeTitle({});
    m_text = new QLabel;
    m_text->setWordWrap(true);
    QFont font = m_text->font();
    font.setPointSizeF(font.pointSizeF() * 1.2);
    m_text->setFont(font);
    m_hint = makeHint({});
    m_goOn = new QPushButton;
    m_goOn->setProperty("primary", true);
    m_goOn->setFocusPolicy(Qt::NoFocus);
    connect(m_goOn, &QPushButton::clicked, this, &WordsView::goneOn);
    auto *box = new QWidget;
    box->setMaximumWidth(scaledWidth(kTextWidth));
    auto *column = new QVBoxLayout(box);
    column->setContentsMargins(kPageMargin, 0, kPageMargin, 0);
    column->setSpacing(kGroupGap);
    column->addStretch(2);
    column->addWidget(m_title);
    column->addWidget(m_text);
    column->addWidget(m_goOn, 0, Qt::AlignLeft);
    column->addWidget(m_hint);
    column->addStretch(3);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addStretch(1);
    layout->addWidget(box, 4);
    layout->addStretch(1);
}

void WordsView::setWords(const QString &title, const QString &text, const QString &goOn, const QString &hint) {
    m_title->setText(title);
    m_text->setText(text);
    m_text->setVisible(!text.isEmpty());
    m_goOn->setText(tr("%1  (Enter)").arg(goOn));
    m_hint->setText(hint);
    setAccessibleName(title);
    setAccessibleDescription(text);
}

}  // namespace metamer
