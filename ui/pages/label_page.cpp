#include "ui/pages/label_page.h"

#include <cmath>

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QStackedWidget>
#include <QTime>
#include <QVBoxLayout>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/uuid.h"
#include "ui/bridge/lab_session.h"
#include "ui/theme.h"
#include "ui/views/label_stage.h"
#include "ui/views/label_start.h"
#include "ui/views/picture_view.h"
#include "ui/views/protocol_editor.h"
#include "ui/views/recent_strip.h"
#include "ui/views/words_view.h"

namespace metamer {
namespace {

constexpr int kFeedbackMs = 1200;
constexpr int kRetryMs = 2000;
constexpr double kClockJumpMs = 2000;
enum StackPage { kStartForm, kStagePage, kWordsPage, kEditorPage };

}  // namespace

LabelPage::LabelPage(LabSession &session, QWidget *parent, const Clock &clock) : Page(session, parent), m_clock(clock) {
    setFocusPolicy(Qt::StrongFocus);
    m_start = new LabelStart;
    m_words = new WordsView;
    m_editor = new ProtocolEditor(session);
    m_stack = new QStackedWidget;
    m_stack->addWidget(m_start);
    m_stack->addWidget(buildStage());
    m_stack->addWidget(m_words);
    m_stack->addWidget(m_editor);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    m_phase.setSingleShot(true);
    m_phase.setTimerType(Qt::PreciseTimer);
    m_retry.setInterval(kRetryMs);
    connect(&m_retry, &QTimer::timeout, this, &LabelPage::save);
    connect(m_start, &LabelStart::startAsked, this, &LabelPage::start);
    connect(m_start, &LabelStart::protocolAsked, this, &LabelPage::editProtocol);
    connect(m_words, &WordsView::goneOn, this, [this] { if (m_afterWords) std::exchange(m_afterWords, nullptr)(); });
    connect(m_editor, &ProtocolEditor::closed, this, [this] {
        m_stack->setCurrentIndex(kStartForm);
        describeStudy();
        m_start->focusName();
    });
    connect(&session, &LabSession::opened, this, [this] {
        leave();
        m_stack->setCurrentIndex(kStartForm);
        describeStudy();
    });
    const auto lookForMore = [this] {
        if (m_state == State::AllDone) {
            ask([labelling = m_labelling](StudyFile &file) { return Step{{}, labelling->next(file), labelling->progress()}; });
        }
    };
    connect(&session, &LabSession::exampleAdded, this, lookForMore);
    connect(&session.jobs(), &JobQueue::ended, this, lookForMore);
}

QStringList LabelPage::keys() const {
    return {tr("0 - 9\tAnswer with that class; letters where there are more than ten, or the protocol's own keys"),
            tr("N\tNot a digit, or none of the classes"), tr("U\tUnsure"), tr("S, D\tSame, different, where that is the question"),
            tr("1, 2, 3\tHow sure, where the protocol asks"), tr("Backspace\tTake the last answer back"),
            tr("Left, Right, Enter\tChoose one of the last ten answers and open it again"), tr("F2\tNote, where the protocol takes notes"), tr("P\tPause"),
            tr("F11\tOnly the picture, the keys and the progress"), tr("Esc\tEnd the session")};
}

QWidget *LabelPage::buildStage() {
    m_stage = new LabelStage;
    m_stage->setObjectName(QStringLiteral("stage"));
    m_keys = new AnswerKeys;
    m_recent = new RecentStrip;
    m_note = new QLineEdit;
    m_note->setPlaceholderText(tr("note on this picture (F2, Enter)"));
    m_note->setAccessibleName(tr("Note on this picture"));
    m_note->setFocusPolicy(Qt::ClickFocus);
    connect(m_note, &QLineEdit::returnPressed, this, [this] { setFocus(); });
    auto *noteRow = new QHBoxLayout;
    noteRow->setContentsMargins(kGap, 0, kGap, kTight);
    noteRow->addWidget(m_note);
    auto *page = new QWidget;
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_stage, 1);
    layout->addWidget(m_keys);
    layout->addLayout(noteRow);
    layout->addWidget(m_recent);
    connect(m_stage, &LabelStage::painted, this, &LabelPage::pictureIsPainted);
    connect(m_keys, &AnswerKeys::chosen, this, &LabelPage::choose);
    connect(m_keys, &AnswerKeys::confidenceChosen, this, &LabelPage::setConfidence);
    connect(m_recent, &RecentStrip::chosen, this, [this](AnswerId answer) { takeBack(answer); });
    return page;
}

