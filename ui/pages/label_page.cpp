#include "ui/pages/label_page.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSettings>
#include <QStackedWidget>
#include <QTime>
#include <QTimer>
#include <QVBoxLayout>

#include "core/base/json.h"
#include "ui/bridge/lab_session.h"
#include "ui/theme.h"
#include "ui/views/label_stage.h"
#include "ui/views/picture_view.h"

namespace metamer {
namespace {

constexpr int kStartWidth = 480;
constexpr int kKeyLitMs = 140;
constexpr int kMostColumns = 10;
const QString kClassKeys = QStringLiteral("0123456789ABCDEFGHIJKLMOPQRSTVWXYZ");   // N and U have answers of their own

}  // namespace

LabelPage::LabelPage(LabSession &session, QWidget *parent) : Page(session, parent) {
    setFocusPolicy(Qt::StrongFocus);
    m_stack = new QStackedWidget;
    m_stack->addWidget(buildStart());
    m_stack->addWidget(buildStage());
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    connect(&session, &LabSession::opened, this, [this] { finish(); });
    connect(&session, &LabSession::exampleAdded, this, [this] {
        if (m_state != State::AllDone) {
            return;
        }
        m_state = State::Waiting;
        m_session.study().ask(this, [labelling = m_labelling](StudyFile &file) { return Step{{}, labelling->next(file), labelling->answered(), labelling->total()}; },
                              [this](Step step) { showStep(std::move(step)); }, [this](const Error &error) { fail(error); });
    });
}

QStringList LabelPage::keys() const {
    return {tr("0 - 9\tAnswer with that class; letters where there are more than ten"), tr("N\tNot a digit, or none of the classes"), tr("U\tUnsure"),
            tr("Backspace\tTake the last answer back"), tr("F11\tOnly the picture, the keys and the progress"), tr("Esc\tEnd the session")};
}

QWidget *LabelPage::buildStart() {
    m_annotator = new QLineEdit(QSettings().value(QStringLiteral("label/annotator")).toString());
    m_annotator->setPlaceholderText(tr("a name or pseudonym"));
    m_annotator->setAccessibleName(tr("Who is labelling"));
    m_pair = new QRadioButton(tr("&Original and perturbed side by side: quick, but it tells the label"));
    m_alone = new QRadioButton(tr("&Perturbed image alone: for measuring"));
    m_pair->setChecked(true);
    m_hint = makeHint(tr("Every answer is on the disk before the next picture is shown. Clean controls are mixed in, and the order is your own."));
    m_start = new QPushButton(tr("Start labelling"));
    makePrimary(m_start);
    connect(m_start, &QPushButton::clicked, this, [this] {
        start(m_annotator->text().trimmed(), m_pair->isChecked() ? Presentation::Pair : Presentation::PerturbedAlone);
    });
    connect(m_annotator, &QLineEdit::returnPressed, m_start, &QPushButton::click);
    auto *box = new QWidget;
    box->setMaximumWidth(scaledWidth(kStartWidth));
    auto *boxLayout = new QVBoxLayout(box);
    boxLayout->setContentsMargins(kPageMargin, kGroupGap, kPageMargin, kGroupGap);
    boxLayout->setSpacing(kGap);
    boxLayout->addWidget(makeTitle(tr("Label")));
    boxLayout->addWidget(new QLabel(tr("Who is labelling?")));
    boxLayout->addWidget(m_annotator);
    boxLayout->addSpacing(kGap);
    boxLayout->addWidget(new QLabel(tr("What is shown?")));
    boxLayout->addWidget(m_pair);
    boxLayout->addWidget(m_alone);
    boxLayout->addSpacing(kGap);
    boxLayout->addWidget(m_hint);
    boxLayout->addSpacing(kGap);
    boxLayout->addWidget(m_start, 0, Qt::AlignLeft);
    boxLayout->addStretch(1);
    auto *page = new QWidget;
    auto *layout = new QHBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(box, 1);
    layout->addStretch(1);
    return page;
}

QWidget *LabelPage::buildStage() {
    m_stage = new LabelStage;
    m_keyRow = new QWidget;
    new QGridLayout(m_keyRow);
    auto *page = new QWidget;
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_stage, 1);
    layout->addWidget(m_keyRow);
    connect(m_stage, &LabelStage::painted, this, &LabelPage::pictureIsPainted);
    return page;
}

