#include "ui/pages/models_page.h"

#include <algorithm>

#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QTableWidget>
#include <QUndoStack>
#include <QVBoxLayout>

#include "core/base/text.h"
#include "core/lab/imported_models.h"
#include "core/lab/keep_example.h"
#include "core/lab/kept_options.h"
#include "ui/bridge/lab_session.h"
#include "ui/dialogs/import_model_dialog.h"
#include "ui/theme.h"
#include "ui/views/confusion_view.h"
#include "ui/views/curve_chart.h"
#include "ui/views/model_measures.h"
#include "ui/views/table.h"
#include "ui/views/training_form.h"

namespace metamer {
namespace {

constexpr int kAgreementColumn = 6;
constexpr int kTextLines = 4;   // of what is known of the chosen model
constexpr std::int64_t kAttackedImages = 500;

/// What has been done already and can be undone.
class DoneCommand final : public QUndoCommand {
public:
    DoneCommand(const QString &text, std::function<void()> undo, std::function<void()> redo)
        : QUndoCommand(text), m_undo(std::move(undo)), m_redo(std::move(redo)) {}
    void undo() override { m_undo(); }
    void redo() override {
        if (m_isDone) {
            m_redo();
        }
        m_isDone = true;
    }

private:
    std::function<void()> m_undo, m_redo;
    bool m_isDone = false;   ///< pushing calls redo once
};

QPushButton *makeButton(const QString &text, const QString &tip) {
    auto *button = new QPushButton(text);
    button->setToolTip(tip);
    return button;
}

QHBoxLayout *inARow(const QList<QWidget *> &widgets) {
    auto *row = new QHBoxLayout;
    row->setSpacing(kGap);
    for (auto *each : widgets) {
        row->addWidget(each);
    }
    row->addStretch(1);
    return row;
}

}  // namespace

ModelsPage::ModelsPage(LabSession &session, QUndoStack &undo, QWidget *parent) : Page(session, parent), m_undo(undo), m_allShipped(shippedModels()) {
    auto *layout = makeLayout(tr("Models"));
    auto *columns = new QHBoxLayout;
    columns->setSpacing(kPageMargin);
    m_form = new TrainingForm;
    columns->addWidget(m_form);
    columns->addWidget(buildModels(), 1);
    layout->addLayout(columns, 1);
    connectSession();
    showCatalogue();
    showModels();
}

QStringList ModelsPage::keys() const { return {tr("Ctrl+Return\tTrain"), tr("Alt+I, Alt+X\tImport a model, export the chosen one"), tr("Alt+A, Alt+C\tAttack the chosen model, certify it"), tr("Ctrl+Z\tUndo hiding or removing a model"), tr("Tab\tNext field")}; }

QHBoxLayout *ModelsPage::buildActions() {
    m_import = makeButton(tr("&Import ..."), tr("Takes in a model of yours: TorchScript, ONNX, or a program that answers"));
    m_shipped = makeButton(tr("Add Metamer's models"), tr("Adds the natural, robust and certified models that come with the program for this data set"));
    m_trust = makeButton(tr("Load ..."), tr("Says what this model runs, and loads it if you agree"));
    m_retrain = makeButton(tr("Retrain"), tr("Trains again with the same parameters and another seed"));
    m_duplicate = makeButton(tr("Duplicate ..."), tr("Fills the form with this model's parameters, to change some"));
    m_export = makeButton(tr("E&xport ..."), tr("Writes TorchScript that Python loads, and a model card"));
    m_hide = makeButton(tr("Hide"), tr("Takes it out of tables, reports and attacks; its answers stay"));
    m_remove = makeButton(tr("Remove"), tr("Removes it with its answers; only where no labelled image has one"));
    return inARow({m_import, m_shipped, m_trust, m_retrain, m_duplicate, m_export, m_hide, m_remove});
}

QHBoxLayout *ModelsPage::buildMeasures() {
    m_norm = new QComboBox;
    m_norm->addItem(QStringLiteral("Linf"), QStringLiteral("linf"));
    m_norm->addItem(QStringLiteral("L2"), QStringLiteral("l2"));
    m_norm->setAccessibleName(tr("Norm of attack and certificates"));
    m_eps = new QLineEdit(QStringLiteral("0.3"));
    m_eps->setAccessibleName(tr("Radius of attack and certificates"));
    m_eps->setMaximumWidth(scaledWidth(64));
    m_attack = makeButton(tr("&Attack"), tr("Measures the accuracy of the chosen model under PGD of 40 steps within this radius, on 500 test images"));
    m_certify = makeButton(tr("&Certify"), tr("Proves for each of 1,000 test images, and for the sources of all runs, whether its answer can change within this radius"));
    return inARow({new QLabel(tr("How robust is it within")), m_norm, m_eps, m_attack, m_certify});
}

QWidget *ModelsPage::buildModels() {
    m_models = makeTable({tr("Model"), tr("Recipe"), tr("Network"), tr("Clean, %"), tr("Attacked, %"), tr("Verified, %"), tr("As people, %"), tr("State")}, {3, 4, 5, 6});
    const QStringList columnTips = {{}, {}, {}, tr("Accuracy on the test split"), tr("Accuracy under PGD; an upper bound of what holds within the radius"),
                                    tr("Share of images whose answer provably cannot change within the radius"),
                                    tr("Share of the labelled examples on which the model answers as people do")};
    for (int column = 0; column < columnTips.size(); ++column) {
        m_models->horizontalHeaderItem(column)->setToolTip(columnTips[column]);
    }
    m_empty = makeHint(tr("No model yet. Train one on the left: its answers then stand beside every example."));
    auto *actions = buildActions(), *measures = buildMeasures();
    m_chosenName = new QLabel;
    m_chosenName->setWordWrap(true);
    m_chosenName->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_chosenName->setMinimumHeight(kTextLines * m_chosenName->fontMetrics().lineSpacing());   // so that the buttons above stay where they are
    m_curve = new CurveChart;
    m_confusion = new ConfusionView;
    m_resume = makeButton(tr("Resume"), tr("Goes on with the stopped training"));
    m_keep = makeButton(tr("Keep as it is"), tr("Makes a model of what the stopped training has reached"));
    m_copy = makeButton(tr("Copy numbers"), tr("Copies the confusion matrix, tab-separated"));
    auto *pictures = new QHBoxLayout;
    pictures->setSpacing(kGroupGap);
    pictures->addWidget(m_curve, 1);
    pictures->addWidget(m_confusion, 1);
    auto *below = new QHBoxLayout;
    below->addWidget(m_chosenName, 1);
    for (auto *each : {m_resume, m_keep, m_copy}) {
        below->addWidget(each);
    }
    auto *box = new QWidget;
    auto *layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGap);
    layout->addWidget(m_empty);
    layout->addWidget(m_models, 2);
    layout->addLayout(actions);
    layout->addLayout(measures);
    layout->addLayout(below);
    layout->addLayout(pictures, 3);
    return box;
}

