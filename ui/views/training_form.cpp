#include "ui/views/training_form.h"

#include <algorithm>

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "core/lab/kept_options.h"
#include "ui/pages/page.h"
#include "ui/views/parameter_form.h"
#include "ui/views/side_form.h"

namespace metamer {

TrainingForm::TrainingForm(QWidget *parent) : QWidget(parent) {
    m_recipe = new QComboBox;
    m_summary = makeHint({});
    m_parameters = new ParameterForm;
    m_seed = new QSpinBox;
    m_seed->setRange(0, 1000000000);
    m_device = new QComboBox;
    m_name = new QLineEdit;
    m_name->setPlaceholderText(tr("the recipe's name"));
    auto *form = makeSideForm();
    form->addRow(tr("&Recipe"), m_recipe);
    form->addRow(m_summary);
    auto *rest = makeSideForm();
    rest->addRow(tr("Seed"), m_seed);
    rest->addRow(tr("Device"), m_device);
    rest->addRow(tr("&Name"), m_name);
    alignLabels(form);
    alignLabels(rest);
    m_train = new QPushButton(tr("&Train model"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(makeFormColumn({form, m_parameters, rest}, m_train));
    connect(m_recipe, &QComboBox::currentIndexChanged, this, &TrainingForm::showRecipe);
    connect(m_train, &QPushButton::clicked, this, &TrainingForm::submitted);
    connect(m_parameters, &ParameterForm::edited, this, &TrainingForm::showPreset);
}

void TrainingForm::setCatalogue(const std::vector<RecipeInfo> &recipes, const std::vector<std::string> &devices) {
    m_recipes = recipes;
    m_hasGpu = devices.size() > 1;
    m_recipe->clear();
    for (const auto &recipe : recipes) {
        m_recipe->addItem(QString::fromStdString(recipe.title), QString::fromStdString(recipe.name));
    }
    fillDevices(m_device, devices);
    m_train->setEnabled(!recipes.empty());
    m_summary->setText(recipes.empty() ? tr("Opening LibTorch ...") : m_summary->text());
    showRecipe();
}

std::optional<TrainModelRequest> TrainingForm::request() const {
    const auto *recipe = chosenRecipe();
    if (recipe == nullptr) {
        return std::nullopt;
    }
    TrainModelRequest request;
    request.recipe = recipe->name;
    request.name = m_name->text().trimmed().toStdString();
    request.seed = m_seed->value();
    request.device = m_device->currentText().toStdString();
    request.options = m_parameters->values();
    return request;
}

void TrainingForm::fillFrom(const ModelRecord &model, const QString &name, int seedStep) {
    m_recipe->setCurrentIndex(std::max(0, m_recipe->findData(QString::fromStdString(model.recipe))));
    showRecipe();
    if (const auto *recipe = chosenRecipe()) {
        const auto options = optionsFromJson(model.parametersJson, recipe->schema);
        m_preset = options.contains("preset") ? options.at("preset") : m_preset;
        m_parameters->setValues(options);
    }
    const auto kept = optionsFromJson(model.parametersJson);
    const auto seed = kept.find("seed");
    m_seed->setValue((seed != kept.end() ? std::stoi(seed->second) : 0) + seedStep);
    m_name->setText(name);
}

void TrainingForm::clearName() { m_name->clear(); }

void TrainingForm::editName() {
    m_name->setFocus();
    m_name->selectAll();
}

const RecipeInfo *TrainingForm::chosenRecipe() const {
    const int row = m_recipe->currentIndex();
    return row >= 0 && row < static_cast<int>(m_recipes.size()) ? &m_recipes[static_cast<std::size_t>(row)] : nullptr;
}

void TrainingForm::showRecipe() {
    if (const auto *recipe = chosenRecipe()) {
        m_summary->setText(QString::fromStdString(recipe->summary));
        m_parameters->setSchema(recipe->schema);
        m_preset = recipe->presets.empty() ? std::string() : m_parameters->values().at("preset");
        if (!recipe->presets.empty() && !m_hasGpu) {   // the papers' own trainings take days on a CPU
            m_parameters->setValues({{"preset", recipe->presets.front().name}});
        }
    }
}

void TrainingForm::showPreset() {
    const auto *recipe = chosenRecipe();
    const auto values = m_parameters->values();
    const auto preset = values.find("preset");
    if (recipe != nullptr && preset != values.end() && preset->second != m_preset) {
        m_preset = preset->second;
        m_parameters->setValues(presetOptions(*recipe, m_preset));
    }
}

}  // namespace metamer
