#pragma once

#include <QWidget>

#include "core/data/dataset_reader.h"

class QLabel;
class QTableWidget;

namespace metamer {

/// Looks into a data set: a sample of the test split, one column a class, and the counts by class.
class DatasetView final : public QWidget {
    Q_OBJECT

public:
    explicit DatasetView(QWidget *parent = nullptr);

    void setDataset(const LoadedDataset &loaded);

    /// Shows a sentence in place of a data set.
    void setMessage(const QString &text);

private:
    QLabel *m_sample, *m_classesTitle;
    QTableWidget *m_classes;
};

}  // namespace metamer