void ModelsPage::connectSession() {
    connect(m_form, &TrainingForm::submitted, this, &ModelsPage::train);
    connect(&m_session, &LabSession::catalogueReady, this, &ModelsPage::showCatalogue);
    connect(&m_session, &LabSession::infoChanged, this, [this] {
        showModels();
        readAgreement();
    });
    connect(&m_session, &LabSession::trainingPoint, this, &ModelsPage::addPoint);
    connect(&m_session, &LabSession::opened, this, [this] { m_undo.clear(); m_shownTraining.clear(); m_agreement.clear(); });
    connect(m_models, &QTableWidget::itemSelectionChanged, this, &ModelsPage::showChosen);
    connect(m_retrain, &QPushButton::clicked, this, [this] { duplicate(true); train(); });
    connect(m_duplicate, &QPushButton::clicked, this, [this] { duplicate(false); });
    connect(m_hide, &QPushButton::clicked, this, &ModelsPage::toggleHidden);
    connect(m_remove, &QPushButton::clicked, this, &ModelsPage::removeChosen);
    connect(m_resume, &QPushButton::clicked, this, [this] { if (const auto *training = chosenTraining()) m_session.resumeTraining(QString::fromStdString(training->name)); });
    connect(m_keep, &QPushButton::clicked, this, [this] { if (const auto *training = chosenTraining()) m_session.keepTraining(QString::fromStdString(training->name)); });
    connect(m_shipped, &QPushButton::clicked, this, [this] { m_session.addShipped(); });
    connect(m_certify, &QPushButton::clicked, this, &ModelsPage::certify);
    connect(m_attack, &QPushButton::clicked, this, &ModelsPage::attack);
    connect(m_import, &QPushButton::clicked, this, &ModelsPage::import);
    connect(m_trust, &QPushButton::clicked, this, &ModelsPage::trust);
    connect(m_export, &QPushButton::clicked, this, &ModelsPage::exportChosen);
    connect(m_copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_confusion->toText()); });
    connect(&m_session.jobs(), &JobQueue::changed, this, &ModelsPage::showButtons);
}

