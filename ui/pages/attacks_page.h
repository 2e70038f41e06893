#pragma once

#include "ui/pages/page.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableWidget;

namespace metamer {

class PairStrip;
class ParameterForm;
struct AttackInfo;
struct ExamplePair;

/// Left the form of an attack, made from its parameter schema; right the queue; below the newest examples.
class AttacksPage final : public Page {
    Q_OBJECT

public:
    AttacksPage(LabSession &session, QWidget *parent);
    QStringList keys() const override;

Q_SIGNALS:
    void inspectRequested(const QString &run);
    void labelRequested();
    void exportRequested(const QString &run);

private:
    QWidget *buildForm();
    QWidget *buildQueue();
    void connectSession();
    void showCatalogue();
    void showAttack();
    void showModels();
    void showTargets();
    void showLevels();
    void runAttack();
    void showJob(int row);
    void showButtons();
    /// The newest run that was stopped, aborted, failed or left by a dead process; empty while a job is at work.
    QString unfinishedRun() const;
    void addExample(const ExamplePair &pair);
    const AttackInfo *chosenAttack() const;

    QComboBox *m_attack, *m_norm, *m_targets, *m_split, *m_model, *m_device;
    QLineEdit *m_eps, *m_name;
    QLabel *m_levels, *m_summary;
    QSpinBox *m_count, *m_seed;
    ParameterForm *m_parameters;
    QPushButton *m_run, *m_stop, *m_resume, *m_inspect, *m_label, *m_export;
    QTableWidget *m_queue;
    PairStrip *m_strip;
};

}  // namespace metamer
