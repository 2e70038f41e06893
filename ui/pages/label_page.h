#pragma once

#include <memory>
#include <optional>

#include <QElapsedTimer>

#include "core/base/error.h"
#include "core/lab/labelling.h"
#include "ui/pages/page.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;
class QStackedWidget;

namespace metamer {

class LabelStage;

/// Where people give the pictures their true label: one decision a screen, by keyboard. An answer is on the disk before
/// the next picture is painted.
class LabelPage final : public Page {
    Q_OBJECT

public:
    LabelPage(LabSession &session, QWidget *parent);
    void activated() override;
    void deactivated() override;
    QStringList keys() const override;

    /// Starts a session for `annotator`; the start form's button does the same.
    void start(const QString &annotator, Presentation presentation);
    bool isLabelling() const { return m_state != State::Idle; }

Q_SIGNALS:
    /// The answer with this uuid is in the file, and the screen that says so has been painted.
    void answerShownSaved(const QString &uuid);
    void labellingChanged(bool isLabelling);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    /// Waiting: a request is under way, or the next picture is not painted yet; keys count for nothing then, because
    /// they cannot be about a picture that nobody has seen.
    enum class State { Idle, Waiting, Showing, AllDone };

    struct Step {
        std::optional<Answer> answer;
        std::optional<LabelTask> task;
        std::int64_t answered = 0;
        std::int64_t total = 0;
    };

    QWidget *buildStart();
    QWidget *buildStage();
    void buildKeys();
    void begin(Step step);
    void showStep(Step step);
    void showStatus();
    void pictureIsPainted();
    void give(AnswerKind kind, int label, QPushButton *button);
    void takeBack();
    void finish();
    void fail(const Error &error);
    std::string visibleJson() const;

    State m_state = State::Idle;
    std::shared_ptr<Labelling> m_labelling;   ///< used on the study's thread only
    Presentation m_presentation = Presentation::Pair;
    int m_side = 336;
    ImageShape m_shape;
    std::vector<std::string> m_classNames;
    std::optional<LabelTask> m_task;
    std::int64_t m_answered = 0;
    std::int64_t m_total = 0;
    QString m_savedAt;
    QString m_savedUuid;                       ///< told by answerShownSaved after the next paint
    QElapsedTimer m_sinceShown;

    QStackedWidget *m_stack;
    QLineEdit *m_annotator;
    QRadioButton *m_pair, *m_alone;
    QPushButton *m_start;
    QLabel *m_hint;
    LabelStage *m_stage;
    QWidget *m_keyRow;
    std::vector<QPushButton *> m_classKeys;
    QPushButton *m_notAClass = nullptr, *m_unsure = nullptr;
};

}  // namespace metamer