void ModelsPage::showCatalogue() {
    m_form->setCatalogue(m_session.catalogue().recipes, m_session.catalogue().devices);
    showButtons();
}

/// Models first, unfinished trainings after them.
void ModelsPage::showModels() {
    const auto &models = m_session.info().models;
    const auto &trainings = m_session.info().trainings;
    const auto *current = m_models->item(m_models->currentRow(), 0);
    const QString chosen = !m_shownTraining.isEmpty() ? m_shownTraining : (current != nullptr ? current->text() : QString());
    m_models->setRowCount(static_cast<int>(models.size() + trainings.size()));
    int wanted = m_models->rowCount() == 0 || !m_shownTraining.isEmpty() ? -1 : 0;
    const auto fill = [&](int row, const QStringList &cells) {
        for (int column = 0; column < cells.size(); ++column) {
            setCell(m_models, row, column, cells[column]);
        }
        wanted = cells[0] == chosen ? row : wanted;
    };
    for (int row = 0; row < static_cast<int>(models.size()); ++row) {
        const ModelRecord &model = models[static_cast<std::size_t>(row)];
        const auto parameters = optionsFromJson(model.parametersJson);
        const bool isComplete = !parameters.contains("complete") || parameters.at("complete") != "false";
        const QString state = model.recipe == "imported" ? (isTrusted(model) ? tr("imported") : tr("not loaded")) : isComplete ? tr("trained") : tr("kept early");
        fill(row, {QString::fromStdString(model.name), QString::fromStdString(model.recipe), QString::fromStdString(model.architecture),
                   model.cleanAccuracy ? QString::number(100 * *model.cleanAccuracy, 'f', 1) : QString(), attackedCell(m_session.info(), model),
                   verifiedCell(m_session.info(), model), agreementCell(m_agreement, model), model.isHidden ? tr("hidden") : state});
    }
    for (std::size_t i = 0; i < trainings.size(); ++i) {
        const TrainingRecord &training = trainings[i];
        fill(static_cast<int>(models.size() + i), {QString::fromStdString(training.name), QString::fromStdString(training.recipe), {}, {}, {}, {}, {},
                                                   tr("step %1 of %2").arg(training.step).arg(training.steps)});
    }
    m_empty->setVisible(m_models->rowCount() == 0);
    if (wanted >= 0) {
        m_models->selectRow(wanted);
    }
    showChosen();
}

const ModelRecord *ModelsPage::chosenModel() const {
    const auto &models = m_session.info().models;
    const int row = m_models->currentRow();
    return row >= 0 && row < static_cast<int>(models.size()) ? &models[static_cast<std::size_t>(row)] : nullptr;
}

const TrainingRecord *ModelsPage::chosenTraining() const {
    const auto &info = m_session.info();
    const int row = m_models->currentRow() - static_cast<int>(info.models.size());
    return row >= 0 && row < static_cast<int>(info.trainings.size()) ? &info.trainings[static_cast<std::size_t>(row)] : nullptr;
}

void ModelsPage::showChosen() {
    QStringList names;
    for (const auto &name : m_session.info().dataset.classNames) {
        names << QString::fromStdString(name);
    }
    const auto *training = chosenTraining();
    if (const auto *model = chosenModel()) {
        m_chosenName->setText(isTrusted(*model) ? tr("%1: training curve and answers on the whole test split").arg(QString::fromStdString(model->name)) + measuresText(m_session.info(), *model)
                                                : tr("%1 came with this study and is not loaded. Load tells what it would run.").arg(QString::fromStdString(model->name)));
        m_curve->setCurve(curveFromJson(model->curveJson));
        m_confusion->setConfusion(confusionFromJson(model->confusionJson), names);
        m_shownTraining.clear();
    } else if (training != nullptr && m_shownTraining.isEmpty()) {
        m_chosenName->setText(tr("%1: training curve so far").arg(QString::fromStdString(training->name)));
        m_curve->setCurve(curveFromJson(training->curveJson));
        m_confusion->setConfusion({}, names);
    } else if (training == nullptr && m_shownTraining.isEmpty()) {
        m_chosenName->clear();
        m_curve->setCurve({});
        m_confusion->setConfusion({}, names);
    }
    showButtons();
}

