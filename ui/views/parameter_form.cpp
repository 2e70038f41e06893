#include "ui/views/parameter_form.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include "ui/theme.h"
#include "ui/views/side_form.h"

namespace metamer {

ParameterForm::ParameterForm(QWidget *parent) : QWidget(parent) {
    m_plain = makeSideForm();
    m_advanced = makeSideForm();
    m_showAdvanced = new QCheckBox(tr("Show advanced options"));
    m_advancedBody = new QWidget;
    m_advancedBody->setLayout(m_advanced);
    m_advancedBody->hide();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGap);
    layout->addLayout(m_plain);
    layout->addWidget(m_showAdvanced);
    layout->addWidget(m_advancedBody);
    connect(m_showAdvanced, &QCheckBox::toggled, m_advancedBody, &QWidget::setVisible);
}

void ParameterForm::setSchema(const ParameterSchema &schema) {
    for (auto *form : {m_plain, m_advanced}) {
        while (form->rowCount() > 0) {
            form->removeRow(0);
        }
    }
    m_fields.clear();
    for (const auto &parameter : schema.parameters()) {
        auto *field = new QLineEdit(QString::fromStdString(parameter.defaultValue));
        field->setToolTip(tr("%1\nDefault from: %2").arg(QString::fromStdString(parameter.help), QString::fromStdString(parameter.source)));
        const QString unit = parameter.unit.empty() ? QString() : QStringLiteral(", ") + QString::fromStdString(parameter.unit);
        field->setAccessibleName(QString::fromStdString(parameter.title) + unit);
        (parameter.isAdvanced ? m_advanced : m_plain)->addRow(QString::fromStdString(parameter.title) + unit, field);
        m_fields[parameter.name] = field;
    }
    alignLabels(m_plain);
    alignLabels(m_advanced);
    orderFields(schema);
    m_showAdvanced->setVisible(m_advanced->rowCount() > 0);
}

/// Fields come later than the rest of the page, and would be last on the way of the Tab key.
void ParameterForm::orderFields(const ParameterSchema &schema) {
    QWidget *before = m_showAdvanced->previousInFocusChain();
    while (before != m_showAdvanced && (!(before->focusPolicy() & Qt::TabFocus) || isAncestorOf(before))) {
        before = before->previousInFocusChain();
    }
    for (const bool isAdvanced : {false, true}) {
        for (const auto &parameter : schema.parameters()) {
            if (parameter.isAdvanced == isAdvanced) {
                QWidget *field = m_fields.at(parameter.name);
                setTabOrder(before, field);
                before = field;
            }
        }
        if (!isAdvanced) {
            setTabOrder(before, m_showAdvanced);
            before = m_showAdvanced;
        }
    }
}

std::map<std::string, std::string> ParameterForm::values() const {
    std::map<std::string, std::string> values;
    for (const auto &[name, field] : m_fields) {
        values[name] = field->text().trimmed().toStdString();
    }
    return values;
}

void ParameterForm::setValues(const std::map<std::string, std::string> &values) {
    for (const auto &[name, value] : values) {
        if (const auto field = m_fields.find(name); field != m_fields.end()) {
            field->second->setText(QString::fromStdString(value));
        }
    }
}

}  // namespace metamer
