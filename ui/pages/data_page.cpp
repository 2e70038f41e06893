#include "ui/pages/data_page.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QThreadPool>
#include <QTimer>
#include <QVBoxLayout>

#include "core/data/dataset_reader.h"
#include "ui/bridge/lab_session.h"
#include "ui/theme.h"
#include "ui/views/dataset_view.h"
#include "ui/views/side_form.h"

namespace metamer {
namespace {

constexpr int kSideWidth = 380;
constexpr int kPreviewDelayMs = 350;   // while somebody types

struct Kind {
    const char *name;
    const char *title;
    const char *size;   ///< of the download, for those that can be fetched
};

const Kind kKinds[] = {{"builtin:digits", QT_TRANSLATE_NOOP("Kind", "Built-in digits"), ""},
                       {"mnist", QT_TRANSLATE_NOOP("Kind", "MNIST"), "11 MB"},
                       {"fashion-mnist", QT_TRANSLATE_NOOP("Kind", "Fashion-MNIST"), "30 MB"},
                       {"kmnist", QT_TRANSLATE_NOOP("Kind", "KMNIST"), "21 MB"},
                       {"cifar10", QT_TRANSLATE_NOOP("Kind", "CIFAR-10"), "170 MB"},
                       {"folder", QT_TRANSLATE_NOOP("Kind", "Folders of pictures, one a class"), ""},
                       {"npz", QT_TRANSLATE_NOOP("Kind", "NumPy archive (.npz)"), ""},
                       {"idx", QT_TRANSLATE_NOOP("Kind", "Folder with IDX files"), ""}};

QComboBox *makeChoice(const QStringList &choices, const QString &name) {
    auto *combo = new QComboBox;
    combo->addItems(choices);
    combo->setAccessibleName(name);
    return combo;
}

QWidget *pathRow(QLineEdit *field, QPushButton *button) {
    auto *box = new QWidget;
    auto *row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGap);
    row->addWidget(field, 1);
    row->addWidget(button);
    return box;
}

QString notesText(const LoadedDataset &data) {
    QStringList notes;
    for (const auto &note : data.notes) {
        notes << QString::fromStdString(note);
    }
    return notes.join(QLatin1Char('\n'));
}

}  // namespace

DataPage::DataPage(LabSession &session, QWidget *parent) : Page(session, parent) {
    auto *layout = makeLayout(tr("Data"));
    m_view = new DatasetView;
    m_side = new QStackedWidget;
    m_side->setFixedWidth(scaledWidth(kSideWidth));
    m_side->addWidget(buildFacts());
    m_side->addWidget(buildForm());
    auto *columns = new QHBoxLayout;
    columns->setSpacing(kPageMargin);
    columns->addWidget(m_side);
    columns->addWidget(m_view, 1);
    layout->addLayout(columns, 1);
    m_view->setMessage(tr("No study is open. Make one of a data set, or open one (Ctrl+O)."));
    connectForm();
    connect(&session, &LabSession::infoChanged, this, &DataPage::showInfo);
    connect(&session, &LabSession::opened, this, &DataPage::showStudy);
    connect(&session, &LabSession::fetchEnded, this, [this](const QString &name) { if (isNew() && kind() == name) preview(); });
}

QStringList DataPage::keys() const { return {tr("Ctrl+N\tNew study"), tr("Ctrl+O\tOpen a study"), tr("Ctrl+Return\tCreate the study")}; }

QWidget *DataPage::buildFacts() {
    m_facts = new QLabel;
    m_facts->setWordWrap(true);
    m_facts->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_read = makeHint({});
    m_read->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_new = new QPushButton(tr("New study ..."));
    auto *box = new QWidget;
    auto *layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGap);
    layout->addWidget(m_facts);
    layout->addWidget(m_read);
    layout->addSpacing(kGap);
    layout->addWidget(m_new, 0, Qt::AlignLeft);
    layout->addStretch(1);
    connect(m_new, &QPushButton::clicked, this, [this] { startNewStudy(); });
    return box;
}

