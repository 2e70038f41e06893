#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QWidget>

#include "core/lab/train_model.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace metamer {

class ParameterForm;

/// The form of a training, made from the chosen recipe's schema, with the button that starts it.
class TrainingForm final : public QWidget {
    Q_OBJECT

public:
    explicit TrainingForm(QWidget *parent = nullptr);

    /// What there is to choose from; nothing while LibTorch is being opened. Without a GPU the quick presets are filled in.
    void setCatalogue(const std::vector<RecipeInfo> &recipes, const std::vector<std::string> &devices);

    /// What is asked for; nothing while there are no recipes.
    std::optional<TrainModelRequest> request() const;

    /// Fills in what `model` was trained with, under `name`, its seed made greater by `seedStep`.
    void fillFrom(const ModelRecord &model, const QString &name, int seedStep);

    void clearName();
    void editName();

Q_SIGNALS:
    void submitted();

private:
    void showRecipe();
    /// A preset that is chosen fills in the other fields.
    void showPreset();
    const RecipeInfo *chosenRecipe() const;

    std::vector<RecipeInfo> m_recipes;
    bool m_hasGpu = false;
    QComboBox *m_recipe, *m_device;
    QLabel *m_summary;
    ParameterForm *m_parameters;
    std::string m_preset;   ///< that the form was filled by; empty where the recipe has none
    QSpinBox *m_seed;
    QLineEdit *m_name;
    QPushButton *m_train;
};

}  // namespace metamer
