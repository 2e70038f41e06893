#include "ui/views/protocol_editor.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/base/json.h"
#include "core/data/file_bytes.h"
#include "ui/bridge/lab_session.h"
#include "ui/pages/page.h"
#include "ui/theme.h"
#include "ui/views/answer_keys.h"
#include "ui/views/label_stage.h"
#include "ui/views/parameter_form.h"
#include "ui/views/picture_view.h"

namespace metamer {
namespace {

constexpr int kFormWidth = 420;
const QString kJsonFilter = QStringLiteral("JSON (*.json);;All files (*)");

}  // namespace

ProtocolEditor::ProtocolEditor(LabSession &session, QWidget *parent) : QWidget(parent), m_session(session) {
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(kPageMargin, 0, 0, 0);
    layout->setSpacing(kGroupGap);
    layout->addWidget(buildForm());
    layout->addWidget(buildPreview(), 1);
}

QWidget *ProtocolEditor::buildForm() {
    auto *quick = new QPushButton(tr("&Quick labelling"));
    quick->setToolTip(tr("The pair side by side, every item to everybody"));
    auto *measurement = new QPushButton(tr("&Measurement"));
    measurement->setToolTip(tr("The perturbed image alone, half of all clean, each source once a person"));
    auto *import = new QPushButton(tr("&Import ..."));
    auto *save = new QPushButton(tr("E&xport ..."));
    auto *top = new QHBoxLayout;
    top->setSpacing(kGap);
    for (auto *button : {quick, measurement, import, save}) {
        top->addWidget(button);
    }
    top->addStretch(1);
    m_form = new ParameterForm;
    m_form->setSchema(Protocol::schema());
    m_setup = makeHint({});
    m_reason = new QLineEdit;
    m_reason->setPlaceholderText(tr("why the frozen protocol changes: every report shows it"));
    m_reason->setAccessibleName(tr("Reason of the change"));
    m_message = new QLabel;
    m_message->setWordWrap(true);
    m_use = new QPushButton(tr("&Use this protocol"));
    makePrimary(m_use);
    m_lists = new QPushButton(tr("Make &lists"));
    m_freeze = new QPushButton(tr("Free&ze study ..."));
    auto *back = new QPushButton(tr("&Back"));
    auto *bottom = new QHBoxLayout;
    bottom->setSpacing(kGap);
    for (auto *button : {m_use, m_lists, m_freeze, back}) {
        bottom->addWidget(button);
    }
    bottom->addStretch(1);
    auto *content = new QWidget;
    auto *contentLayout = new QVBoxLayout(content);
    contentLayout->setContentsMargins(0, 0, kGap, 0);
    contentLayout->addWidget(m_form);
    contentLayout->addStretch(1);
    auto *box = new QWidget;
    box->setFixedWidth(scaledWidth(kFormWidth));
    auto *layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, kGroupGap, 0, kGroupGap);
    layout->setSpacing(kGap);
    layout->addWidget(makeTitle(tr("Protocol")));
    layout->addLayout(top);
    layout->addWidget(makeColumn(content), 1);
    layout->addWidget(m_setup);
    layout->addWidget(m_reason);
    layout->addWidget(m_message);
    layout->addLayout(bottom);
    const auto fill = [this](const Protocol &protocol) { m_form->setValues(protocol.values()); };
    connect(quick, &QPushButton::clicked, this, [fill] { fill(Protocol::quickLabelling()); });
    connect(measurement, &QPushButton::clicked, this, [fill] { fill(Protocol::measurement()); });
    connect(import, &QPushButton::clicked, this, &ProtocolEditor::importJson);
    connect(save, &QPushButton::clicked, this, &ProtocolEditor::exportJson);
    connect(m_form, &ParameterForm::edited, this, &ProtocolEditor::preview);
    connect(m_use, &QPushButton::clicked, this, [this] { apply(); });
    connect(m_lists, &QPushButton::clicked, this, &ProtocolEditor::makeLists);
    connect(m_freeze, &QPushButton::clicked, this, &ProtocolEditor::freeze);
    connect(back, &QPushButton::clicked, this, &ProtocolEditor::closed);
    return box;
}

QWidget *ProtocolEditor::buildPreview() {
    m_stage = new LabelStage;
    m_stage->setStatus(tr("what annotators will see"));
    m_keys = new AnswerKeys;
    m_keys->setEnabled(false);
    m_keys->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);   // a preview: it never widens the window
    auto *box = new QWidget;
    auto *layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_stage, 1);
    layout->addWidget(m_keys);
    return box;
}

ProtocolEditor::Loaded ProtocolEditor::read(StudyFile &file) {
    Loaded loaded;
    loaded.protocol = studyProtocol(file);
    const Dataset dataset = DatasetTable(file).get();
    loaded.classNames = dataset.classNames;
    loaded.shape = dataset.shape;
    const FreezeStatus status = freezeStatus(file);
    loaded.isFrozen = status.freeze.has_value();
    const ListsOutcome lists = describeLists(file);
    if (lists.lists > 0) {
        const std::string answers = std::to_string(lists.leastAnswers) + (lists.mostAnswers > lists.leastAnswers ? " to " + std::to_string(lists.mostAnswers) : "");
        loaded.setup = std::to_string(lists.lists) + " lists of " + std::to_string(lists.trials) + " trials; each of " + std::to_string(lists.examples) + " examples on " + answers + ". ";
    }
    loaded.setup += loaded.isFrozen ? "Frozen at " + status.freeze->createdUtc.substr(0, 16) + "Z, " + status.freeze->hash.substr(0, 12) + "." : "Not frozen.";
    for (const auto &departure : status.departures) {
        loaded.setup += "\nDeparture: " + departure;
    }
    for (const auto &item : ItemTable(file).ofStudy(StudyTable(file).get().id)) {
        if (item.kind == ItemKind::Example) {
            loaded.original = SourceImageTable(file).find(item.sourceId)->pixels;
            loaded.shown = ExampleTable(file).find(item.exampleId)->pixels;
            break;
        }
    }
    return loaded;
}