void LabelPage::describeStudy() {
    if (!m_session.isOpen()) {
        return;
    }
    m_session.study().ask(
        this,
        [](StudyFile &file) {
            const Protocol protocol = studyProtocol(file);
            const FreezeStatus freeze = freezeStatus(file);
            const ListsOutcome lists = describeLists(file);
            std::string text = "Protocol '" + protocol.values().at("name") + "': " + describe(protocol) + ".";
            text += lists.lists > 0 ? " " + countOf(lists.lists, "list") + " of " + countOf(lists.trials, "trial") + "." : "";
            text += freeze.freeze ? " Frozen." : "";
            return std::pair{text, protocol.usesLists()};
        },
        [this](std::pair<std::string, bool> found) { m_start->setProtocol(QString::fromStdString(found.first), found.second); });
}

void LabelPage::editProtocol() {
    if (m_session.isOpen() && !isLabelling()) {
        m_stack->setCurrentIndex(kEditorPage);
        m_editor->load();
    }
}

void LabelPage::activated() {
    if (isLabelling()) {
        setFocus();
        m_session.jobs().setLeavesACore(true);
        note("page_shown");
    } else if (m_stack->currentIndex() == kStartForm) {
        describeStudy();
        m_start->focusName();
    }
}

void LabelPage::deactivated() {
    m_session.jobs().setLeavesACore(false);
    disturb("page_left");
}

void LabelPage::start(const QString &annotator, int list) {
    if (!m_session.isOpen() || isLabelling()) {
        return;
    }
    m_state = State::Asking;
    m_start->setReady(false);
    Json display;
    display["width"] = width();
    display["height"] = height();
    display["device_pixel_ratio"] = devicePixelRatioF();
    display["dots_per_inch"] = logicalDpiX();
    m_session.study().ask(
        this,
        [request = Labelling::Request{annotator.toStdString(), display.dump(), list}](StudyFile &file) {
            auto labelling = std::make_shared<Labelling>(file, request);
            Step step{{}, labelling->next(file), labelling->progress()};
            return std::pair{std::move(labelling), std::move(step)};
        },
        [this](std::pair<std::shared_ptr<Labelling>, Step> started) {
            if (m_state == State::Asking && !m_labelling) {   // else another study was opened meanwhile
                m_labelling = std::move(started.first);
                begin(std::move(started.second));
            }
        },
        [this](const Error &error) { fail(error); });
}

void LabelPage::begin(Step step) {
    m_protocol = m_labelling->protocol();
    m_classNames = m_labelling->classNames();
    m_shape = m_labelling->shape();
    m_savedAt.clear();
    m_savedUuid.clear();
    m_warning.clear();
    m_ahead.reset();
    m_clocks.reset();
    m_lastBreak = step.progress.answered;
    m_stage->setDisplay(m_protocol.display());
    m_keys->setChoices(answerChoices(m_protocol, m_classNames));
    m_note->setVisible(m_protocol.takesNotes());
    m_progress = step.progress;
    m_session.jobs().setLeavesACore(true);
    setFocus();
    Q_EMIT labellingChanged(true);
    const auto goOnWith = [this, step] {
        introduce();
        if (m_protocol.instructions().empty()) {
            goOn(step);
        } else {
            const QString text = QString::fromStdString(m_protocol.instructions());
            say(tr("What to do"), text, m_labelling->isResumed() ? tr("Go on") : tr("Begin"), [this, step] { goOn(step); });
        }
    };
    if (m_protocol.consent().empty() || m_labelling->hasConsented()) {
        goOnWith();
    } else {
        say(tr("Consent"), QString::fromStdString(m_protocol.consent()), tr("I agree"), [this, goOnWith] {
            note("consent_given", Json{{"text", m_protocol.consent()}}.dump());
            goOnWith();
        }, tr("Esc: I do not agree"));
    }
}

void LabelPage::introduce() {
    if (m_labelling->isResumed()) {
        note("resumed");
    }
}

