#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>

#include <QTimer>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/lab/labelling.h"
#include "ui/pages/page.h"
#include "ui/views/answer_keys.h"

class QLineEdit;
class QStackedWidget;

namespace metamer {

class LabelStage;
class LabelStart;
class ProtocolEditor;
class RecentStrip;
class WordsView;

/// Where people give the pictures their true label: one decision a screen, by keyboard. An answer is on the disk before
/// the next picture is painted.
class LabelPage final : public Page {
    Q_OBJECT

public:
    LabelPage(LabSession &session, QWidget *parent, const Clock &clock = systemClock());
    void activated() override;
    void deactivated() override;
    QStringList keys() const override;

    /// Starts a session for `annotator`, a name, under the study's protocol; the start form's button does the same. `list` is the
    /// number of the list to take, 0 for one's own or the first free one.
    void start(const QString &annotator, int list = 0);
    bool isLabelling() const { return m_state != State::Idle; }

    /// True while an answer is on the screen that could not be saved.
    bool hasUnsaved() const { return m_state == State::Unsaved; }
    /// True while an answer is being written.
    bool isSaving() const { return m_isSaving; }

    /// Opens the form of the study's protocol.
    void editProtocol();

Q_SIGNALS:
    /// The answer with this uuid is in the file, and the screen that says so has been painted.
    void answerShownSaved(const QString &uuid);
    /// A picture that takes an answer has been painted.
    void pictureShown();
    void labellingChanged(bool isLabelling);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    bool event(QEvent *event) override;

private:
    /// Asking: a request is under way, the last picture still in sight. Waiting: the next picture is set, but not painted
    /// yet. Keys count for nothing in either, because they cannot be about a picture that nobody has seen. Original and Gap
    /// come before the picture in a sequence.
    enum class State { Idle, Words, Asking, Waiting, Original, Gap, Showing, Confidence, Feedback, Unsaved, AllDone };

    /// A task with its pictures decoded.
    struct Prepared {
        LabelTask task;
        QImage original, shown;
    };

    struct Step {
        std::optional<Answer> answer;
        std::optional<LabelTask> task;
        LabelProgress progress;
        std::optional<Error> trouble = {};   ///< of looking for the next task; the answer is saved all the same
    };

    /// `handler`, for as long as the session lasts in which it was asked for: an answer that comes after Esc is nobody's.
    template <typename Argument>
    auto ofThisSession(std::function<void(Argument)> handler) {
        return [this, labelling = m_labelling, handler = std::move(handler)](Argument argument) {
            if (labelling == m_labelling) {
                handler(std::forward<Argument>(argument));
            }
        };
    }

    QWidget *buildStage();
    void describeStudy();
    void begin(Step step);
    void introduce();
    void say(const QString &title, const QString &text, const QString &goOn, std::function<void()> next, const QString &hint = {});
    void ask(std::function<Step(StudyFile &)> work);
    Prepared prepare(LabelTask task) const;
    void prefetch();
    void goOn(Step step);
    void showTask(Prepared prepared);
    void showPicture();
    void pictureIsPainted();
    void showProgress();
    void showStatus(const QString &warning = {});
    void choose(const AnswerChoice &choice);
    void setConfidence(int confidence);
    void submit();
    void save();
    void isSaved(Step step);
    void isNotSaved(const Error &error);
    void afterAnswer(Step step);
    void takeBack(AnswerId answer = {});
    void pause();
    void disturb(const std::string &kind);
    void note(const std::string &kind, const std::string &detailsJson = "{}");
    void checkClock();
    void finish();
    void leave();
    void fail(const Error &error);
    bool pressInState(const QString &key, int code);
    QString nameOf(const RecentAnswer &answer) const;
    std::string visibleJson() const;

    const Clock &m_clock;
    State m_state = State::Idle;
    std::shared_ptr<Labelling> m_labelling;   ///< used on the study's thread only
    Protocol m_protocol;
    ImageShape m_shape;
    std::vector<std::string> m_classNames;
    std::optional<Prepared> m_now;             ///< on the screen, or about to be
    std::optional<Prepared> m_ahead;           ///< decoded while the annotator looks
    int m_generation = 0;                      ///< of what is ahead: a take-back makes it stale
    std::optional<AnswerChoice> m_choice;
    GivenAnswer m_given;                       ///< the answer that is being given or saved
    bool m_isSaving = false, m_endsWhenSaved = false;
    std::set<std::string> m_flags;             ///< what has disturbed the present trial
    LabelProgress m_progress;
    std::int64_t m_lastBreak = 0;              ///< how many were answered then
    QString m_savedAt, m_warning;
    QString m_savedUuid;                       ///< told by answerShownSaved after the next paint
    double m_shownAtMs = 0;
    std::optional<std::pair<std::int64_t, double>> m_clocks;   ///< both clocks at the last answer
    std::function<void()> m_afterWords;
    QTimer m_phase;                            ///< ends the original, the gap, the exposure, the feedback
    QTimer m_retry;

    QStackedWidget *m_stack;
    LabelStart *m_start;
    QLineEdit *m_note;
    LabelStage *m_stage;
    AnswerKeys *m_keys;
    RecentStrip *m_recent;
    WordsView *m_words;
    ProtocolEditor *m_editor;
};

}  // namespace metamer
