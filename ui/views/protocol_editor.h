#pragma once

#include <optional>

#include <QImage>
#include <QWidget>

#include "core/lab/study_setup.h"
#include "ui/bridge/study_client.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace metamer {

class AnswerKeys;
class LabSession;
class LabelStage;
class ParameterForm;

/// The study's protocol as a form with what annotators will see beside it; lists and freeze.
class ProtocolEditor final : public QWidget {
    Q_OBJECT

public:
    explicit ProtocolEditor(LabSession &session, QWidget *parent = nullptr);

    /// Reads the study's protocol, lists and freeze anew.
    void load();

Q_SIGNALS:
    void closed();

private:
    struct Loaded {
        Protocol protocol;
        std::string setup;             ///< lists and freeze in words
        bool isFrozen = false;
        std::vector<std::string> classNames;
        ImageShape shape;
        Pixels original, shown;        ///< an example to preview; empty where there is none
    };
    static Loaded read(StudyFile &file);

    QWidget *buildForm();
    QWidget *buildPreview();
    void show(Loaded loaded);
    void preview();
    std::optional<Protocol> typed();
    void apply(std::function<void(StudyFile &)> afterwards = {});
    void makeLists();
    void freeze();
    void importJson();
    void exportJson();
    void say(const QString &sentence, bool isProblem = false);

    LabSession &m_session;
    ParameterForm *m_form;
    LabelStage *m_stage;
    AnswerKeys *m_keys;
    QLabel *m_setup, *m_message;
    QLineEdit *m_reason;
    QPushButton *m_use, *m_lists, *m_freeze;
    Loaded m_loaded;
};

}  // namespace metamer
