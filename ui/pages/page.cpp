#include "ui/pages/page.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QVBoxLayout>

#include "ui/theme.h"

namespace metamer {
namespace {

constexpr int kFormColumnWidth = 360;

}  // namespace

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
    font.setPointSizeF(font.pointSizeF() * 1.44);
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

QWidget *makeFormColumn(const QList<QObject *> &parts, QPushButton *primary) {
    auto *content = new QWidget;
    auto *contentLayout = new QVBoxLayout(content);
    contentLayout->setContentsMargins(0, 0, kGap, 0);
    for (auto *part : parts) {
        if (auto *widget = qobject_cast<QWidget *>(part)) {
            contentLayout->addWidget(widget);
        } else {
            contentLayout->addLayout(qobject_cast<QLayout *>(part));
        }
    }
    contentLayout->addStretch(1);
    makePrimary(primary);
    auto *box = new QWidget;
    box->setFixedWidth(scaledWidth(kFormColumnWidth));
    auto *layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(makeColumn(content), 1);
    layout->addWidget(primary, 0, Qt::AlignLeft);
    return box;
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