void LabelPage::say(const QString &title, const QString &text, const QString &goOn, std::function<void()> next, const QString &hint) {
    m_state = State::Words;
    m_afterWords = std::move(next);
    m_words->setWords(title, text, goOn, hint.isEmpty() ? tr("Esc ends the session") : hint);
    m_stack->setCurrentIndex(kWordsPage);
    setFocus();
}

/// Asks the study's thread for what comes next; keys count for nothing until it is painted.
void LabelPage::ask(std::function<Step(StudyFile &)> work) {
    m_state = State::Asking;
    m_session.study().ask(this, std::move(work), ofThisSession<Step>([this](Step step) { goOn(std::move(step)); }), ofThisSession<const Error &>([this](const Error &error) { fail(error); }));
}

LabelPage::Prepared LabelPage::prepare(LabelTask task) const {
    const Display display = m_protocol.display();
    const QImage shown = toQImage(m_shape, shownPixels(task.shown, display));
    const QImage original = m_protocol.measure().presentation == Presentation::PerturbedAlone ? QImage() : toQImage(m_shape, shownPixels(task.original, display));
    return {std::move(task), original, shown};
}

/// Reads and decodes the task after the one on the screen, so that only the commit stands between a key and the next picture.
void LabelPage::prefetch() {
    if (m_ahead || !m_now) {
        return;
    }
    m_session.study().ask(
        this, [labelling = m_labelling, key = m_now->task.key](StudyFile &file) { return labelling->next(file, key); },
        [this, generation = m_generation](std::optional<LabelTask> task) {
            if (task && generation == m_generation && isLabelling()) {
                m_ahead = prepare(std::move(*task));
            }
        },
        [](const Error &) { /* asked again when it is needed, and said then */ });
}

void LabelPage::goOn(Step step) {
    m_progress = step.progress;
    if (step.task) {
        showTask(prepare(std::move(*step.task)));
        return;
    }
    m_now.reset();
    m_stage->setPicture(QImage(), {});
    if (m_protocol.usesLists()) {
        note("list_finished");
        say(tr("Thank you"), QString::fromStdString(m_protocol.thanks()), tr("End the session"), [this] { finish(); });
        return;
    }
    m_state = State::AllDone;
    m_stack->setCurrentIndex(kStagePage);
    showProgress();
}

void LabelPage::showTask(Prepared prepared) {
    m_now = std::move(prepared);
    m_choice.reset();
    m_flags.clear();
    m_note->clear();
    if (m_note->hasFocus()) {
        setFocus();   // or the next keys would go into the note
    }
    m_keys->setAsksConfidence(false);
    m_stack->setCurrentIndex(kStagePage);
    showProgress();
    if (m_protocol.measure().presentation == Presentation::Sequence) {
        m_state = State::Original;
        m_stage->setPicture(m_now->original, tr("original"));
    } else {
        showPicture();
    }
}

void LabelPage::showPicture() {
    m_state = State::Waiting;
    const Presentation presentation = m_protocol.measure().presentation;
    const bool isBeside = presentation == Presentation::Pair || presentation == Presentation::SameDifferent;
    m_stage->setPair(isBeside ? m_now->original : QImage(), m_now->shown, presentation == Presentation::SameDifferent ? tr("the same?") : tr("what is this?"));
}

void LabelPage::pictureIsPainted() {
    if (m_state == State::Waiting && m_now) {
        m_state = State::Showing;
        m_shownAtMs = m_clock.monotonicMs();
        if (m_protocol.exposureMs() > 0) {
            m_phase.disconnect();
            connect(&m_phase, &QTimer::timeout, m_stage, &LabelStage::clearPicture);
            m_phase.start(m_protocol.exposureMs());
        }
        Q_EMIT pictureShown();
        prefetch();
    } else if (m_state == State::Original && !m_phase.isActive()) {
        m_phase.disconnect();
        connect(&m_phase, &QTimer::timeout, this, [this] {
            m_state = State::Gap;
            m_stage->clearPicture();
            m_phase.disconnect();
            connect(&m_phase, &QTimer::timeout, this, &LabelPage::showPicture);
            m_phase.start(m_protocol.gapMs());
        });
        m_phase.start(m_protocol.originalMs());
    }
    if (!m_savedUuid.isEmpty()) {
        Q_EMIT answerShownSaved(std::exchange(m_savedUuid, QString()));
    }
}

