#include "ui/pages/attacks_page.h"

#include <algorithm>

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QTableWidget>

#include "ui/bridge/lab_session.h"
#include "ui/theme.h"
#include "ui/views/job_text.h"
#include "ui/views/pair_strip.h"
#include "ui/views/parameter_form.h"
#include "ui/views/picture_view.h"
#include "ui/views/side_form.h"
#include "ui/views/table.h"

namespace metamer {
namespace {

QComboBox *makeCombo(const QStringList &entries, bool isEditable = false) {
    auto *combo = new QComboBox;
    combo->addItems(entries);
    combo->setEditable(isEditable);
    return combo;
}

QSpinBox *makeSpin(int low, int high, int value) {
    auto *spin = new QSpinBox;
    spin->setRange(low, high);
    spin->setValue(value);
    return spin;
}

}  // namespace

AttacksPage::AttacksPage(LabSession &session, QWidget *parent) : Page(session, parent) {
    auto *layout = makeLayout(tr("Attacks"));
    auto *columns = new QHBoxLayout;
    columns->setSpacing(kPageMargin);
    columns->addWidget(buildForm());
    columns->addWidget(buildQueue(), 1);
    m_strip = new PairStrip;
    m_strip->setEmptyText(tr("New examples appear here as they are found."));
    layout->addLayout(columns, 1);
    layout->addWidget(m_strip);
    connectSession();
    showCatalogue();
    showLevels();
    showButtons();
}

QStringList AttacksPage::keys() const { return {tr("Ctrl+Return\tRun the attack"), tr("Tab\tNext field")}; }

QWidget *AttacksPage::buildForm() {
    m_attack = makeCombo({});
    m_norm = makeCombo({});
    m_eps = new QLineEdit(QStringLiteral("0.4"));
    m_levels = new QLabel;
    m_targets = makeCombo({}, true);
    m_targets->setToolTip(tr("published: the paper's table by hand for digits; any: the best of all classes; all: one example for each class; or classes like 3,8"));
    m_split = makeCombo({QStringLiteral("test"), QStringLiteral("train")});
    m_count = makeSpin(1, 1000000, 100);
    m_seed = makeSpin(0, 1000000000, 0);
    m_model = makeCombo({});
    m_device = makeCombo({QStringLiteral("auto")});
    m_name = new QLineEdit;
    m_name->setPlaceholderText(tr("attack-norm-eps"));
    m_summary = makeHint({});

    auto *form = makeSideForm();
    form->addRow(tr("&Attack"), m_attack);
    form->addRow(m_summary);
    form->addRow(tr("&Norm"), m_norm);
    form->addRow(tr("&Eps"), m_eps);
    form->addRow(QString(), m_levels);
    form->addRow(tr("&Targets"), m_targets);
    form->addRow(tr("Sources from"), m_split);
    form->addRow(tr("N&umber of sources"), m_count);
    form->addRow(tr("Seed"), m_seed);
    form->addRow(tr("Model to keep"), m_model);
    form->addRow(tr("Device"), m_device);
    form->addRow(tr("Name of the run"), m_name);
    alignLabels(form);
    m_parameters = new ParameterForm;
    m_run = new QPushButton(tr("&Run attack"));
    return makeFormColumn({form, m_parameters}, m_run);
}

QWidget *AttacksPage::buildQueue() {
    m_queue = makeTable({tr("Job"), tr("State"), tr("Progress"), tr("Result")}, {});
    m_stop = new QPushButton(tr("Stop"));
    m_stop->setToolTip(tr("Keeps every example made so far"));
    m_resume = new QPushButton(tr("Resume"));
    m_inspect = new QPushButton(tr("Inspect"));
    m_label = new QPushButton(tr("Label"));
    m_export = new QPushButton(tr("Export"));
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(kGap);
    for (auto *button : {m_stop, m_resume, m_inspect, m_label, m_export}) {
        buttons->addWidget(button);
    }
    buttons->addStretch(1);
    auto *box = new QWidget;
    auto *layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGap);
    layout->addWidget(new QLabel(tr("Queue")));
    layout->addWidget(m_queue, 1);
    layout->addLayout(buttons);
    return box;
}