void ProtocolEditor::load() {
    say({});
    m_session.study().ask(this, &ProtocolEditor::read, [this](Loaded loaded) { show(std::move(loaded)); }, [this](const Error &error) { say(QString::fromUtf8(error.what()), true); });
}

void ProtocolEditor::show(Loaded loaded) {
    m_loaded = std::move(loaded);
    m_form->setValues(m_loaded.protocol.values());
    m_setup->setText(QString::fromStdString(m_loaded.setup));
    m_reason->setVisible(m_loaded.isFrozen);
    m_lists->setEnabled(!m_loaded.isFrozen);
    m_freeze->setEnabled(!m_loaded.isFrozen);
    preview();
}

std::optional<Protocol> ProtocolEditor::typed() {
    try {
        return Protocol::fromValues(m_form->values());
    } catch (const Error &error) {
        say(QString::fromUtf8(error.what()), true);
        return std::nullopt;
    }
}

void ProtocolEditor::preview() {
    say({});
    const auto protocol = typed();
    if (!protocol || m_loaded.classNames.empty()) {
        return;
    }
    const Display display = protocol->display();
    m_stage->setDisplay(display);
    try {
        m_keys->setChoices(answerChoices(*protocol, m_loaded.classNames));
    } catch (const Error &error) {
        say(QString::fromUtf8(error.what()), true);
    }
    if (m_loaded.shown.empty()) {
        m_stage->setStatus(tr("no example yet: the preview comes with the first one"));
        return;
    }
    const QImage original = toQImage(m_loaded.shape, shownPixels(m_loaded.original, display));
    const QImage shown = toQImage(m_loaded.shape, shownPixels(m_loaded.shown, display));
    const Presentation presentation = protocol->measure().presentation;
    const bool isBeside = presentation == Presentation::Pair || presentation == Presentation::SameDifferent;
    m_stage->setPair(isBeside ? original : QImage(), shown, presentation == Presentation::SameDifferent ? tr("the same?") : tr("what is this?"));
    QString status = tr("what annotators will see");
    if (presentation == Presentation::Sequence) {
        status += tr(", after the original for %1 ms and a gap of %2 ms").arg(protocol->originalMs()).arg(protocol->gapMs());
    }
    if (protocol->exposureMs() > 0) {
        status += tr(", for %1 ms").arg(protocol->exposureMs());
    }
    m_stage->setStatus(status);
}

void ProtocolEditor::apply(std::function<void(StudyFile &)> afterwards) {
    const auto protocol = typed();
    if (!protocol) {
        return;
    }
    m_session.study().ask(
        this,
        [protocol = *protocol, reason = m_reason->text().trimmed().toStdString(), afterwards = std::move(afterwards)](StudyFile &file) {
            setProtocol(file, protocol, reason);
            if (afterwards) {
                afterwards(file);
            }
            return read(file);
        },
        [this](Loaded loaded) {
            show(std::move(loaded));
            m_reason->clear();
            say(tr("Saved in the study."));
        },
        [this](const Error &error) { say(QString::fromUtf8(error.what()), true); });
}

void ProtocolEditor::makeLists() {
    apply([](StudyFile &file) { makeStudyLists(file); });
}

void ProtocolEditor::freeze() {
    QMessageBox question(QMessageBox::Question, tr("Freeze study"),
                         tr("Protocol, analysis plan, items and lists are fixed by their hash. What changes afterwards is logged and shown in every report. This cannot be taken back."),
                         QMessageBox::Cancel, this);
    auto *yes = question.addButton(tr("Freeze study"), QMessageBox::AcceptRole);
    question.setDefaultButton(QMessageBox::Cancel);
    question.exec();
    if (question.clickedButton() == yes) {
        apply([](StudyFile &file) { freezeStudy(file); });
    }
}

void ProtocolEditor::importJson() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Import protocol"), {}, kJsonFilter);
    if (path.isEmpty()) {
        return;
    }
    try {
        const Pixels bytes = readFileBytes(path.toStdString(), std::size_t{16} << 20);
        m_form->setValues(Protocol::fromJson({bytes.begin(), bytes.end()}).values());
    } catch (const Error &error) {
        say(QString::fromUtf8(error.what()), true);
    }
}

void ProtocolEditor::exportJson() {
    const auto protocol = typed();
    const QString path = protocol ? QFileDialog::getSaveFileName(this, tr("Export protocol"), QStringLiteral("protocol.json"), kJsonFilter) : QString();
    if (path.isEmpty()) {
        return;
    }
    try {
        writeFileText(path.toStdString(), Json::parse(protocol->toJson()).dump(2) + "\n");
        say(tr("Written to %1.").arg(path));
    } catch (const Error &error) {
        say(QString::fromUtf8(error.what()), true);
    }
}

void ProtocolEditor::say(const QString &sentence, bool isProblem) {
    m_message->setText(sentence);
    m_message->setVisible(!sentence.isEmpty());
    m_message->setStyleSheet(isProblem ? QStringLiteral("color: %1").arg(errorColour().name()) : QString());
}

}  // namespace metamer
