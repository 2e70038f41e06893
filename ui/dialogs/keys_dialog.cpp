#include "ui/dialogs/keys_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/theme.h"

namespace metamer {

KeysDialog::KeysDialog(const QStringList &keys, QWidget *parent) : QDialog(parent) {
    setWindowTitle(tr("Keys"));
    auto *form = new QFormLayout;
    form->setHorizontalSpacing(kGroupGap);
    form->setLabelAlignment(Qt::AlignLeft);
    for (const auto &entry : keys) {
        form->addRow(entry.section(QLatin1Char('\t'), 0, 0), new QLabel(entry.section(QLatin1Char('\t'), 1)));
    }
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kPageMargin, kGroupGap, kPageMargin, kGroupGap);
    layout->addLayout(form);
    layout->addSpacing(kGap);
    layout->addWidget(buttons);
}

}  // namespace metamer