void ModelsPage::showButtons() {
    const auto *model = chosenModel();
    const auto *training = chosenTraining();
    const bool isUnderWay = training != nullptr && training->owner == thisProcess();
    m_retrain->setEnabled(model != nullptr && model->recipe != "imported" && !m_session.catalogue().recipes.empty());
    m_duplicate->setEnabled(m_retrain->isEnabled());
    m_shipped->setVisible(hasShipped());
    const bool isLoadable = model != nullptr && isTrusted(*model);
    m_certify->setEnabled(model != nullptr && model->recipe != "imported");
    m_attack->setEnabled(isLoadable);
    m_trust->setVisible(model != nullptr && !isLoadable);
    m_export->setEnabled(model != nullptr && model->architecture != kCommand);
    m_import->setEnabled(m_session.isOpen());
    m_hide->setEnabled(model != nullptr);
    m_hide->setText(model != nullptr && model->isHidden ? tr("Show") : tr("Hide"));
    m_remove->setEnabled((model != nullptr || training != nullptr) && !isUnderWay);
    m_remove->setText(training != nullptr ? tr("Drop") : tr("Remove"));
    m_resume->setEnabled(training != nullptr && !isUnderWay);
    m_keep->setEnabled(training != nullptr && !isUnderWay);
    m_copy->setEnabled(!m_confusion->toText().isEmpty());
}

void ModelsPage::train() {
    const auto request = m_form->request();
    if (request && m_session.isOpen()) {
        m_session.train(*request);
        m_form->clearName();
    }
}

void ModelsPage::duplicate(bool isRetrained) {
    if (const auto *model = chosenModel()) {
        m_form->fillFrom(*model, freeModelName(QString::fromStdString(model->name)), isRetrained ? 1 : 0);
        if (!isRetrained) {
            m_form->editName();
        }
    }
}

QString ModelsPage::freeModelName(const QString &base) const {
    const auto &info = m_session.info();
    return QString::fromStdString(freeName(base.toStdString(), [&](const std::string &name) {
        return std::any_of(info.models.begin(), info.models.end(), [&](const ModelRecord &model) { return model.name == name; }) ||
               std::any_of(info.trainings.begin(), info.trainings.end(), [&](const TrainingRecord &training) { return training.name == name; });
    }));
}

void ModelsPage::removeChosen() {
    if (const auto *model = chosenModel()) {
        m_session.removeModel(QString::fromStdString(model->name), [this](const ModelRecord &removed) {
            const QString name = QString::fromStdString(removed.name);
            m_undo.push(new DoneCommand(tr("remove model %1").arg(name), [this, removed] { m_session.restoreModel(removed); },
                                        [this, name] { m_session.removeModel(name); }));
        });
    } else if (const auto *training = chosenTraining()) {
        m_session.dropTraining(QString::fromStdString(training->name), [this](const TrainingRecord &dropped) {
            const QString name = QString::fromStdString(dropped.name);
            m_undo.push(new DoneCommand(tr("drop training %1").arg(name), [this, dropped] { m_session.restoreTraining(dropped); },
                                        [this, name] { m_session.dropTraining(name); }));
        });
    }
}

void ModelsPage::toggleHidden() {
    const auto *model = chosenModel();
    if (model == nullptr) {
        return;
    }
    const QString name = QString::fromStdString(model->name);
    const bool wasHidden = model->isHidden;
    m_session.hideModel(name, !wasHidden);
    m_undo.push(new DoneCommand(wasHidden ? tr("show model %1").arg(name) : tr("hide model %1").arg(name), [this, name, wasHidden] { m_session.hideModel(name, wasHidden); },
                                [this, name, wasHidden] { m_session.hideModel(name, !wasHidden); }));
}

/// Whether a model that comes with the program was trained on this data set and is not in the study yet.
bool ModelsPage::hasShipped() const {
    const auto &info = m_session.info();
    return std::any_of(m_allShipped.begin(), m_allShipped.end(), [&](const ShippedModel &model) {
        return model.datasetSha256 == info.dataset.sha256 &&
               std::none_of(info.models.begin(), info.models.end(), [&](const ModelRecord &other) { return other.hash == model.record.hash || other.name == model.record.name; });
    });
}

