// metamer-bench WHAT ...: figures for docs/performance.md, as ratios against a baseline of the same run. Not a test.

#include <cstdio>

#include <QApplication>
#include <QStandardPaths>

#include "tests/bench/bench.h"

int main(int argc, char **argv) {
    QApplication application(argc, argv);
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("metamer-bench"));
    const QStringList arguments = QCoreApplication::arguments().mid(1);
    if (arguments.value(0) == QLatin1String("labelling")) {
        return metamer::bench::measureLabelling(arguments.mid(1));
    }
    if (arguments.value(0) == QLatin1String("search")) {
        return metamer::bench::measureSearch(arguments.mid(1));
    }
    std::fprintf(stderr, "usage: metamer-bench labelling [ANSWERS [FOLDER]]   (FOLDER: on the disk to measure)\n"
                         "       metamer-bench search [SECONDS]               (of the random search that l0-transform is set against)\n");
    return 2;
}