void LabelPage::buildKeys() {
    qDeleteAll(m_keyRow->findChildren<QPushButton *>());
    m_classKeys.clear();
    auto *layout = static_cast<QGridLayout *>(m_keyRow->layout());
    while (QLayoutItem *item = layout->takeAt(0)) {
        delete item;
    }
    layout->setContentsMargins(kGap, kGap, kGap, kGap);
    layout->setSpacing(kTight);
    const int classCount = static_cast<int>(m_classNames.size()), columns = std::clamp(classCount, 1, kMostColumns);
    const int rows = (classCount + columns - 1) / columns;
    const auto add = [&](const QString &text, AnswerKind kind, int label) {
        auto *button = new QPushButton(text);
        button->setFocusPolicy(Qt::NoFocus);
        button->setMinimumHeight(36);
        button->setMinimumWidth(30);
        button->setCheckable(true);
        connect(button, &QPushButton::clicked, this, [this, kind, label, button] { give(kind, label, button); });
        return button;
    };
    for (int i = 0; i < classCount; ++i) {
        const QString name = QString::fromStdString(m_classNames[static_cast<std::size_t>(i)]);
        const QString key = i < kClassKeys.size() ? QString(kClassKeys[i]) : QString();
        m_classKeys.push_back(add(key.isEmpty() || key == name ? name : key + QStringLiteral("  ") + name, AnswerKind::Class, i));
        layout->addWidget(m_classKeys.back(), i / columns, i % columns);
    }
    const bool isDigits = m_classNames.size() == 10 && m_classNames[9] == "9";
    m_notAClass = add(isDigits ? tr("N  not a digit") : tr("N  none of these"), AnswerKind::NotAClass, -1);
    m_unsure = add(tr("U  unsure"), AnswerKind::Unsure, -1);
    layout->addWidget(m_notAClass, 0, columns, std::max(1, rows), 2);
    layout->addWidget(m_unsure, 0, columns + 2, std::max(1, rows), 2);
    for (int column = 0; column < columns + 4; ++column) {
        layout->setColumnStretch(column, 1);
    }
}

void LabelPage::activated() {
    if (isLabelling()) {
        setFocus();
        m_session.jobs().setLeavesACore(true);
    } else {
        m_annotator->setFocus();
    }
}

void LabelPage::deactivated() { m_session.jobs().setLeavesACore(false); }

void LabelPage::start(const QString &annotator, Presentation presentation) {
    if (annotator.isEmpty()) {
        m_hint->setText(tr("Type a name first: answers are kept by person."));
        m_annotator->setFocus();
        return;
    }
    if (!m_session.isOpen() || isLabelling()) {
        return;
    }
    QSettings().setValue(QStringLiteral("label/annotator"), annotator);
    m_presentation = presentation;
    m_state = State::Waiting;
    m_start->setEnabled(false);
    Json display;
    display["width"] = width();
    display["height"] = height();
    display["device_pixel_ratio"] = devicePixelRatioF();
    m_session.study().ask(
        this,
        [this, annotator, presentation, text = display.dump()](StudyFile &file) {
            setPresentation(file, presentation);
            m_labelling = std::make_shared<Labelling>(file, annotator.toStdString(), text);
            return Step{{}, m_labelling->next(file), m_labelling->answered(), m_labelling->total()};
        },
        [this](Step step) { begin(std::move(step)); }, [this](const Error &error) { fail(error); });
}

void LabelPage::begin(Step step) {
    m_classNames = m_labelling->classNames();
    m_shape = m_labelling->shape();
    m_side = m_labelling->protocol().pictureSide;
    m_savedAt.clear();
    m_savedUuid.clear();
    buildKeys();
    m_stack->setCurrentIndex(1);
    m_session.jobs().setLeavesACore(true);
    setFocus();
    Q_EMIT labellingChanged(true);
    showStep(std::move(step));
}

void LabelPage::showStep(Step step) {
    m_answered = step.answered;
    m_total = step.total;
    if (step.answer) {
        m_savedAt = QTime::currentTime().toString(QStringLiteral("HH:mm:ss"));
        m_savedUuid = QString::fromStdString(step.answer->uuid);
    }
    m_task = std::move(step.task);
    m_state = m_task ? State::Waiting : State::AllDone;
    const bool isPair = m_presentation == Presentation::Pair;
    m_stage->setPictures(m_task && isPair ? toQImage(m_shape, m_task->original) : QImage(), m_task ? toQImage(m_shape, m_task->shown) : QImage(), m_side);
    showStatus();
}

