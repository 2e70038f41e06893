#include <cstdio>

#include <QApplication>
#include <QDir>
#include <QIcon>
#include <QSettings>
#include <QTimer>

#include "ui/bridge/lab_session.h"
#include "ui/main_window.h"
#include "ui/pages/start_page.h"
#include "ui/theme.h"

namespace {

void showOnlyOurMessages(QtMsgType type, const QMessageLogContext &, const QString &message) {
    if (type == QtCriticalMsg || type == QtFatalMsg) {
        std::fprintf(stderr, "metamer: %s\n", qPrintable(message));
    }
}

}  // namespace

int main(int argc, char **argv) {
    qInstallMessageHandler(showOnlyOurMessages);
    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("metamer"));
    QApplication::setApplicationName(QStringLiteral("metamer"));
    QApplication::setApplicationVersion(QStringLiteral(METAMER_VERSION));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/metamer.svg")));
    const QStringList arguments = QApplication::arguments();
    if (arguments.contains(QStringLiteral("--version"))) {
        std::printf("metamer %s\n", METAMER_VERSION);
        return 0;
    }
    metamer::applyTheme(application, metamer::themeFromName(QSettings().value(QStringLiteral("window/theme")).toString()));
    metamer::applyTextSize(application, QSettings().value(QStringLiteral("window/text_size"), 100).toInt());
    metamer::LabSession session;
    metamer::MainWindow window(session);
    window.show();
    QTimer::singleShot(0, &session, [&session, &window, arguments] {  // after the first paint
        if (arguments.size() > 1) {
            session.openStudy(QDir::current().absoluteFilePath(arguments[1]));
        } else if (metamer::StartPage::recentStudies().isEmpty()) {
            window.openDemo();   // the first start: something to look at and to label within seconds
        }
        session.loadCatalogue();
    });
    return QApplication::exec();
}
