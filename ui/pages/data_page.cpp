#include "ui/pages/data_page.h"

#include <memory>

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPushButton>
#include <QTableWidget>
#include <QThreadPool>
#include <QVBoxLayout>

#include "core/data/dataset_reader.h"
#include "ui/bridge/lab_session.h"
#include "ui/theme.h"
#include "ui/views/picture_view.h"
#include "ui/views/table.h"

namespace metamer {
namespace {

constexpr int kSampleColumns = 10;
constexpr int kSampleRows = 4;
constexpr int kSampleGap = 6;

/// Ten columns, one a class where there are ten, of the first test images.
QPixmap drawSample(const LoadedDataset &data, double ratio) {
    const ImageShape &shape = data.info.shape;
    const int zoom = std::max(1, static_cast<int>(56 * ratio) / std::max(shape.width, shape.height));
    const int cellWidth = shape.width * zoom + kSampleGap, cellHeight = shape.height * zoom + kSampleGap;
    QPixmap pixmap(kSampleColumns * cellWidth + kSampleGap, kSampleRows * cellHeight + kSampleGap);
    pixmap.fill(surroundColour());
    QPainter painter(&pixmap);
    std::vector<int> filled(kSampleColumns, 0);
    for (std::int64_t i = 0; i < data.test.count(); ++i) {
        const int column = data.test.labels[static_cast<std::size_t>(i)] % kSampleColumns;
        const int row = filled[static_cast<std::size_t>(column)];
        if (row < kSampleRows) {
            ++filled[static_cast<std::size_t>(column)];
            const QImage image = toQImage(shape, data.test.images.copyOf(i));
            painter.drawImage(QRect(kSampleGap + column * cellWidth, kSampleGap + row * cellHeight, shape.width * zoom, shape.height * zoom), image);
        }
    }
    pixmap.setDevicePixelRatio(ratio);
    return pixmap;
}

}  // namespace

DataPage::DataPage(LabSession &session, QWidget *parent) : Page(session, parent) {
    buildPage();
    connect(&session, &LabSession::infoChanged, this, &DataPage::showInfo);
}

QStringList DataPage::keys() const { return {tr("Ctrl+N\tNew study"), tr("Ctrl+O\tOpen a study")}; }

void DataPage::buildPage() {
    auto *layout = makeLayout(tr("Data"));
    m_summary = new QLabel(tr("No study is open."));
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_sample = new QLabel;
    m_sample->setAccessibleName(tr("Sample of the test split"));
    m_classes = makeTable({tr("Class"), tr("Train"), tr("Test")}, {1, 2});
    m_models = makeTable({tr("Model"), tr("Recipe"), tr("Clean accuracy, %")}, {2});
    m_train = new QPushButton(tr("Train a small CNN"));
    m_train->setToolTip(tr("Trains the recipe 'natural' on this data set; its answers then stand beside every example"));
    connect(m_train, &QPushButton::clicked, this, [this] { m_session.train({}); });

    auto *sampleTitle = new QLabel(tr("Sample of the test split"));
    auto *modelsTitle = new QLabel(tr("Models"));
    auto *left = new QVBoxLayout;
    left->setSpacing(kGap);
    left->addWidget(sampleTitle);
    left->addWidget(m_sample);
    left->addSpacing(kGroupGap);
    left->addWidget(modelsTitle);
    left->addWidget(m_models, 1);
    left->addWidget(m_train, 0, Qt::AlignLeft);
    auto *right = new QVBoxLayout;
    right->setSpacing(kGap);
    right->addWidget(new QLabel(tr("Images by class")));
    right->addWidget(m_classes, 1);
    auto *columns = new QHBoxLayout;
    columns->setSpacing(kPageMargin);
    columns->addLayout(left, 3);
    columns->addLayout(right, 2);
    layout->addWidget(m_summary);
    layout->addSpacing(kGap);
    layout->addLayout(columns, 1);
}

void DataPage::showInfo() {
    const StudyInfo &info = m_session.info();
    const Dataset &dataset = info.dataset;
    const QLocale locale;
    m_summary->setText(tr("%1:  %2 training and %3 test images, %4 x %5, %6, %7 classes\n%8")
                           .arg(QString::fromStdString(dataset.spec), locale.toString(qlonglong(dataset.trainCount)),
                                locale.toString(qlonglong(dataset.testCount)))
                           .arg(dataset.shape.width)
                           .arg(dataset.shape.height)
                           .arg(dataset.shape.channels == 1 ? tr("grey") : tr("colour"))
                           .arg(dataset.classNames.size())
                           .arg(QString::fromStdString(info.path) + (info.isReadOnly ? tr("  (read only)") : QString())));
    showModels();
    if (m_shownSha != QString::fromStdString(dataset.sha256)) {
        m_shownSha = QString::fromStdString(dataset.sha256);
        loadSample();
    }
}

void DataPage::showModels() {
    const auto &models = m_session.info().models;
    m_models->setRowCount(static_cast<int>(models.size()));
    for (int row = 0; row < m_models->rowCount(); ++row) {
        const ModelRecord &model = models[static_cast<std::size_t>(row)];
        setCell(m_models, row, 0, QString::fromStdString(model.name));
        setCell(m_models, row, 1, QString::fromStdString(model.recipe));
        setCell(m_models, row, 2, model.cleanAccuracy ? QString::number(100 * *model.cleanAccuracy, 'f', 1) : QString());
    }
}

void DataPage::loadSample() {
    m_sample->setText(tr("Reading the data set ..."));
    const Dataset dataset = m_session.info().dataset;
    QPointer<DataPage> self(this);
    QThreadPool::globalInstance()->start([self, dataset] {
        try {
            const auto loaded = std::make_shared<LoadedDataset>(reloadDataset(dataset));
            QMetaObject::invokeMethod(qApp, [self, loaded] { if (self) self->showSample(*loaded); });
        } catch (const Error &error) {
            const QString message = QString::fromUtf8(error.what());
            QMetaObject::invokeMethod(qApp, [self, message] { if (self) self->m_sample->setText(message); });
        }
    });
}

void DataPage::showSample(const LoadedDataset &loaded) {
    m_sample->setPixmap(drawSample(loaded, devicePixelRatioF()));
    const auto count = [](const std::vector<int> &labels, int wanted) { return qlonglong(std::count(labels.begin(), labels.end(), wanted)); };
    m_classes->setRowCount(static_cast<int>(loaded.info.classNames.size()));
    for (int row = 0; row < m_classes->rowCount(); ++row) {
        setCell(m_classes, row, 0, QString::fromStdString(loaded.info.classNames[static_cast<std::size_t>(row)]));
        setCell(m_classes, row, 1, QLocale().toString(count(loaded.train.labels, row)));
        setCell(m_classes, row, 2, QLocale().toString(count(loaded.test.labels, row)));
    }
}

}  // namespace metamer
