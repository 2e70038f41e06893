#pragma once

#include <QString>
#include <QWidget>

class QLabel;
class QScrollArea;
class QVBoxLayout;

namespace metamer {

class LabSession;

/// One step of the flow.
class Page : public QWidget {
    Q_OBJECT

public:
    Page(LabSession &session, QWidget *parent) : QWidget(parent), m_session(session) {}

    /// The page has come to the front.
    virtual void activated() {}
    /// The page has gone to the back.
    virtual void deactivated() {}
    /// The keys of this page, "key<TAB>what it does", for F1.
    virtual QStringList keys() const { return {}; }

protected:
    /// The page's outer layout with margins and its title; content goes below.
    QVBoxLayout *makeLayout(const QString &title);

    LabSession &m_session;
};

/// A page's title.
QLabel *makeTitle(const QString &text);

/// A column that scrolls up and down where the window is too low for it; the keyboard goes to what is inside.
QScrollArea *makeColumn(QWidget *content);

/// The form of a page, at its left: `parts` (layouts and widgets) in a column that scrolls, the page's primary button below.
QWidget *makeFormColumn(const QList<QObject *> &parts, class QPushButton *primary);

/// A label in the muted colour, wrapped, for hints and empty states.
QLabel *makeHint(const QString &text);

/// Marks a button as the page's primary one; Ctrl+Return presses it while its page is in front.
void makePrimary(class QPushButton *button);

}  // namespace metamer
