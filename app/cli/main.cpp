#include <QCoreApplication>
#include <QLoggingCategory>

#include "app/cli/cli.h"

int main(int argc, char **argv) {
    qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &) {});  // standard error is for our one line
    const QCoreApplication application(argc, argv);
    metamer::cli::CommandLine line;
    metamer::cli::addDatasetCommands(line);
    metamer::cli::addStudyCommands(line);
    metamer::cli::addModelImportCommands(line, metamer::cli::addModelCommands(line));
    metamer::cli::addAttackCommands(line);
    metamer::cli::addExampleCommands(line);
    metamer::cli::addLabellingCommands(line);
    metamer::cli::addProxyCommands(line);
    metamer::cli::addReportCommands(line);
    return line.run(argc, argv);
}
