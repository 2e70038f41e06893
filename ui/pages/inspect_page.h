#pragma once

#include <vector>

#include "core/base/ids.h"
#include "ui/pages/page.h"

class QComboBox;
class QLabel;
class QVBoxLayout;

namespace metamer {

class LogitBars;
class PairStrip;
class PictureView;
struct InspectedExample;
struct ModelAnswers;

/// Walks through a run: original, perturbed and difference side by side; norms, donor, models and people beside them.
class InspectPage final : public Page {
    Q_OBJECT

public:
    InspectPage(LabSession &session, QWidget *parent);
    void activated() override;
    QStringList keys() const override;

    /// Goes to a run by name.
    void showRun(const QString &name);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    QWidget *buildPictures();
    QWidget *buildFacts();
    void showRuns();
    void loadRun();
    void goTo(int position);
    void showExample(const InspectedExample &found);
    void showFacts(const InspectedExample &found);
    void showModels(const InspectedExample &found);
    QString attackFacts(const InspectedExample &found) const;
    QString proxyFacts(const InspectedExample &found) const;
    void showPeople(const InspectedExample &found);
    void showStrip();
    void showEmpty(const QString &text);
    void swapPictures();
    QString className(int label) const;
    /// What a model did with the example, in a phrase.
    QString verdictText(const ModelAnswers &model, const InspectedExample &found) const;

    QComboBox *m_run;
    QLabel *m_position, *m_title, *m_facts, *m_people, *m_empty;
    PictureView *m_original, *m_perturbed, *m_difference, *m_donor;
    QWidget *m_content;
    QVBoxLayout *m_models;
    PairStrip *m_strip;
    std::vector<ExampleId> m_ids;
    int m_at = -1;
    int m_stripStart = 0;
    int m_request = 0;       ///< answers to older requests are dropped
    bool m_isSwapped = false;
    QString m_wantedRun;
};

}  // namespace metamer
