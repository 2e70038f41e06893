#include "ui/views/pair_strip.h"

#include <algorithm>

#include <QMouseEvent>
#include <QPainter>

#include "ui/theme.h"

namespace metamer {
namespace {

constexpr int kSide = 56;
constexpr int kBetween = 2;
constexpr int kPairGap = 12;
constexpr std::size_t kMostPairs = 60;

}  // namespace

PairStrip::PairStrip(QWidget *parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Examples"));
}

int PairStrip::pairWidth() const { return 2 * kSide + kBetween + kPairGap; }

int PairStrip::capacity() const { return std::max(1, (width() - kPairGap) / pairWidth()); }

void PairStrip::clear() {
    m_pairs.clear();
    m_current = -1;
    update();
}

void PairStrip::prepend(const QImage &original, const QImage &perturbed, const QString &caption) {
    m_pairs.push_front({original, perturbed, caption});
    if (m_pairs.size() > kMostPairs) {
        m_pairs.pop_back();
    }
    update();
}

void PairStrip::setPairs(const std::deque<Pair> &pairs, int current) {
    m_pairs = pairs;
    m_current = current;
    update();
}

void PairStrip::setEmptyText(const QString &text) {
    m_emptyText = text;
    update();
}

void PairStrip::paintEvent(QPaintEvent *) {
    QPainter painter(this);
    painter.fillRect(rect(), surroundColour());
    painter.setPen(Qt::white);
    if (m_pairs.empty()) {
        painter.drawText(rect(), Qt::AlignCenter, m_emptyText);
        return;
    }
    const int top = 8;
    const int shown = std::min(static_cast<int>(m_pairs.size()), capacity());
    for (int i = 0; i < shown; ++i) {
        const Pair &pair = m_pairs[static_cast<std::size_t>(i)];
        const int left = kPairGap + i * pairWidth();
        painter.drawImage(QRect(left, top, kSide, kSide), pair.original);
        painter.drawImage(QRect(left + kSide + kBetween, top, kSide, kSide), pair.perturbed);
        const QRect caption(left, top + kSide + 2, 2 * kSide + kBetween, fontMetrics().height());
        painter.setPen(Qt::white);
        painter.drawText(caption, Qt::AlignHCenter | Qt::AlignTop, fontMetrics().elidedText(pair.caption, Qt::ElideMiddle, caption.width()));
        if (i == m_current) {
            painter.setPen(QPen(Qt::white, 2));
            painter.drawRect(left - 3, top - 3, 2 * kSide + kBetween + 6, kSide + 6);
        }
    }
}

void PairStrip::mousePressEvent(QMouseEvent *event) {
    const int position = (static_cast<int>(event->position().x()) - kPairGap) / pairWidth();
    if (position >= 0 && position < static_cast<int>(m_pairs.size())) {
        Q_EMIT chosen(position);
    }
}

}  // namespace metamer
