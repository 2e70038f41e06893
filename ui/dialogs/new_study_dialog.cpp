#include "ui/dialogs/new_study_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "ui/pages/page.h"
#include "ui/theme.h"

namespace metamer {
namespace {

enum Kind { kBuiltin, kIdx, kNpz };

void addPathRow(QFormLayout *form, const QString &text, QLineEdit *field, QPushButton *button) {
    auto *label = new QLabel(text);
    label->setBuddy(field);
    auto *row = new QHBoxLayout;
    row->addWidget(field, 1);
    row->addWidget(button);
    form->addRow(label, row);
}

}  // namespace

NewStudyDialog::NewStudyDialog(QWidget *parent) : QDialog(parent) {
    setWindowTitle(tr("New study"));
    setMinimumWidth(520);
    m_kind = new QComboBox;
    m_kind->addItems({tr("Built-in digits"), tr("Folder with IDX files (MNIST and its kin)"), tr("NumPy archive (.npz)")});
    m_source = new QLineEdit;
    m_source->setAccessibleName(tr("Where the data set is"));
    m_chooseSource = new QPushButton(tr("Choose ..."));
    m_path = new QLineEdit(QDir::home().filePath(QStringLiteral("study.metamer")));
    m_path->setAccessibleName(tr("Study file"));
    auto *choosePathButton = new QPushButton(tr("Choose ..."));
    m_hint = makeHint({});
    auto *form = new QFormLayout;
    form->setLabelAlignment(Qt::AlignLeft);
    form->setSpacing(kGap);
    form->addRow(tr("&Data set"), m_kind);
    addPathRow(form, tr("&Where"), m_source, m_chooseSource);
    addPathRow(form, tr("&Study file"), m_path, choosePathButton);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    m_create = buttons->addButton(tr("Create study"), QDialogButtonBox::AcceptRole);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kPageMargin, kGroupGap, kPageMargin, kGroupGap);
    layout->addLayout(form);
    layout->addWidget(m_hint);
    layout->addSpacing(kGap);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &NewStudyDialog::showKind);
    connect(m_chooseSource, &QPushButton::clicked, this, &NewStudyDialog::chooseSource);
    connect(choosePathButton, &QPushButton::clicked, this, &NewStudyDialog::choosePath);
    connect(m_source, &QLineEdit::textChanged, this, &NewStudyDialog::check);
    connect(m_path, &QLineEdit::textChanged, this, &NewStudyDialog::check);
    showKind();
}

QString NewStudyDialog::spec() const {
    switch (m_kind->currentIndex()) {
        case kIdx: return QStringLiteral("idx:") + m_source->text().trimmed();
        case kNpz: return QStringLiteral("npz:") + m_source->text().trimmed();
        default: return QStringLiteral("builtin:digits");
    }
}

QString NewStudyDialog::path() const { return m_path->text().trimmed(); }

void NewStudyDialog::showKind() {
    const bool needsSource = m_kind->currentIndex() != kBuiltin;
    m_source->setEnabled(needsSource);
    m_chooseSource->setEnabled(needsSource);
    m_source->clear();
    check();
}

void NewStudyDialog::chooseSource() {
    const QString path = m_kind->currentIndex() == kIdx ? QFileDialog::getExistingDirectory(this, tr("Folder with the four IDX files"))
                                                        : QFileDialog::getOpenFileName(this, tr("NumPy archive"), {}, tr("NumPy archives (*.npz)"));
    if (!path.isEmpty()) {
        m_source->setText(path);
    }
}

void NewStudyDialog::choosePath() {
    const QString path = QFileDialog::getSaveFileName(this, tr("Study file"), m_path->text(), tr("Metamer studies (*.metamer)"));
    if (!path.isEmpty()) {
        m_path->setText(path);
    }
}

void NewStudyDialog::check() {
    const bool isTaken = QFileInfo::exists(path());
    const bool lacksSource = m_kind->currentIndex() != kBuiltin && m_source->text().trimmed().isEmpty();
    m_create->setEnabled(!path().isEmpty() && !isTaken && !lacksSource);
    m_hint->setText(isTaken        ? tr("%1 exists already; choose another name.").arg(path())
                    : lacksSource ? tr("Choose where the data set is.")
                                  : tr("The study keeps the images in use; the data set itself stays where it is."));
}

}  // namespace metamer