void ModelsPage::certify() {
    const auto *model = chosenModel();
    if (model == nullptr) {
        return;
    }
    CertifyRequest request;
    request.model = model->name;
    request.norm = m_norm->currentData().toString().toStdString();
    request.epsText = m_eps->text().trimmed().toStdString();
    m_session.certify(request);
    for (const auto &summary : m_session.info().runs) {
        request.run = summary.run.name;
        m_session.certify(request);
    }
}

void ModelsPage::attack() {
    if (const auto *model = chosenModel()) {
        EvaluateRequest request;
        request.model = model->name;
        request.count = kAttackedImages;
        request.attack = "pgd";
        request.norm = m_norm->currentData().toString().toStdString();
        request.epsText = m_eps->text().trimmed().toStdString();
        m_session.evaluate(request);
    }
}

void ModelsPage::import() {
    auto *dialog = new ImportModelDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        m_session.importModel(dialog->request(), [page = QPointer<ModelsPage>(this)](const ImportModelOutcome &outcome) {
            if (page && !outcome.checks.warnings.empty()) {
                auto *box = new QMessageBox(QMessageBox::Warning, tr("Import model"), tr("%1 is imported. What the checks have found:").arg(QString::fromStdString(outcome.model.name)),
                                            QMessageBox::Ok, page);
                box->setInformativeText(QString::fromStdString(join(outcome.checks.warnings, "\n\n")));
                box->setAttribute(Qt::WA_DeleteOnClose);
                box->open();
            }
        });
    });
    dialog->open();
}

void ModelsPage::trust() {
    const auto *model = chosenModel();
    if (model == nullptr) {
        return;
    }
    const QString name = QString::fromStdString(model->name);
    auto *question = new QMessageBox(QMessageBox::Question, tr("Load model"), tr("%1 came with this study and was not imported by you. Load it?").arg(name), QMessageBox::Cancel, this);
    question->setInformativeText(tr("It runs %1. Load it only if you know where it comes from.").arg(QString::fromStdString(whatRuns(*model))));
    auto *yes = question->addButton(tr("Load model"), QMessageBox::AcceptRole);
    question->setDefaultButton(QMessageBox::Cancel);
    question->setAttribute(Qt::WA_DeleteOnClose);
    connect(yes, &QPushButton::clicked, this, [this, name] { m_session.trustModel(name); });
    question->open();
}

void ModelsPage::exportChosen() {
    const auto *model = chosenModel();
    if (model == nullptr) {
        return;
    }
    const QString name = QString::fromStdString(model->name);
    const QString suffix = model->architecture == kOnnx ? QStringLiteral(".onnx") : QStringLiteral(".pt");
    const QString path = QFileDialog::getSaveFileName(this, tr("Export model"), name + suffix);
    if (!path.isEmpty()) {
        m_session.exportModel(name, path);
    }
}

void ModelsPage::readAgreement() {
    if (!isVisible() || !m_session.isOpen()) {
        return;
    }
    m_session.study().ask(this, [](StudyFile &file) { return modelAgreement(file); }, [this](std::map<std::string, ModelAgreement> agreement) {
        m_agreement = std::move(agreement);
        const auto &models = m_session.info().models;
        for (int row = 0; row < std::min(m_models->rowCount(), static_cast<int>(models.size())); ++row) {
            setCell(m_models, row, kAgreementColumn, agreementCell(m_agreement, models[static_cast<std::size_t>(row)]));
        }
    });
}

void ModelsPage::addPoint(const QString &model, const TrainingPoint &point) {
    if (m_shownTraining != model) {
        m_shownTraining = model;
        m_models->clearSelection();
        m_models->setCurrentCell(-1, -1);
        const auto &trainings = m_session.info().trainings;
        const auto earlier = std::find_if(trainings.begin(), trainings.end(), [&](const TrainingRecord &training) { return training.name == model.toStdString(); });
        m_curve->setCurve(earlier != trainings.end() ? curveFromJson(earlier->curveJson) : std::vector<TrainingPoint>());
        m_confusion->setConfusion({}, {});
    }
    m_chosenName->setText(tr("%1 is being trained: loss %2").arg(model).arg(point.loss, 0, 'f', 3));
    m_curve->add(point);
}

}  // namespace metamer
