#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace metamer {

/// A screen of words in a labelling session: consent, instructions, a break, thanks. Enter goes on, Esc ends the session.
class WordsView final : public QWidget {
    Q_OBJECT

public:
    explicit WordsView(QWidget *parent = nullptr);

    /// `goOn` is what the button says: "I agree".
    void setWords(const QString &title, const QString &text, const QString &goOn, const QString &hint);

Q_SIGNALS:
    void goneOn();

private:
    QLabel *m_title, *m_text, *m_hint;
    QPushButton *m_goOn;
};

}  // namespace metamer
