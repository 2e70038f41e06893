#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QWidget>

#include "core/base/records.h"
#include "core/study/protocol.h"

class QPushButton;
class QStackedWidget;

namespace metamer {

/// One answer on offer.
struct AnswerChoice {
    QString key;
    QString name;
    AnswerKind kind = AnswerKind::Class;
    int label = -1;
};

/// The answers that a protocol offers, in its order.
std::vector<AnswerChoice> answerChoices(const Protocol &protocol, const std::vector<std::string> &classNames);

/// The row of wide buttons under the pictures, each with its key; and, where the protocol asks for it, the three of
/// confidence in its place.
class AnswerKeys final : public QWidget {
    Q_OBJECT

public:
    explicit AnswerKeys(QWidget *parent = nullptr);

    void setChoices(std::vector<AnswerChoice> choices);
    const std::vector<AnswerChoice> &choices() const { return m_choices; }
    std::optional<AnswerChoice> find(const QString &key) const;

    /// Asks for confidence, 1 to 3, instead of an answer.
    void setAsksConfidence(bool asks);

    /// Lights the button of an answer for a moment.
    void light(const AnswerChoice &choice);

Q_SIGNALS:
    void chosen(const metamer::AnswerChoice &choice);
    void confidenceChosen(int confidence);

private:
    QPushButton *makeButton(const QString &key, const QString &name);
    QWidget *makeConfidence();

    std::vector<AnswerChoice> m_choices;
    std::vector<QPushButton *> m_buttons;
    QStackedWidget *m_stack;
    QWidget *m_row = nullptr;
};

}  // namespace metamer