QWidget *DataPage::buildForm() {
    m_kind = new QComboBox;
    for (const auto &kind : kKinds) {
        m_kind->addItem(QCoreApplication::translate("Kind", kind.title), QString::fromLatin1(kind.name));
    }
    m_source = new QLineEdit;
    m_source->setAccessibleName(tr("Where the data set is"));
    m_chooseSource = new QPushButton(tr("Choose ..."));
    m_sourceRow = pathRow(m_source, m_chooseSource);
    m_layout = makeChoice({QStringLiteral("auto"), QStringLiteral("NHW"), QStringLiteral("NHWC"), QStringLiteral("NCHW")}, tr("Layout"));
    m_range = makeChoice({QStringLiteral("auto"), QStringLiteral("0..1"), QStringLiteral("0..255")}, tr("Range"));
    m_arrayRows = new QWidget;
    auto *arrays = makeSideForm(m_arrayRows);
    arrays->addRow(tr("&Layout"), m_layout);
    arrays->addRow(tr("&Range"), m_range);
    m_colour = makeChoice({QStringLiteral("auto"), QStringLiteral("grey"), QStringLiteral("rgb")}, tr("Colour"));
    m_size = new QLineEdit(QStringLiteral("auto"));
    m_size->setToolTip(tr("One size for all pictures, like 32x32; others are scaled to cover it and cut evenly"));
    m_pictureRows = new QWidget;
    auto *pictures = makeSideForm(m_pictureRows);
    pictures->addRow(tr("C&olour"), m_colour);
    pictures->addRow(tr("S&ize"), m_size);
    m_path = new QLineEdit;
    m_path->setAccessibleName(tr("Study file"));
    auto *choosePathButton = new QPushButton(tr("Choose ..."));
    connect(choosePathButton, &QPushButton::clicked, this, &DataPage::choosePath);
    m_hint = makeHint({});
    m_hint->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_create = new QPushButton(tr("Create study"));
    makePrimary(m_create);
    m_cancel = new QPushButton(tr("Cancel"));
    m_form = makeSideForm();
    auto *form = m_form;
    form->addRow(tr("&Data set"), m_kind);
    form->addRow(tr("&Where"), m_sourceRow);
    qobject_cast<QLabel *>(form->labelForField(m_sourceRow))->setBuddy(m_source);
    form->addRow(m_arrayRows);
    form->addRow(m_pictureRows);
    for (auto *each : {form, arrays, pictures}) {
        alignLabels(each);
    }
    auto *pathLabel = new QLabel(tr("&Study file"));
    pathLabel->setBuddy(m_path);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_create);
    buttons->addWidget(m_cancel);
    buttons->addStretch(1);
    auto *content = new QWidget;
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, kGap, 0);
    layout->setSpacing(kGap);
    layout->addLayout(form);
    layout->addWidget(new QLabel(tr("What was read")));
    layout->addWidget(m_hint);
    layout->addSpacing(kGap);
    layout->addWidget(pathLabel);
    layout->addWidget(pathRow(m_path, choosePathButton));
    layout->addLayout(buttons);
    layout->addStretch(1);
    return makeColumn(content);
}

void DataPage::connectForm() {
    auto *delay = new QTimer(this);
    delay->setSingleShot(true);
    delay->setInterval(kPreviewDelayMs);
    connect(delay, &QTimer::timeout, this, &DataPage::preview);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &DataPage::showKind);
    for (auto *combo : {m_layout, m_range, m_colour}) {
        connect(combo, &QComboBox::currentIndexChanged, this, &DataPage::preview);
    }
    for (auto *field : {m_source, m_size}) {
        connect(field, &QLineEdit::textEdited, delay, qOverload<>(&QTimer::start));
    }
    connect(m_path, &QLineEdit::textChanged, this, &DataPage::showButton);
    connect(m_chooseSource, &QPushButton::clicked, this, &DataPage::chooseSource);
    connect(m_create, &QPushButton::clicked, this, &DataPage::createOrFetch);
    connect(m_cancel, &QPushButton::clicked, this, &DataPage::showStudy);
}

