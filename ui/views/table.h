#pragma once

#include <QList>
#include <QStringList>

class QTableWidget;

namespace metamer {

/// A small read-only table in the house style: no grid lines, whole rows selected, `rightAligned` columns for numbers.
QTableWidget *makeTable(const QStringList &headers, const QList<int> &rightAligned);

/// Sets the text of a cell, keeping its column's alignment; the whole text is in the tooltip.
void setCell(QTableWidget *table, int row, int column, const QString &text);

}  // namespace metamer
