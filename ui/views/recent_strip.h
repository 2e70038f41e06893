#pragma once

#include <vector>

#include <QWidget>

#include "core/base/ids.h"

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace metamer {

/// The last ten answers, newest on the right, each to be opened again. It shows words only: a picture seen twice is another
/// measurement.
class RecentStrip final : public QWidget {
    Q_OBJECT

public:
    struct Entry {
        AnswerId id;
        QString name;
    };

    explicit RecentStrip(QWidget *parent = nullptr);

    void setEntries(std::vector<Entry> entries);

    /// Moves the selection, newest first; past either end there is none.
    void moveSelection(int step);
    bool hasSelection() const { return m_selected >= 0; }
    AnswerId selected() const { return hasSelection() ? m_entries[static_cast<std::size_t>(m_selected)].id : AnswerId(); }
    void clearSelection();

Q_SIGNALS:
    void chosen(metamer::AnswerId answer);

private:
    void showSelection();

    std::vector<Entry> m_entries;
    std::vector<QPushButton *> m_buttons;
    QLabel *m_title;
    QHBoxLayout *m_layout;
    int m_selected = -1;
};

}  // namespace metamer