void LabelPage::showStatus() {
    QString text = tr("%1 of %2").arg(m_answered).arg(m_total);
    if (m_state == State::AllDone) {
        text = m_session.jobs().running() != nullptr ? tr("All %1 labelled so far; the next one comes when it is found").arg(m_answered)
                                                     : tr("All %1 labelled. Thank you. Esc ends the session.").arg(m_answered);
    }
    if (!m_savedAt.isEmpty()) {
        text += tr("      saved %1      Backspace takes back").arg(m_savedAt);
    }
    m_stage->setStatus(text);
}

void LabelPage::pictureIsPainted() {
    if (m_state == State::Waiting && m_task) {
        m_state = State::Showing;
        m_sinceShown.start();
    }
    if (!m_savedUuid.isEmpty()) {
        Q_EMIT answerShownSaved(std::exchange(m_savedUuid, QString()));
    }
}

std::string LabelPage::visibleJson() const {
    Json json;
    json["presentation"] = presentationName(m_presentation);
    json["zoom"] = m_stage->zoom();
    json["device_pixel_ratio"] = devicePixelRatioF();
    json["interpolation"] = "nearest";
    json["surround"] = "#777777";
    json["polarity"] = "as stored";
    return json.dump();
}

void LabelPage::give(AnswerKind kind, int label, QPushButton *button) {
    button->setChecked(true);
    QTimer::singleShot(kKeyLitMs, button, [button] { button->setChecked(false); });
    if (m_state != State::Showing) {
        return;
    }
    const std::int64_t elapsed = m_sinceShown.elapsed();
    const ItemId item = m_task->itemId;
    m_state = State::Waiting;
    m_task.reset();
    m_session.study().ask(
        this,
        [labelling = m_labelling, item, kind, label, elapsed, visible = visibleJson()](StudyFile &file) {
            Step step;
            step.answer = labelling->answer(file, item, kind, label, elapsed, visible);
            step.task = labelling->next(file);
            step.answered = labelling->answered();
            step.total = labelling->total();
            return step;
        },
        [this](Step step) { showStep(std::move(step)); }, [this](const Error &error) { fail(error); });
}

void LabelPage::takeBack() {
    if (m_state != State::Showing && m_state != State::AllDone) {
        return;
    }
    const auto current = std::exchange(m_task, std::nullopt);
    m_state = State::Waiting;
    m_session.study().ask(
        this,
        [labelling = m_labelling, current](StudyFile &file) {
            auto task = labelling->takeBack(file);
            return Step{{}, task ? std::move(task) : current, labelling->answered(), labelling->total()};
        },
        [this](Step step) { showStep(std::move(step)); }, [this](const Error &error) { fail(error); });
}

void LabelPage::finish() {
    if (m_state == State::Idle) {
        return;
    }
    m_state = State::Idle;
    m_task.reset();
    m_start->setEnabled(true);
    m_session.study().ask(this, [labelling = std::exchange(m_labelling, nullptr)](StudyFile &file) { labelling->end(file); }, [this] { m_session.refresh(); });
    m_session.jobs().setLeavesACore(false);
    m_stack->setCurrentIndex(0);
    Q_EMIT labellingChanged(false);
}

void LabelPage::fail(const Error &error) {
    // Nothing was saved that the screen does not say: the session ends and the form says what to do.
    m_state = State::Idle;
    m_task.reset();
    m_labelling.reset();
    m_start->setEnabled(true);
    m_stack->setCurrentIndex(0);
    m_hint->setText(QString::fromUtf8(error.what()));
    m_session.jobs().setLeavesACore(false);
    Q_EMIT labellingChanged(false);
}

void LabelPage::keyPressEvent(QKeyEvent *event) {
    if (!isLabelling() || event->isAutoRepeat() || (event->modifiers() & ~Qt::KeypadModifier) != Qt::NoModifier) {
        Page::keyPressEvent(event);
        return;
    }
    const int label = event->key() <= Qt::Key_Z ? static_cast<int>(kClassKeys.indexOf(QChar(event->key()))) : -1;
    if (label >= 0 && label < static_cast<int>(m_classKeys.size())) {
        give(AnswerKind::Class, label, m_classKeys[static_cast<std::size_t>(label)]);
    } else if (event->key() == Qt::Key_N && m_notAClass != nullptr) {
        give(AnswerKind::NotAClass, -1, m_notAClass);
    } else if (event->key() == Qt::Key_U && m_unsure != nullptr) {
        give(AnswerKind::Unsure, -1, m_unsure);
    } else if (event->key() == Qt::Key_Backspace) {
        takeBack();
    } else if (event->key() == Qt::Key_Escape) {
        finish();
    } else {
        Page::keyPressEvent(event);
    }
}

}  // namespace metamer
