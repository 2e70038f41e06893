#pragma once

#include "ui/pages/page.h"

class QLabel;
class QPushButton;
class QTableWidget;

namespace metamer {

struct LoadedDataset;

/// Shows the study's data set: counts by class, what was read, a sample; and the study's models.
class DataPage final : public Page {
    Q_OBJECT

public:
    DataPage(LabSession &session, QWidget *parent);
    QStringList keys() const override;

private:
    void buildPage();
    void showInfo();
    void showModels();
    void loadSample();
    void showSample(const LoadedDataset &data);

    QLabel *m_summary;
    QLabel *m_sample;
    QTableWidget *m_classes;
    QTableWidget *m_models;
    QPushButton *m_train;
    QString m_shownSha;
};

}  // namespace metamer
