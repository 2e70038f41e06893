#pragma once

#include <map>
#include <string>

#include <QWidget>

#include "core/base/parameters.h"

class QCheckBox;
class QFormLayout;

namespace metamer {

/// The fields of an attack's, a recipe's or a protocol's parameters, made from its schema; the advanced ones are folded away.
class ParameterForm final : public QWidget {
    Q_OBJECT

public:
    explicit ParameterForm(QWidget *parent = nullptr);

    void setSchema(const ParameterSchema &schema);

    /// As typed, by name.
    std::map<std::string, std::string> values() const;

    /// Fills in what is given; other fields stay.
    void setValues(const std::map<std::string, std::string> &values);

Q_SIGNALS:
    /// Something was typed or chosen.
    void edited();

private:
    QWidget *makeField(const Parameter &parameter);
    void orderFields(const ParameterSchema &schema);

    QCheckBox *m_showAdvanced;
    QWidget *m_advancedBody;
    QFormLayout *m_plain, *m_advanced;
    std::map<std::string, QWidget *> m_fields;
};

}  // namespace metamer