bool DataPage::isNew() const { return m_side->currentIndex() == 1; }

QString DataPage::kind() const { return m_kind->currentData().toString(); }

QString DataPage::spec() const {
    const QString name = kind();
    return m_sourceRow->isEnabled() ? name + QLatin1Char(':') + m_source->text().trimmed() : name;
}

DatasetReading DataPage::reading() const {
    DatasetReading wanted;
    if (kind() == QLatin1String("npz")) {
        wanted.layout = m_layout->currentText().toStdString();
        wanted.range = m_range->currentText().toStdString();
    } else if (kind() == QLatin1String("folder")) {
        wanted.colour = m_colour->currentText().toStdString();
        wanted.size = m_size->text().trimmed().toStdString();
    }
    return wanted;
}

void DataPage::startNewStudy(const QString &kind) {
    m_side->setCurrentIndex(1);
    if (!kind.isEmpty()) {
        m_kind->setCurrentIndex(std::max(0, m_kind->findData(kind)));
    }
    const QString documents = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    const QDir folder = QFileInfo(documents).isDir() ? QDir(documents) : QDir::home();
    if (m_path->text().isEmpty() || QFileInfo::exists(m_path->text())) {
        QString path = folder.filePath(QStringLiteral("study.metamer"));
        for (int i = 2; QFileInfo::exists(path); ++i) {
            path = folder.filePath(QStringLiteral("study-%1.metamer").arg(i));
        }
        m_path->setText(path);
    }
    m_cancel->setVisible(m_session.isOpen());
    showKind();
    m_kind->setFocus();
}

void DataPage::showStudy() {
    m_side->setCurrentIndex(0);
    m_shownSha.clear();
    showInfo();
}

void DataPage::showInfo() {
    if (!m_session.isOpen()) {
        return;
    }
    const StudyInfo &info = m_session.info();
    const Dataset &dataset = info.dataset;
    const QLocale locale;
    const auto row = [](const QString &name, const QString &value) {
        return QStringLiteral("<tr><td style='padding-right:12px; color:%1'>%2</td><td>%3</td></tr>").arg(mutedTextColour().name(), name, value.toHtmlEscaped());
    };
    m_facts->setText(QStringLiteral("<table>") + row(tr("Study"), QFileInfo(QString::fromStdString(info.path)).fileName() + (info.isReadOnly ? tr(" (read only)") : QString())) +
                     row(tr("Data set"), QString::fromStdString(dataset.spec)) +
                     row(tr("Images"), tr("%1 training, %2 test").arg(locale.toString(qlonglong(dataset.trainCount)), locale.toString(qlonglong(dataset.testCount)))) +
                     row(tr("Size"), tr("%1 x %2, %3").arg(dataset.shape.width).arg(dataset.shape.height).arg(dataset.shape.channels == 1 ? tr("grey") : tr("colour"))) +
                     row(tr("Classes"), QString::number(dataset.classNames.size())) + QStringLiteral("</table>"));
    m_facts->setToolTip(QString::fromStdString(info.path));
    const QString sha = QString::fromStdString(dataset.sha256);
    if (!isNew() && m_shownSha != sha) {
        m_shownSha = sha;
        m_view->setMessage(tr("Reading the data set ..."));
        load([dataset] { return reloadDataset(dataset); }, false);
    }
}

void DataPage::showKind() {
    const QString name = kind();
    const bool needsSource = name == QLatin1String("folder") || name == QLatin1String("npz") || name == QLatin1String("idx");
    m_form->setRowVisible(m_sourceRow, needsSource);
    m_sourceRow->setEnabled(needsSource);
    m_arrayRows->setVisible(name == QLatin1String("npz"));
    m_pictureRows->setVisible(name == QLatin1String("folder"));
    m_source->clear();
    m_source->setPlaceholderText(name == QLatin1String("npz") ? tr("file.npz") : tr("folder"));
    preview();
}

