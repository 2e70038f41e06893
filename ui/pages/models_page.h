#pragma once

#include <vector>

#include "core/lab/shipped_models.h"
#include "ui/pages/page.h"

class QComboBox;
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

private:
    QWidget *buildForm();
    QWidget *buildModels();
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
    /// "87.5 at Linf 0.3" of what was certified at the largest of a model's sets; all of them in words.
    QString verifiedCell(const ModelRecord &model) const;
    QString verifiedText(const ModelRecord &model) const;
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
    QLineEdit *m_name, *m_certifyEps;
    QComboBox *m_certifyNorm;
    QPushButton *m_train, *m_retrain, *m_duplicate, *m_hide, *m_remove, *m_resume, *m_keep, *m_copy, *m_certify, *m_shipped;
    QTableWidget *m_models;
    CurveChart *m_curve;
    ConfusionView *m_confusion;
    QString m_shownTraining;   ///< the training whose points the curve shows as they come
};

}  // namespace metamer
