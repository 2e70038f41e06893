#pragma once

#include <QDialog>

#include "core/lab/import_model.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;

namespace metamer {

/// Asks for a model that the user brings: a file or a program, a name, and a normalisation. What is wrong with them is said in
/// the dialog, which stays open.
class ImportModelDialog final : public QDialog {
    Q_OBJECT

public:
    explicit ImportModelDialog(QWidget *parent);

    /// What was asked for, once the dialog is accepted.
    const ImportModelRequest &request() const { return m_request; }

private:
    void showSource();
    void chooseFile();
    void acceptIfRight();

    QFormLayout *m_form;
    QComboBox *m_source;
    QWidget *m_filePlace;
    QLineEdit *m_file, *m_command, *m_name, *m_mean, *m_std;
    QLabel *m_problem;
    ImportModelRequest m_request;
};

}  // namespace metamer
