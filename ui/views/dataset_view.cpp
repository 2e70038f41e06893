#include "ui/views/dataset_view.h"

#include <algorithm>

#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QTableWidget>
#include <QVBoxLayout>

#include "ui/theme.h"
#include "ui/views/picture_view.h"
#include "ui/views/table.h"

namespace metamer {
namespace {

constexpr int kSampleColumns = 10;
constexpr int kSampleRows = 4;
constexpr int kSampleGap = 6;
constexpr int kSampleSide = 56;

/// Ten columns, one a class where there are ten, of the first test images. Small pictures by whole factors, large ones scaled.
QPixmap drawSample(const LoadedDataset &data, double ratio) {
    const ImageShape &shape = data.info.shape;
    const int longest = std::max(shape.width, shape.height), room = static_cast<int>(kSampleSide * ratio);
    const double zoom = longest <= room ? room / longest : static_cast<double>(room) / longest;
    const int width = std::max(1, static_cast<int>(shape.width * zoom)), height = std::max(1, static_cast<int>(shape.height * zoom));
    const int classes = std::clamp(static_cast<int>(data.info.classNames.size()), 1, kSampleColumns);
    QPixmap pixmap(classes * (width + kSampleGap) + kSampleGap, kSampleRows * (height + kSampleGap) + kSampleGap);
    pixmap.fill(surroundColour());
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, zoom < 1);
    std::vector<int> filled(static_cast<std::size_t>(classes), 0);
    for (std::int64_t i = 0; i < data.test.count(); ++i) {
        const int column = data.test.labels[static_cast<std::size_t>(i)] % classes;
        const int row = filled[static_cast<std::size_t>(column)];
        if (row < kSampleRows) {
            ++filled[static_cast<std::size_t>(column)];
            painter.drawImage(QRect(kSampleGap + column * (width + kSampleGap), kSampleGap + row * (height + kSampleGap), width, height),
                              toQImage(shape, data.test.images.copyOf(i)));
        }
    }
    pixmap.setDevicePixelRatio(ratio);
    return pixmap;
}

}  // namespace

DatasetView::DatasetView(QWidget *parent) : QWidget(parent) {
    m_sample = new QLabel;
    m_sample->setWordWrap(true);
    m_sample->setAccessibleName(tr("Sample of the test split"));
    m_classes = makeTable({tr("Class"), tr("Train"), tr("Test")}, {1, 2});
    m_classes->setMaximumWidth(scaledWidth(420));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGap);
    layout->addWidget(new QLabel(tr("Sample of the test split")));
    layout->addWidget(m_sample);
    layout->addSpacing(kGap);
    m_classesTitle = new QLabel(tr("Images by class"));
    layout->addWidget(m_classesTitle);
    layout->addWidget(m_classes, 1);
    layout->addStretch(0);
}

void DatasetView::setDataset(const LoadedDataset &loaded) {
    m_sample->setWordWrap(false);   // a wrapping label gives a picture no height
    m_sample->setPixmap(drawSample(loaded, devicePixelRatioF()));
    const auto count = [](const std::vector<int> &labels, int wanted) { return qlonglong(std::count(labels.begin(), labels.end(), wanted)); };
    m_classes->show();
    m_classesTitle->show();
    m_classes->setRowCount(static_cast<int>(loaded.info.classNames.size()));
    for (int row = 0; row < m_classes->rowCount(); ++row) {
        setCell(m_classes, row, 0, QString::fromStdString(loaded.info.classNames[static_cast<std::size_t>(row)]));
        setCell(m_classes, row, 1, QLocale().toString(count(loaded.train.labels, row)));
        setCell(m_classes, row, 2, QLocale().toString(count(loaded.test.labels, row)));
    }
}

void DatasetView::setMessage(const QString &text) {
    m_sample->setWordWrap(true);
    m_sample->setText(text);
    m_classes->hide();
    m_classesTitle->hide();
}

}  // namespace metamer
