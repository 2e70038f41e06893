#include "ui/views/recent_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "ui/theme.h"

namespace metamer {
namespace {

constexpr std::size_t kMost = 10;

}  // namespace

RecentStrip::RecentStrip(QWidget *parent) : QWidget(parent) {
    m_title = new QLabel(tr("Last answers"));
    m_layout = new QHBoxLayout(this);
    m_layout->setContentsMargins(kGap, 0, kGap, kGap);
    m_layout->setSpacing(kTight);
    m_layout->addWidget(m_title);
    for (std::size_t i = 0; i < kMost; ++i) {
        auto *button = new QPushButton;
        button->setFocusPolicy(Qt::NoFocus);
        button->setCheckable(true);
        button->setFlat(true);
        button->hide();
        m_layout->addWidget(button);
        m_buttons.push_back(button);
        connect(button, &QPushButton::clicked, this, [this, i] {
            if (i < m_entries.size()) {
                Q_EMIT chosen(m_entries[i].id);
            }
        });
    }
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    auto *hint = new QLabel(tr("Left, Enter: open one again"));
    hint->setForegroundRole(QPalette::PlaceholderText);
    m_layout->addStretch(1);
    m_layout->addWidget(hint);
}

void RecentStrip::setEntries(std::vector<Entry> entries) {
    m_entries = std::move(entries);
    m_selected = -1;
    for (std::size_t i = 0; i < m_buttons.size(); ++i) {
        const bool isUsed = i < m_entries.size();
        m_buttons[i]->setVisible(isUsed);
        if (isUsed) {
            m_buttons[i]->setText(m_entries[i].name);
            m_buttons[i]->setAccessibleName(tr("Open the answer %1 again").arg(m_entries[i].name));
            m_buttons[i]->setFixedWidth(std::max(32, m_buttons[i]->fontMetrics().horizontalAdvance(m_entries[i].name) + 2 * kGap));
        }
    }
    showSelection();
}

void RecentStrip::moveSelection(int step) {
    const int last = static_cast<int>(m_entries.size()) - 1;
    m_selected = m_selected < 0 ? (step < 0 ? last : -1) : m_selected + step;
    m_selected = m_selected > last ? -1 : std::max(m_selected, last < 0 ? -1 : 0);
    showSelection();
}

void RecentStrip::clearSelection() {
    m_selected = -1;
    showSelection();
}

void RecentStrip::showSelection() {
    for (std::size_t i = 0; i < m_buttons.size(); ++i) {
        const bool isSelected = static_cast<int>(i) == m_selected;
        m_buttons[i]->setChecked(isSelected);
        m_buttons[i]->setFlat(!isSelected);
    }
}

}  // namespace metamer
