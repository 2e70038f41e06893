#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;

namespace metamer {

/// The form before a labelling session: who labels, from which list, under which protocol.
class LabelStart final : public QWidget {
    Q_OBJECT

public:
    explicit LabelStart(QWidget *parent = nullptr);

    /// What the study asks for, in a sentence or two; the number of a list is asked for where there are lists.
    void setProtocol(const QString &description, bool usesLists);

    /// Says in red what went wrong; nothing: it is gone.
    void showProblem(const QString &sentence);

    /// False while a session is being opened.
    void setReady(bool isReady);

    /// Into the name's field, the last name selected so that typing replaces it.
    void focusName();

Q_SIGNALS:
    /// `list` is 0 for one's own or the next free one.
    void startAsked(const QString &annotator, int list);
    void protocolAsked();

private:
    QWidget *buildListRow();
    void askToStart();

    QLineEdit *m_annotator, *m_list;
    QLabel *m_protocol, *m_problem;
    QWidget *m_listRow;
    QPushButton *m_start;
};

}  // namespace metamer