QString LabelPage::nameOf(const RecentAnswer &answer) const {
    switch (answer.kind) {
        case AnswerKind::Class: return QString::fromStdString(m_classNames[static_cast<std::size_t>(answer.label)]);
        case AnswerKind::NotAClass: return tr("none");
        case AnswerKind::Same: return tr("same");
        case AnswerKind::Different: return tr("other");
        default: return tr("unsure");
    }
}

void LabelPage::showProgress() {
    std::vector<RecentStrip::Entry> entries;
    for (const auto &answer : m_progress.recent) {
        entries.push_back({answer.id, nameOf(answer)});
    }
    m_recent->setEntries(std::move(entries));
    showStatus();
}

void LabelPage::showStatus(const QString &warning) {
    QString text = tr("%1 of %2").arg(m_progress.answered).arg(m_progress.total);
    if (m_state == State::AllDone) {
        text = m_session.jobs().running() != nullptr ? tr("All %1 labelled so far; the next one comes when it is found").arg(m_progress.answered)
                                                     : tr("All %1 labelled. Thank you. Esc ends the session.").arg(m_progress.answered);
    } else if (m_now && m_now->task.kind == TrialKind::Practice) {
        text = tr("practice, %1 to go").arg(m_progress.practiceLeft);
    }
    if (!warning.isEmpty()) {
        text = warning;
    } else if (!m_savedAt.isEmpty()) {
        text += tr("      saved %1      Backspace takes back").arg(m_savedAt);
    }
    m_stage->setStatus(text + (m_warning.isEmpty() ? QString() : QStringLiteral("      ") + m_warning));
}

std::string LabelPage::visibleJson() const {
    Json json = Json::parse(metamer::visibleJson(m_protocol));
    json["zoom"] = m_stage->zoom();
    json["device_pixel_ratio"] = devicePixelRatioF();
    return json.dump();
}

void LabelPage::choose(const AnswerChoice &choice) {
    m_keys->light(choice);
    if (m_state != State::Showing) {
        return;
    }
    m_phase.stop();
    m_choice = choice;
    m_given = {};
    m_given.uuid = newUuid();
    m_given.kind = choice.kind;
    m_given.label = choice.label;
    m_given.responseMs = std::llround(m_clock.monotonicMs() - m_shownAtMs);
    m_given.utc = utcText(m_clock.utcMs());
    checkClock();
    if (m_protocol.asksConfidence()) {
        m_state = State::Confidence;
        if (m_protocol.exposureMs() > 0) {
            m_stage->clearPicture();
        }
        m_keys->setAsksConfidence(true);
    } else {
        submit();
    }
}

void LabelPage::setConfidence(int confidence) {
    if (m_state == State::Confidence) {
        m_given.confidence = confidence;
        submit();
    }
}

void LabelPage::submit() {
    m_given.note = m_note->text().trimmed().toStdString();
    m_given.visibleJson = visibleJson();
    m_given.flags.assign(m_flags.begin(), m_flags.end());
    save();
}

/// Writes the answer that has been given, at once or after trouble; the same uuid is never written twice.
void LabelPage::save() {
    m_retry.stop();
    if (!m_now || !m_labelling) {
        return;
    }
    m_state = State::Asking;
    m_isSaving = true;
    const bool isAhead = m_ahead.has_value();
    m_session.study().ask(
        this,
        [labelling = m_labelling, task = m_now->task, given = m_given, isAhead](StudyFile &file) {
            Step step;
            step.answer = labelling->answer(file, task, given);
            step.progress = labelling->progress();
            try {
                step.task = isAhead ? std::nullopt : labelling->next(file);
            } catch (const Error &error) {
                step.trouble = error;
            }
            return step;
        },
        ofThisSession<Step>([this](Step step) { isSaved(std::move(step)); }), ofThisSession<const Error &>([this](const Error &error) { isNotSaved(error); }));
}