void AttacksPage::connectSession() {
    JobQueue &jobs = m_session.jobs();
    connect(&jobs, &JobQueue::added, this, [this](int row) { m_queue->setRowCount(row + 1); showJob(row); m_queue->selectRow(row); });
    connect(&jobs, &JobQueue::changed, this, &AttacksPage::showJob);
    connect(&m_session, &LabSession::catalogueReady, this, &AttacksPage::showCatalogue);
    connect(&m_session, &LabSession::infoChanged, this, &AttacksPage::showModels);
    connect(&m_session, &LabSession::opened, m_strip, &PairStrip::clear);
    connect(&m_session, &LabSession::opened, this, &AttacksPage::showTargets);
    connect(&m_session, &LabSession::exampleAdded, this, [this](const std::shared_ptr<const ExamplePair> &pair) { addExample(*pair); });
    connect(m_attack, &QComboBox::currentIndexChanged, this, &AttacksPage::showAttack);
    connect(m_eps, &QLineEdit::textChanged, this, &AttacksPage::showLevels);
    connect(m_norm, &QComboBox::currentIndexChanged, this, &AttacksPage::showLevels);
    connect(m_run, &QPushButton::clicked, this, &AttacksPage::runAttack);
    connect(m_queue, &QTableWidget::itemSelectionChanged, this, &AttacksPage::showButtons);
    const auto selected = [this]() -> const JobInfo * {
        const int row = m_queue->currentRow();
        return row >= 0 && row < static_cast<int>(m_session.jobs().jobs().size()) ? &m_session.jobs().jobs()[static_cast<std::size_t>(row)] : nullptr;
    };
    connect(m_stop, &QPushButton::clicked, this, [this, selected] { if (const auto *job = selected()) m_session.jobs().stop(job->id); });
    connect(m_resume, &QPushButton::clicked, this, [this] { m_session.resume(m_resume->property("run").toString()); });
    connect(m_inspect, &QPushButton::clicked, this, [this, selected] { if (const auto *job = selected()) Q_EMIT inspectRequested(job->runName); });
    connect(m_label, &QPushButton::clicked, this, &AttacksPage::labelRequested);
    connect(m_export, &QPushButton::clicked, this, [this, selected] { if (const auto *job = selected()) Q_EMIT exportRequested(job->runName); });
}

void AttacksPage::showCatalogue() {
    const Catalogue &catalogue = m_session.catalogue();
    m_attack->clear();
    for (const auto &attack : catalogue.attacks) {
        m_attack->addItem(QString::fromStdString(attack.title), QString::fromStdString(attack.name));
    }
    fillDevices(m_device, catalogue.devices);
    m_run->setEnabled(!catalogue.attacks.empty());
    m_summary->setText(catalogue.attacks.empty() ? tr("Opening LibTorch ...") : m_summary->text());
    showAttack();
}

const AttackInfo *AttacksPage::chosenAttack() const {
    const int row = m_attack->currentIndex();
    const auto &attacks = m_session.catalogue().attacks;
    return row >= 0 && row < static_cast<int>(attacks.size()) ? &attacks[static_cast<std::size_t>(row)] : nullptr;
}

void AttacksPage::showAttack() {
    const AttackInfo *attack = chosenAttack();
    if (attack == nullptr) {
        return;
    }
    m_summary->setText(QString::fromStdString(attack->summary) + (attack->usesSelector ? tr(" Chooses by a proxy of human labels, which is trained first where there is none yet: some minutes, once for a data set.") : QString()));
    m_summary->setToolTip(QString::fromStdString(attack->source));
    m_norm->clear();
    for (const Norm norm : attack->norms) {
        m_norm->addItem(QString::fromStdString(normTitle(norm)), QString::fromStdString(normName(norm)));
    }
    m_eps->setText(QString::fromStdString(attack->defaultEps));
    m_parameters->setSchema(attack->schema);
    showTargets();
}

void AttacksPage::showModels() {
    const QString chosen = m_model->currentData().toString();
    m_model->clear();
    m_model->addItem(tr("none"), QString());
    for (const auto &model : m_session.info().models) {
        if (model.isHidden) {
            continue;
        }
        m_model->addItem(QString::fromStdString(model.name), QString::fromStdString(model.name));
    }
    m_model->setCurrentIndex(std::max(0, m_model->findData(chosen)));
    showButtons();
}

void AttacksPage::showTargets() {
    const std::string fitting = Targets::defaultFor(m_session.info().dataset.classNames);
    const AttackInfo *attack = chosenAttack();
    m_targets->clear();
    m_targets->addItems(fitting == "published" ? QStringList{QStringLiteral("published"), QStringLiteral("any"), QStringLiteral("all")}
                                               : QStringList{QStringLiteral("any"), QStringLiteral("all")});
    m_targets->setCurrentText(QString::fromStdString(attack != nullptr && !attack->defaultTargets.empty() ? attack->defaultTargets : fitting));
}

