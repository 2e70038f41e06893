#include "ui/dialogs/import_model_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/base/error.h"
#include "ui/pages/page.h"
#include "ui/theme.h"
#include "ui/views/side_form.h"

namespace metamer {
namespace {

constexpr int kWidth = 520;

}  // namespace

ImportModelDialog::ImportModelDialog(QWidget *parent) : QDialog(parent) {
    setWindowTitle(tr("Import model"));
    setMinimumWidth(scaledWidth(kWidth));
    m_source = new QComboBox;
    m_source->addItems({tr("a file: TorchScript or ONNX"), tr("a program that answers")});
    m_file = new QLineEdit;
    m_file->setAccessibleName(tr("File"));
    auto *choose = new QPushButton(tr("Choose ..."));
    choose->setAutoDefault(false);
    m_filePlace = new QWidget;
    auto *place = new QHBoxLayout(m_filePlace);
    place->setContentsMargins(0, 0, 0, 0);
    place->setSpacing(kGap);
    place->addWidget(m_file, 1);
    place->addWidget(choose);
    m_filePlace->setFocusProxy(m_file);
    m_command = new QLineEdit;
    m_command->setPlaceholderText(QStringLiteral("python3 my_model.py"));
    m_name = new QLineEdit;
    m_mean = new QLineEdit;
    m_std = new QLineEdit;
    for (auto *each : {m_mean, m_std}) {
        each->setPlaceholderText(tr("as the file says, else none"));
        each->setToolTip(tr("For pixels in 0..1: 0.1307, or one a channel: 0.49,0.48,0.45"));
    }
    m_problem = new QLabel;
    m_problem->setWordWrap(true);
    m_problem->setStyleSheet(QStringLiteral("color: %1").arg(errorColour().name()));
    m_problem->hide();
    m_form = makeSideForm();
    m_form->addRow(tr("&From"), m_source);
    m_form->addRow(tr("F&ile"), m_filePlace);
    m_form->addRow(tr("&Command"), m_command);
    m_form->addRow(tr("&Name"), m_name);
    m_form->addRow(tr("&Mean"), m_mean);
    m_form->addRow(tr("&Std"), m_std);
    alignLabels(m_form);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    auto *import = buttons->addButton(tr("Import model"), QDialogButtonBox::AcceptRole);
    import->setDefault(true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kPageMargin, kGroupGap, kPageMargin, kGroupGap);
    layout->setSpacing(kGroupGap);
    layout->addLayout(m_form);
    layout->addWidget(makeHint(tr("It is tried out on 200 clean test images first, a file in a process of its own. Models see pixels in 0..1 and give one logit a class. "
                                  "What you import is trusted on this machine.")));
    layout->addWidget(m_problem);
    layout->addWidget(buttons);
    connect(m_source, &QComboBox::currentIndexChanged, this, &ImportModelDialog::showSource);
    connect(choose, &QPushButton::clicked, this, &ImportModelDialog::chooseFile);
    connect(buttons, &QDialogButtonBox::accepted, this, &ImportModelDialog::acceptIfRight);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    showSource();
    m_file->setFocus();
}

void ImportModelDialog::showSource() {
    const bool isFile = m_source->currentIndex() == 0;
    for (auto *field : {m_filePlace, static_cast<QWidget *>(m_command)}) {
        const bool isShown = (field == m_filePlace) == isFile;
        field->setVisible(isShown);
        m_form->labelForField(field)->setVisible(isShown);
    }
}

void ImportModelDialog::chooseFile() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Import model"), {}, tr("Models (*.pt *.pth *.onnx);;All files (*)"));
    if (!path.isEmpty()) {
        m_file->setText(path);
        m_name->setText(m_name->text().isEmpty() ? QFileInfo(path).completeBaseName() : m_name->text());
    }
}

void ImportModelDialog::acceptIfRight() {
    const bool isFile = m_source->currentIndex() == 0;
    try {
        m_request = {};
        m_request.name = m_name->text().trimmed().toStdString();
        m_request.file = isFile ? m_file->text().trimmed().toStdString() : std::string();
        m_request.command = isFile ? std::string() : m_command->text().trimmed().toStdString();
        m_request.normalisation = {parseChannelValues(m_mean->text().toStdString(), "mean"), parseChannelValues(m_std->text().toStdString(), "std")};
        if (isFile ? m_request.file.empty() : m_request.command.empty()) {
            throw Error(ErrorCode::Usage, isFile ? "choose a file" : "type the command that starts the program");
        }
        if (m_request.name.empty()) {
            throw Error(ErrorCode::Usage, "give the model a name");
        }
        accept();
    } catch (const Error &error) {
        m_problem->setText(QString::fromUtf8(error.what()));
        m_problem->show();
    }
}

}  // namespace metamer
