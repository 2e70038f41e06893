#include "ui/views/parameter_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QVBoxLayout>

#include "ui/theme.h"
#include "ui/views/side_form.h"

namespace metamer {
namespace {

constexpr int kParagraphLines = 4;

QString textOf(const QWidget *field) {
    if (const auto *combo = qobject_cast<const QComboBox *>(field)) {
        return combo->currentText();
    }
    if (const auto *check = qobject_cast<const QCheckBox *>(field)) {
        return check->isChecked() ? QStringLiteral("true") : QStringLiteral("false");
    }
    if (const auto *paragraph = qobject_cast<const QPlainTextEdit *>(field)) {
        return paragraph->toPlainText();
    }
    return qobject_cast<const QLineEdit *>(field)->text().trimmed();
}

void setText(QWidget *field, const QString &text) {
    if (auto *combo = qobject_cast<QComboBox *>(field)) {
        combo->setCurrentText(text);
    } else if (auto *check = qobject_cast<QCheckBox *>(field)) {
        check->setChecked(text == QLatin1String("true"));
    } else if (auto *paragraph = qobject_cast<QPlainTextEdit *>(field)) {
        paragraph->setPlainText(text);
    } else {
        qobject_cast<QLineEdit *>(field)->setText(text);
    }
}

}  // namespace

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
        QWidget *field = makeField(parameter);
        setText(field, QString::fromStdString(parameter.defaultValue));
        const QString source = parameter.source.empty() ? QString() : tr("\nDefault from: %1").arg(QString::fromStdString(parameter.source));
        field->setToolTip(QString::fromStdString(parameter.help) + source);
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

QWidget *ParameterForm::makeField(const Parameter &parameter) {
    switch (parameter.type) {
        case ParameterType::Choice: {
            auto *combo = new QComboBox;
            for (const auto &choice : parameter.choices) {
                combo->addItem(QString::fromStdString(choice));
            }
            connect(combo, &QComboBox::currentTextChanged, this, &ParameterForm::edited);
            return combo;
        }
        case ParameterType::Flag: {
            auto *check = new QCheckBox;
            connect(check, &QCheckBox::toggled, this, &ParameterForm::edited);
            return check;
        }
        case ParameterType::Paragraph: {
            auto *paragraph = new QPlainTextEdit;
            paragraph->setTabChangesFocus(true);
            paragraph->setFixedHeight(kParagraphLines * paragraph->fontMetrics().lineSpacing() + 2 * kGap);
            connect(paragraph, &QPlainTextEdit::textChanged, this, &ParameterForm::edited);
            return paragraph;
        }
        default: {
            auto *line = new QLineEdit;
            connect(line, &QLineEdit::textChanged, this, &ParameterForm::edited);
            return line;
        }
    }
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
        values[name] = textOf(field).toStdString();
    }
    return values;
}

void ParameterForm::setValues(const std::map<std::string, std::string> &values) {
    for (const auto &[name, value] : values) {
        if (const auto field = m_fields.find(name); field != m_fields.end()) {
            setText(field->second, QString::fromStdString(value));
        }
    }
}

}  // namespace metamer