void LabelPage::isSaved(Step step) {
    m_isSaving = false;
    if (step.trouble) {
        fail(*step.trouble);
        return;
    }
    if (m_endsWhenSaved) {
        finish();
        return;
    }
    m_savedAt = QTime::currentTime().toString(QStringLiteral("HH:mm:ss"));
    m_savedUuid = QString::fromStdString(step.answer->uuid);
    m_progress = step.progress;
    ++m_generation;
    if (!m_now || m_now->task.kind != TrialKind::Practice) {
        afterAnswer(std::move(step));
        return;
    }
    // Practice is on clean controls: what is told is what the data set says.
    const int truth = *m_now->task.practiceLabel;
    const bool isSameDifferent = m_protocol.measure().presentation == Presentation::SameDifferent;
    const bool isRight = isSameDifferent ? m_given.kind == AnswerKind::Same : m_given.label == truth;
    const QString answer = isSameDifferent ? tr("both were the same") : tr("this is a %1").arg(QString::fromStdString(m_classNames[static_cast<std::size_t>(truth)]));
    m_keys->setAsksConfidence(false);
    showPicture();
    m_state = State::Feedback;
    showStatus(isRight ? tr("Right: %1.").arg(answer) : tr("Not quite: %1.").arg(answer));
    m_phase.disconnect();
    connect(&m_phase, &QTimer::timeout, this, [this, step] { afterAnswer(step); });
    m_phase.start(kFeedbackMs);
}

void LabelPage::afterAnswer(Step step) {
    m_phase.stop();
    const bool wasPractice = m_now && m_now->task.kind == TrialKind::Practice;
    const auto next = [this, step] {
        if (m_ahead) {
            showTask(*std::exchange(m_ahead, std::nullopt));
        } else {
            goOn(step);
        }
    };
    const std::optional<TrialKind> kind = m_ahead ? std::optional(m_ahead->task.kind) : (step.task ? std::optional(step.task->kind) : std::nullopt);
    if (wasPractice && kind && *kind != TrialKind::Practice) {
        say(tr("That was the practice"), tr("From now on nobody tells you what is right."), tr("Begin"), next);
    } else if (kind && m_protocol.breakEvery() > 0 && m_progress.answered - m_lastBreak >= m_protocol.breakEvery()) {
        m_lastBreak = m_progress.answered;
        note("break");
        say(tr("Time for a break"), tr("%1 of %2 done. Look away for a moment.").arg(m_progress.answered).arg(m_progress.total), tr("Go on"), [this, next] {
            note("break_ended");
            next();
        });
    } else {
        next();
    }
}

void LabelPage::isNotSaved(const Error &error) {
    m_isSaving = m_endsWhenSaved = false;
    m_state = State::Unsaved;
    m_keys->setAsksConfidence(false);
    const QString answer = m_choice ? m_choice->name : QString();
    showStatus(tr("NOT SAVED YET: %1.   Your answer '%2' is kept here and tried again every 2 seconds (Enter: now; Backspace: drop it).")
                   .arg(QString::fromUtf8(error.what()), answer));
    m_retry.start();
}

void LabelPage::takeBack(AnswerId answer) {
    if (m_state == State::Unsaved || m_state == State::Confidence) {
        m_retry.stop();   // it was never written: the picture takes another answer
        m_keys->setAsksConfidence(false);
        m_flags.insert("reconsidered");   // its time runs from the second look
        showStatus();
        showPicture();
        return;
    }
    const bool isAnything = answer.isValid() || !m_progress.recent.empty();
    if ((m_state != State::Showing && m_state != State::AllDone) || !isAnything) {
        return;
    }
    m_phase.stop();
    m_ahead.reset();
    ++m_generation;
    ask([labelling = m_labelling, answer, current = m_now ? std::optional(m_now->task) : std::nullopt](StudyFile &file) {
        auto task = labelling->takeBack(file, answer);
        return Step{{}, task ? std::move(task) : current, labelling->progress()};
    });
}

void LabelPage::pause() {
    m_phase.stop();
    note("pause");
    say(tr("Paused"), tr("The picture comes back when you go on."), tr("Go on"), [this] {
        note("pause_ended");
        m_stack->setCurrentIndex(kStagePage);
        m_flags.insert("paused");
        showPicture();
    });
}

/// Something has drawn the annotator away: noted, and the answer to the picture in sight is flagged.
void LabelPage::disturb(const std::string &kind) {
    if (!isLabelling() || !m_labelling) {
        return;
    }
    note(kind);
    if (m_state != State::Words && m_state != State::AllDone) {
        m_flags.insert(kind);
    }
}

void LabelPage::note(const std::string &kind, const std::string &detailsJson) {
    if (m_labelling) {
        m_session.study().ask(this, [labelling = m_labelling, kind, detailsJson](StudyFile &file) { labelling->note(file, kind, detailsJson); }, [] {},
                              [](const Error &) { /* the next answer will say what is wrong with the file */ });
    }
}

