#pragma once

#include <functional>
#include <memory>

#include "core/base/records.h"
#include "ui/pages/page.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;

namespace metamer {

class DatasetView;
struct LoadedDataset;

/// Shows the study's data set: counts by class, what was read, a sample. For a new study the same of any data set, read in
/// another way if the guess was wrong, before anything is written.
class DataPage final : public Page {
    Q_OBJECT

public:
    DataPage(LabSession &session, QWidget *parent);
    QStringList keys() const override;

    /// Turns to the form for a new study, with this kind of data set chosen: "mnist", "folder", ...
    void startNewStudy(const QString &kind = {});

private:
    QWidget *buildFacts();
    QWidget *buildForm();
    void connectForm();
    void showInfo();
    void showStudy();
    void showKind();
    void chooseSource();
    void choosePath();
    /// Reads the data set as the form says, in the background; only the last request is shown.
    void preview();
    void load(std::function<LoadedDataset()> read, bool isNew);
    void showLoaded(const LoadedDataset &loaded, bool isNew);
    void showFailure(const QString &message, bool isNew);
    void createOrFetch();
    void showButton();
    bool isNew() const;
    QString kind() const;
    QString spec() const;
    DatasetReading reading() const;

    QStackedWidget *m_side;
    QFormLayout *m_form;
    QLabel *m_facts, *m_read, *m_hint;
    QPushButton *m_new;
    QComboBox *m_kind, *m_layout, *m_range, *m_colour;
    QLineEdit *m_source, *m_size, *m_path;
    QWidget *m_sourceRow, *m_arrayRows, *m_pictureRows;
    QPushButton *m_chooseSource, *m_create, *m_cancel;
    DatasetView *m_view;
    QString m_shownSha;
    bool m_isReadable = false;   ///< what the form says could be read
    bool m_isAbsent = false;     ///< it is a known data set that is not on this machine
    int m_generation = 0;
};

}  // namespace metamer
