#pragma once

#include <map>
#include <vector>

#include "core/lab/report_study.h"
#include "core/lab/shipped_models.h"
#include "ui/pages/page.h"

class QComboBox;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableWidget;
class QUndoStack;

namespace metamer {

class ConfusionView;
class CurveChart;
class TrainingForm;
struct ModelRecord;
struct TrainingPoint;
struct TrainingRecord;

/// Left the form of a training; right the models and unfinished trainings, below them the
/// training curve and the confusion matrix of the chosen one.
class ModelsPage final : public Page {
    Q_OBJECT

public:
    ModelsPage(LabSession &session, QUndoStack &undo, QWidget *parent);
    QStringList keys() const override;
    void activated() override { readAgreement(); }

private:
    QWidget *buildModels();
    /// The buttons that bring models in and take them out, and those that measure the chosen one.
    QHBoxLayout *buildActions();
    QHBoxLayout *buildMeasures();
    void connectSession();
    void showCatalogue();
    void showModels();
    void showChosen();
    void showButtons();
    void train();
    /// Fills the form with what the chosen model was trained with, under a free name.
    void duplicate(bool isRetrained);
    /// Removes the chosen model or drops the chosen training; can be undone.
    void removeChosen();
    void toggleHidden();
    bool hasShipped() const;
    void certify();
    void attack();
    void import();
    /// Says what the chosen model would run, and asks.
    void trust();
    void exportChosen();
    /// How the models agree with people follows from all answers, so it is read only where the page is in front.
    void readAgreement();
    void addPoint(const QString &model, const TrainingPoint &point);
    QString freeModelName(const QString &base) const;
    const ModelRecord *chosenModel() const;
    const TrainingRecord *chosenTraining() const;

    QUndoStack &m_undo;
    std::vector<ShippedModel> m_allShipped;
    TrainingForm *m_form;
    QLabel *m_empty, *m_chosenName;
    QLineEdit *m_eps;
    QComboBox *m_norm;
    QPushButton *m_retrain, *m_duplicate, *m_hide, *m_remove, *m_resume, *m_keep, *m_copy, *m_certify, *m_attack, *m_shipped, *m_import, *m_export, *m_trust;
    QTableWidget *m_models;
    CurveChart *m_curve;
    ConfusionView *m_confusion;
    std::map<std::string, ModelAgreement> m_agreement;
    QString m_shownTraining;   ///< the training whose points the curve shows as they come
};

}  // namespace metamer