/// The computer's clock and the steady one must have gone on alike since the last answer.
void LabelPage::checkClock() {
    const std::pair now{m_clock.utcMs(), m_clock.monotonicMs()};
    if (m_clocks) {
        const double jump = static_cast<double>(now.first - m_clocks->first) - (now.second - m_clocks->second);
        if (std::abs(jump) > kClockJumpMs) {
            m_flags.insert("clock_jumped");
            note("clock_jumped", Json{{"by_ms", std::llround(jump)}}.dump());
            m_warning = tr("The computer's clock jumped by %1 s, or it slept; answers keep their order.").arg(std::llround(jump / 1000));
        } else {
            m_warning.clear();
        }
    }
    m_clocks = now;
}

void LabelPage::finish() {
    if (m_state == State::Idle || !m_labelling) {
        return;
    }
    m_session.study().ask(this, [labelling = m_labelling](StudyFile &file) { labelling->end(file); }, [this] { m_session.refresh(); });
    leave();
}

/// Back to the start form, whatever was under way.
void LabelPage::leave() {
    const bool wasLabelling = isLabelling();
    m_state = State::Idle;
    m_isSaving = m_endsWhenSaved = false;
    m_phase.stop();
    m_retry.stop();
    m_afterWords = nullptr;
    m_now.reset();
    m_ahead.reset();
    ++m_generation;
    m_labelling.reset();
    m_start->setReady(true);
    m_session.jobs().setLeavesACore(false);
    if (wasLabelling) {
        m_stack->setCurrentIndex(kStartForm);
        Q_EMIT labellingChanged(false);
        describeStudy();
    }
}

void LabelPage::fail(const Error &error) {
    // Nothing was saved that the screen does not say: the session ends and the form says what to do.
    leave();
    m_start->showProblem(QString::fromUtf8(error.what()));
}

bool LabelPage::event(QEvent *event) {
    if (event->type() == QEvent::WindowDeactivate) {
        disturb("focus_lost");
    } else if (event->type() == QEvent::WindowActivate && m_labelling) {
        note("focus_back");
    }
    return Page::event(event);
}

void LabelPage::keyPressEvent(QKeyEvent *event) {
    // Shift: on some keyboards digits are above other signs.
    const bool isPlain = !event->isAutoRepeat() && (event->modifiers() & ~(Qt::KeypadModifier | Qt::ShiftModifier)) == Qt::NoModifier;
    const QString key = event->key() > Qt::Key_Space && event->key() <= Qt::Key_AsciiTilde ? QString(QChar(event->key())).toUpper() : QString();
    if (!isLabelling() || !isPlain || !pressInState(key, event->key())) {
        Page::keyPressEvent(event);
    }
}

/// Whether the key means something now.
bool LabelPage::pressInState(const QString &key, int code) {
    const bool isEnter = code == Qt::Key_Return || code == Qt::Key_Enter;
    if (code == Qt::Key_Escape) {
        if (m_recent->hasSelection()) {
            m_recent->clearSelection();
        } else if (m_note->hasFocus()) {
            setFocus();
        } else if (m_isSaving) {
            m_endsWhenSaved = true;
        } else if (!hasUnsaved()) {
            finish();
        }
        return true;
    }
    if (m_state == State::Words) {
        if (isEnter && m_afterWords) {
            std::exchange(m_afterWords, nullptr)();
        }
        return isEnter;
    }
    if (isEnter && m_state == State::Unsaved) {
        save();
    } else if (isEnter && m_recent->hasSelection()) {
        takeBack(m_recent->selected());
    } else if (code == Qt::Key_Left || code == Qt::Key_Right) {
        m_recent->moveSelection(code == Qt::Key_Left ? -1 : 1);
    } else if (code == Qt::Key_Backspace) {
        takeBack();
    } else if (code == Qt::Key_F2 && m_note->isVisible()) {
        m_note->setFocus();
    } else if (m_state == State::Confidence && key >= QLatin1String("1") && key <= QLatin1String("3")) {
        setConfidence(key.toInt());
    } else if (key == QLatin1String("P") && m_state == State::Showing) {
        pause();
    } else if (const auto choice = m_keys->find(key)) {
        choose(*choice);
    } else {
        return false;
    }
    return true;
}

}  // namespace metamer
