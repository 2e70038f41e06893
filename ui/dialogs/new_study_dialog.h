#pragma once

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace metamer {

/// Asks for a data set and a file for a new study. Reads nothing itself.
class NewStudyDialog final : public QDialog {
    Q_OBJECT

public:
    explicit NewStudyDialog(QWidget *parent);

    QString spec() const;
    QString path() const;

private:
    void showKind();
    void chooseSource();
    void choosePath();
    void check();

    QComboBox *m_kind;
    QLineEdit *m_source, *m_path;
    QPushButton *m_chooseSource, *m_create;
    QLabel *m_hint;
};

}  // namespace metamer
