#include "ui/views/table.h"

#include <QHeaderView>
#include <QTableWidget>

namespace metamer {

QTableWidget *makeTable(const QStringList &headers, const QList<int> &rightAligned) {
    auto *table = new QTableWidget(0, static_cast<int>(headers.size()));
    table->setHorizontalHeaderLabels(headers);
    table->setShowGrid(false);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setTabKeyNavigation(false);
    table->setTextElideMode(Qt::ElideMiddle);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 8);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setStretchLastSection(rightAligned.isEmpty() || rightAligned.last() != headers.size() - 1);
    if (!table->horizontalHeader()->stretchLastSection()) {
        table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    }
    table->horizontalHeader()->setHighlightSections(false);
    for (int column = 0; column < headers.size(); ++column) {
        const bool isRight = rightAligned.contains(column);
        table->horizontalHeaderItem(column)->setTextAlignment((isRight ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    table->setAccessibleName(headers.join(QStringLiteral(", ")));
    return table;
}

void setCell(QTableWidget *table, int row, int column, const QString &text) {
    auto *item = table->item(row, column);
    if (item == nullptr) {
        item = new QTableWidgetItem;
        item->setTextAlignment(Qt::Alignment(table->horizontalHeaderItem(column)->textAlignment()));
        table->setItem(row, column, item);
    }
    if (item->text() != text) {
        item->setText(text);
        item->setToolTip(text);
    }
}

}  // namespace metamer
