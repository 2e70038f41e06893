#include "ui/pages/page.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QVBoxLayout>

#include "ui/theme.h"

namespace metamer {

QVBoxLayout *Page::makeLayout(const QString &title) {
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kPageMargin, kGroupGap, kPageMargin, kGroupGap);
    layout->setSpacing(kGap);
    layout->addWidget(makeTitle(title));
    return layout;
}

QLabel *makeTitle(const QString &text) {
    auto *label = new QLabel(text);
    QFont font = label->font();
    font.setPointSizeF(13);
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    return label;
}

QScrollArea *makeColumn(QWidget *content) {
    auto *scroll = new QScrollArea;
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    return scroll;
}

QLabel *makeHint(const QString &text) {
    auto *label = new QLabel(text);
    label->setWordWrap(true);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

void makePrimary(QPushButton *button) {
    button->setProperty("primary", true);
    // A shortcut of its own: that of a button is lost with its next text.
    auto *shortcut = new QShortcut(QKeySequence(QStringLiteral("Ctrl+Return")), button);
    QObject::connect(shortcut, &QShortcut::activated, button, &QPushButton::click);
}

}  // namespace metamer
