#include "ui/views/side_form.h"

#include <QComboBox>
#include <QFormLayout>
#include <QWidget>

#include "ui/theme.h"

namespace metamer {
namespace {

constexpr int kLabelLetters = 14;   // "Name of the run"

}  // namespace

QFormLayout *makeSideForm(QWidget *box) {
    auto *form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    form->setSpacing(kGap);
    form->setLabelAlignment(Qt::AlignLeft);
    return form;
}

void alignLabels(QFormLayout *form) {
    for (int row = 0; row < form->rowCount(); ++row) {
        if (auto *label = form->itemAt(row, QFormLayout::LabelRole); label != nullptr && label->widget() != nullptr) {
            label->widget()->setMinimumWidth(label->widget()->fontMetrics().averageCharWidth() * kLabelLetters);
        }
    }
}

void fillDevices(QComboBox *combo, const std::vector<std::string> &devices) {
    const QString chosen = combo->currentText();
    combo->clear();
    combo->addItem(QStringLiteral("auto"));
    for (const auto &name : devices) {
        combo->addItem(QString::fromStdString(name));
    }
    combo->setCurrentText(chosen);
}

}  // namespace metamer
