#include "ui/theme.h"

#include <QApplication>
#include <QFile>
#include <QFont>
#include <QIcon>
#include <QPainter>
#include <QStyleFactory>
#include <QSvgRenderer>

namespace metamer {
namespace {

bool s_isDark = false;

QPalette makePalette(bool isDark) {
    const QColor window(isDark ? 0x262626 : 0xF4F4F4), field(isDark ? 0x1E1E1E : 0xFFFFFF), button(isDark ? 0x363636 : 0xFCFCFC);
    const QColor text(isDark ? 0xE8E8E8 : 0x1B1B1B), muted(isDark ? 0xA8A8A8 : 0x5A5A5A), accent(isDark ? 0x6EA0FF : 0x2463C6);
    QPalette palette(button, window);
    for (const auto group : {QPalette::Active, QPalette::Inactive, QPalette::Disabled}) {
        const QColor ink = group == QPalette::Disabled ? (isDark ? QColor(0x7C7C7C) : QColor(0x8C8C8C)) : text;
        palette.setColor(group, QPalette::Window, window);
        palette.setColor(group, QPalette::Base, field);
        palette.setColor(group, QPalette::AlternateBase, isDark ? QColor(0x2E2E2E) : QColor(0xFAFAFA));
        palette.setColor(group, QPalette::Button, button);
        palette.setColor(group, QPalette::ToolTipBase, isDark ? QColor(0x2E2E2E) : QColor(0xFFFFFF));
        palette.setColor(group, QPalette::ToolTipText, text);
        palette.setColor(group, QPalette::WindowText, ink);
        palette.setColor(group, QPalette::Text, ink);
        palette.setColor(group, QPalette::ButtonText, ink);
        palette.setColor(group, QPalette::PlaceholderText, muted);
        palette.setColor(group, QPalette::Highlight, accent);
        palette.setColor(group, QPalette::HighlightedText, isDark ? QColor(0x101010) : QColor(0xFFFFFF));
        palette.setColor(group, QPalette::Link, accent);
    }
    return palette;
}

}  // namespace

void applyTheme(QApplication &application, Theme theme) {
    static const QPalette kDesktop = application.palette();
    s_isDark = theme == Theme::Dark || (theme == Theme::System && kDesktop.color(QPalette::Window).lightness() < 128);
    application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    application.setPalette(makePalette(s_isDark));
    QPalette boxes = makePalette(s_isDark);   // Fusion's outlines vanish on dark grey, the boxes' ground must not
    boxes.setColor(QPalette::Base, s_isDark ? QColor(0x505050) : QColor(0xFFFFFF));
    QApplication::setPalette(boxes, "QCheckBox");
    QApplication::setPalette(boxes, "QRadioButton");
    const QString frame = s_isDark ? QStringLiteral("#5C5C5C") : QStringLiteral("#B8B8B8");
    application.setStyleSheet(
        QStringLiteral("QPushButton[primary=true] { background: %1; color: %2; border: 1px solid %1; border-radius: 3px; padding: 5px 14px; }"
                       "QPushButton[primary=true]:hover { background: %3; }"
                       "QPushButton[primary=true]:focus { border: 2px solid %4; padding: 4px 13px; }"
                       "QPushButton[primary=true]:disabled { background: %5; border-color: %5; color: %6; }"
                       "QLineEdit { border: 1px solid %7; border-radius: 2px; padding: 2px 3px; }"
                       "QLineEdit:focus { border: 2px solid %1; padding: 1px 2px; }"
                       "QComboBox QLineEdit, QAbstractSpinBox QLineEdit { border: none; padding: 0; }")
            .arg(accentColour().name(), s_isDark ? QStringLiteral("#101010") : QStringLiteral("#FFFFFF"), accentColour().lighter(112).name(),
                 application.palette().color(QPalette::WindowText).name(), hairlineColour().name(), mutedTextColour().name(), frame));
}

void applyTextSize(QApplication &application, int percent) {
    QFont font = application.font();
    font.setPointSizeF(font.pointSizeF() * percent / 100);
    application.setFont(font);
}

int scaledWidth(int pixels) {
    constexpr double kUsualPoints = 9;
    const double points = QApplication::font().pointSizeF();
    return points > kUsualPoints ? static_cast<int>(pixels * points / kUsualPoints) : pixels;
}

Theme themeFromName(const QString &name) {
    return name == QLatin1String("light") ? Theme::Light : (name == QLatin1String("dark") ? Theme::Dark : Theme::System);
}

QString themeName(Theme theme) {
    return theme == Theme::Light ? QStringLiteral("light") : (theme == Theme::Dark ? QStringLiteral("dark") : QStringLiteral("system"));
}

QColor surroundColour() { return QColor(0x777777); }
QColor changedColour() { return QColor(0xD1242F); }
QColor accentColour() { return QColor(s_isDark ? 0x6EA0FF : 0x2463C6); }
QColor mutedTextColour() { return QColor(s_isDark ? 0xA8A8A8 : 0x5A5A5A); }
QColor errorColour() { return QColor(s_isDark ? 0xFF8A80 : 0xB3261E); }
QColor hairlineColour() { return QColor(s_isDark ? 0x454545 : 0xD4D4D4); }

QIcon themedIcon(const QString &name) {
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    QByteArray svg = file.readAll();
    svg.replace("currentColor", QApplication::palette().color(QPalette::WindowText).name().toUtf8());
    QSvgRenderer renderer(svg);
    QPixmap pixmap(64, 64);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    return QIcon(pixmap);
}

}  // namespace metamer