void AttacksPage::showLevels() {
    try {
        const Norm norm = m_norm->count() > 0 ? parseNorm(m_norm->currentData().toString().toStdString()) : Norm::Linf;
        const Budget budget = Budget::parse(norm, m_eps->text().trimmed().toStdString());
        m_levels->setText(norm == Norm::Linf ? tr("%1 of 255 grey levels").arg(budget.greyLevels()) : norm == Norm::L0 ? tr("pixels that may change") : QString());
        m_levels->setStyleSheet({});
    } catch (const Error &error) {
        m_levels->setText(QString::fromUtf8(error.what()));
        m_levels->setStyleSheet(QStringLiteral("color: %1").arg(errorColour().name()));
    }
    m_levels->setWordWrap(true);
}

void AttacksPage::runAttack() {
    const AttackInfo *attack = chosenAttack();
    if (attack == nullptr || !m_session.isOpen()) {
        return;
    }
    AttackRunRequest request;
    request.attack = attack->name;
    request.norm = m_norm->currentData().toString().toStdString();
    request.eps = m_eps->text().trimmed().toStdString();
    request.targets = m_targets->currentText().trimmed().toStdString();
    request.split = m_split->currentText().toStdString();
    request.count = m_count->value();
    request.seed = m_seed->value();
    request.modelName = m_model->currentData().toString().toStdString();
    request.device = m_device->currentText().toStdString();
    request.name = m_name->text().trimmed().toStdString();
    request.options = m_parameters->values();
    m_session.attack(request);
}

void AttacksPage::showJob(int row) {
    const JobInfo &job = m_session.jobs().jobs()[static_cast<std::size_t>(row)];
    setCell(m_queue, row, 0, job.title);
    setCell(m_queue, row, 1, stateText(job.state));
    setCell(m_queue, row, 2, progressText(job));
    setCell(m_queue, row, 3, job.message);
    showButtons();
}

void AttacksPage::showButtons() {
    const int row = m_queue->currentRow();
    const auto &jobs = m_session.jobs().jobs();
    const JobInfo *job = row >= 0 && row < static_cast<int>(jobs.size()) ? &jobs[static_cast<std::size_t>(row)] : nullptr;
    const bool isOver = job != nullptr && job->state != JobState::Queued && job->state != JobState::Running;
    const bool hasRun = isOver && !job->runName.isEmpty();
    m_stop->setEnabled(job != nullptr && !isOver);
    const QString unfinished = unfinishedRun();
    m_resume->setEnabled(!unfinished.isEmpty());
    m_resume->setProperty("run", unfinished);
    m_resume->setToolTip(unfinished.isEmpty() ? tr("Every run is finished") : tr("Goes on with %1").arg(unfinished));
    m_inspect->setEnabled(hasRun);
    m_label->setEnabled(hasRun);
    m_export->setEnabled(hasRun);
}

QString AttacksPage::unfinishedRun() const {
    const auto &jobs = m_session.jobs().jobs();
    const bool isBusy = std::any_of(jobs.begin(), jobs.end(), [](const JobInfo &job) { return job.state == JobState::Queued || job.state == JobState::Running; });
    if (isBusy || !m_session.isOpen()) {
        return {};
    }
    const auto &runs = m_session.info().runs;
    const auto found = std::find_if(runs.rbegin(), runs.rend(), [](const RunSummary &summary) {
        return summary.run.kind == RunKind::Attack && summary.run.state != RunState::Finished;
    });
    return found == runs.rend() ? QString() : QString::fromStdString(found->run.name);
}

void AttacksPage::addExample(const ExamplePair &pair) {
    const ImageShape &shape = m_session.info().dataset.shape;
    const auto &names = m_session.info().dataset.classNames;
    const QString target = pair.example.targetClass ? tr("to %1").arg(QString::fromStdString(names[static_cast<std::size_t>(*pair.example.targetClass)]))
                                                    : QString();
    m_strip->prepend(toQImage(shape, pair.source), toQImage(shape, pair.example.pixels),
                     QStringLiteral("#%1 %2").arg(pair.example.ordinal).arg(target));
}

}  // namespace metamer
