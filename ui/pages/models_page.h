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
class QSpinBox;
class QTableWidget;
class QUndoStack;

namespace metamer {

class ConfusionView;
class CurveChart;
class ParameterForm;
struct ModelRecord;
struct RecipeInfo;
struct TrainingPoint;
struct TrainingRecord;

/// Left the form of a training, made from its recipe's schema; right the models and unfinished trainings, below them the
/// training curve and the confusion matrix of the chosen one.
class ModelsPage final : public Page {
    Q_OBJECT

public:
    ModelsPage(LabSession &session, QUndoStack &undo, QWidget *parent);
    QStringList keys() const override;
    void activated() override { readAgreement(); }

private:
    QWidget *buildForm();
    QWidget *buildModels();
    /// The buttons that bring models in and take them out, and those that measure the chosen one.
    QHBoxLayout *buildActions();
    QHBoxLayout *buildMeasures();
    void connectSession();
    void showCatalogue();
    void showRecipe();
    /// A preset that is chosen fills in the other fields.
    void showPreset();
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
    const RecipeInfo *chosenRecipe() const;
    const ModelRecord *chosenModel() const;
    const TrainingRecord *chosenTraining() const;

    QUndoStack &m_undo;
    std::vector<ShippedModel> m_allShipped;
    QComboBox *m_recipe, *m_device;
    QLabel *m_summary, *m_empty, *m_chosenName;
    ParameterForm *m_parameters;
    std::string m_preset;      ///< that the form was filled by; empty where the recipe has none
    QSpinBox *m_seed;
    QLineEdit *m_name, *m_eps;
    QComboBox *m_norm;
    QPushButton *m_train, *m_retrain, *m_duplicate, *m_hide, *m_remove, *m_resume, *m_keep, *m_copy, *m_certify, *m_attack, *m_shipped, *m_import, *m_export, *m_trust;
    QTableWidget *m_models;
    CurveChart *m_curve;
    ConfusionView *m_confusion;
    std::map<std::string, ModelAgreement> m_agreement;
    QString m_shownTraining;   ///< the training whose points the curve shows as they come
};

}  // namespace metamer