void DataPage::chooseSource() {
    const QString path = kind() == QLatin1String("npz") ? QFileDialog::getOpenFileName(this, tr("NumPy archive"), {}, tr("NumPy archives (*.npz)"))
                                                        : QFileDialog::getExistingDirectory(this, tr("Folder of the data set"));
    if (!path.isEmpty()) {
        m_source->setText(path);
        preview();
    }
}

void DataPage::choosePath() {
    const QString path = QFileDialog::getSaveFileName(this, tr("Study file"), m_path->text(), tr("Metamer studies (*.metamer)"));
    if (!path.isEmpty()) {
        m_path->setText(path);
    }
}

void DataPage::preview() {
    ++m_generation;
    m_isReadable = m_isAbsent = false;
    if (m_sourceRow->isEnabled() && m_source->text().trimmed().isEmpty()) {
        m_hint->setText(tr("Choose where the data set is."));
        m_view->setMessage(tr("A sample appears here once the data set can be read."));
        showButton();
        return;
    }
    m_hint->setText(tr("Reading ..."));
    showButton();
    load([spec = spec().toStdString(), wanted = reading()] { return loadDataset(spec, {}, wanted); }, true);
}

void DataPage::load(std::function<LoadedDataset()> read, bool isNew) {
    const int generation = ++m_generation;
    QPointer<DataPage> self(this);
    QThreadPool::globalInstance()->start([self, read = std::move(read), isNew, generation] {
        const auto tell = [&](const std::function<void(DataPage &)> &work) {
            QMetaObject::invokeMethod(qApp, [self, generation, work] { if (self && self->m_generation == generation) work(*self); });
        };
        try {
            const auto loaded = std::make_shared<LoadedDataset>(read());
            tell([loaded, isNew](DataPage &page) { page.showLoaded(*loaded, isNew); });
        } catch (const Error &error) {
            const QString message = QString::fromUtf8(error.what());
            const bool isAbsent = error.code() == ErrorCode::NotFound;
            tell([message, isNew, isAbsent](DataPage &page) {
                page.m_isAbsent = isAbsent && !page.m_sourceRow->isEnabled();
                page.showFailure(message, isNew);
            });
        }
    });
}

void DataPage::showLoaded(const LoadedDataset &loaded, bool isNew) {
    m_isReadable = true;
    m_view->setDataset(loaded);
    (isNew ? m_hint : m_read)->setText(notesText(loaded));
    showButton();
}

void DataPage::showFailure(const QString &message, bool isNew) {
    m_view->setMessage(isNew && m_isAbsent ? tr("Its files are not on this machine yet.") : message);
    if (isNew) {
        m_hint->setText(m_isAbsent ? tr("Its files are not on this machine yet. Fetching brings and checks them; the study can be made then.")
                                   : tr("It cannot be read this way."));
    } else {
        m_read->setText(tr("Labelling, reports and exports work without it."));
    }
    showButton();
}

void DataPage::showButton() {
    const bool isTaken = QFileInfo::exists(m_path->text().trimmed());
    const QString size = QString::fromLatin1(kKinds[std::max(0, m_kind->currentIndex())].size);
    m_create->setText(m_isAbsent ? tr("Fetch %1 (%2)").arg(m_kind->currentText(), size) : tr("Create study"));
    m_create->setEnabled(m_isAbsent || (m_isReadable && !isTaken && !m_path->text().trimmed().isEmpty()));
    m_create->setToolTip(isTaken ? tr("%1 exists already; choose another name").arg(m_path->text()) : QString());
    m_path->setStyleSheet(isTaken && isNew() ? QStringLiteral("color: %1").arg(errorColour().name()) : QString());
}

void DataPage::createOrFetch() {
    if (m_isAbsent) {
        m_session.fetch(kind());
        m_hint->setText(tr("Fetching; the bar below tells how far it is."));
        m_create->setEnabled(false);
        return;
    }
    m_session.jobs().abortAll();
    m_session.createStudyAt(m_path->text().trimmed(), spec(), reading());
}

}  // namespace metamer
