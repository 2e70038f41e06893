#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

class QApplication;
class QIcon;

namespace metamer {

enum class Theme { System, Light, Dark };

/// Puts the palette and the fusion style on the program; "system" goes by the desktop palette's lightness.
void applyTheme(QApplication &application, Theme theme);

/// Sets the size of all text, in percent of the desktop's font; before the first widget is made.
void applyTextSize(QApplication &application, int percent);

/// A width that holds text, given for the usual font size, at the size in use.
int scaledWidth(int pixels);

Theme themeFromName(const QString &name);
QString themeName(Theme theme);

// Colours with a meaning; the surround is the same in both themes.
QColor surroundColour();
QColor changedColour();
QColor accentColour();
QColor mutedTextColour();
QColor errorColour();
QColor hairlineColour();

/// An icon of ours, from resources/icons, in the text colour of the theme.
QIcon themedIcon(const QString &name);

// The 4 px grid: inside a group, between controls, between groups, at the page's edge.
constexpr int kTight = 4;
constexpr int kGap = 8;
constexpr int kGroupGap = 16;
constexpr int kPageMargin = 24;

}  // namespace metamer
