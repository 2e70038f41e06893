#pragma once

#include <string>
#include <vector>

class QComboBox;
class QFormLayout;
class QWidget;

namespace metamer {

/// A form of a side column, without margins of its own.
QFormLayout *makeSideForm(QWidget *box = nullptr);

/// Gives the labels one least width, so that forms below each other line up. Call when all rows are there.
void alignLabels(QFormLayout *form);

/// Lists "auto" and the devices; what was chosen stays chosen.
void fillDevices(QComboBox *combo, const std::vector<std::string> &devices);

}  // namespace metamer
