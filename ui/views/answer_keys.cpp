#include "ui/views/answer_keys.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTimer>

#include "ui/theme.h"

namespace metamer {
namespace {

constexpr int kKeyLitMs = 140;
constexpr int kMostColumns = 10;
constexpr int kKeyHeight = 36;

}  // namespace

std::vector<AnswerChoice> answerChoices(const Protocol &protocol, const std::vector<std::string> &classNames) {
    const auto keys = protocol.keys(static_cast<int>(classNames.size()));
    const bool isDigits = classNames.size() == 10 && classNames[9] == "9";
    const Measure measure = protocol.measure();
    std::vector<AnswerChoice> choices;
    if (measure.presentation == Presentation::SameDifferent) {
        choices.push_back({QString::fromStdString(keys.same), isDigits ? AnswerKeys::tr("still the same digit") : AnswerKeys::tr("still the same"), AnswerKind::Same, -1});
        choices.push_back({QString::fromStdString(keys.different), isDigits ? AnswerKeys::tr("another digit, or none") : AnswerKeys::tr("another, or none"), AnswerKind::Different, -1});
    } else {
        for (std::size_t i = 0; i < classNames.size(); ++i) {
            choices.push_back({i < keys.classes.size() ? QString::fromStdString(keys.classes[i]) : QString(), QString::fromStdString(classNames[i]), AnswerKind::Class, static_cast<int>(i)});
        }
        if (!measure.isForced) {
            choices.push_back({QString::fromStdString(keys.notAClass), isDigits ? AnswerKeys::tr("not a digit") : AnswerKeys::tr("none of these"), AnswerKind::NotAClass, -1});
        }
    }
    if (!measure.isForced) {
        choices.push_back({QString::fromStdString(keys.unsure), AnswerKeys::tr("unsure"), AnswerKind::Unsure, -1});
    }
    return choices;
}

AnswerKeys::AnswerKeys(QWidget *parent) : QWidget(parent) {
    m_stack = new QStackedWidget;
    m_stack->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_stack->addWidget(makeConfidence());
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGap, kGap, kGap, kTight);
    layout->addWidget(m_stack);
}

QPushButton *AnswerKeys::makeButton(const QString &key, const QString &name) {
    auto *button = new QPushButton(key.isEmpty() || key == name ? name : key + QStringLiteral("  ") + name);
    button->setFocusPolicy(Qt::NoFocus);
    button->setMinimumHeight(kKeyHeight);
    button->setMinimumWidth(30);
    button->setCheckable(true);
    return button;
}

QWidget *AnswerKeys::makeConfidence() {
    auto *row = new QWidget;
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kTight);
    layout->addWidget(new QLabel(tr("How sure?")));
    const QStringList names = {tr("guessed"), tr("fairly sure"), tr("sure")};
    for (int i = 0; i < names.size(); ++i) {
        QPushButton *button = makeButton(QString::number(i + 1), names[i]);
        button->setCheckable(false);
        connect(button, &QPushButton::clicked, this, [this, i] { Q_EMIT confidenceChosen(i + 1); });
        layout->addWidget(button, 1);
    }
    return row;
}

void AnswerKeys::setChoices(std::vector<AnswerChoice> choices) {
    m_choices = std::move(choices);
    m_buttons.clear();
    delete m_row;
    m_row = new QWidget;
    auto *grid = new QGridLayout(m_row);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(kTight);
    const auto classes = static_cast<int>(std::count_if(m_choices.begin(), m_choices.end(), [](const AnswerChoice &choice) { return choice.kind == AnswerKind::Class; }));
    const int columns = std::min(classes, kMostColumns), rows = std::max(1, columns > 0 ? (classes + columns - 1) / columns : 1);
    int at = 0, next = columns;
    for (const auto &choice : m_choices) {
        QPushButton *button = makeButton(choice.key, choice.name);
        connect(button, &QPushButton::clicked, this, [this, choice] { Q_EMIT chosen(choice); });
        m_buttons.push_back(button);
        if (choice.kind == AnswerKind::Class) {
            grid->addWidget(button, at / columns, at % columns);
            ++at;
        } else {
            grid->addWidget(button, 0, next, rows, 2);
            next += 2;
        }
    }
    for (int column = 0; column < next; ++column) {
        grid->setColumnStretch(column, 1);
    }
    m_stack->addWidget(m_row);
    m_stack->setCurrentWidget(m_row);
    m_stack->setFixedHeight(m_row->sizeHint().height());
}

std::optional<AnswerChoice> AnswerKeys::find(const QString &key) const {
    for (const auto &choice : m_choices) {
        if (!key.isEmpty() && choice.key == key) {
            return choice;
        }
    }
    return std::nullopt;
}

void AnswerKeys::setAsksConfidence(bool asks) { m_stack->setCurrentIndex(asks ? 0 : m_stack->indexOf(m_row)); }

void AnswerKeys::light(const AnswerChoice &choice) {
    for (std::size_t i = 0; i < m_choices.size(); ++i) {
        if (m_choices[i].kind == choice.kind && m_choices[i].label == choice.label) {
            QPushButton *button = m_buttons[i];
            button->setChecked(true);
            QTimer::singleShot(kKeyLitMs, button, [button] { button->setChecked(false); });
        }
    }
}

}  // namespace metamer
