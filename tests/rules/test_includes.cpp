// Who may include whom, as docs/architecture.md says; and no torch, OpenCV or Qt in a public header of the core.

#include <map>
#include <set>

#include <QDirIterator>
#include <QRegularExpression>
#include <QtTest>

namespace {

using Rooms = std::set<QString>;

const std::map<QString, Rooms> &allowedRooms() {
    static const std::map<QString, Rooms> kAllowed = {
        {"core/base", {}},
        {"core/image", {"core/base"}},
        {"core/data", {"core/base", "core/image"}},
        {"core/model", {"core/base", "core/image", "core/data"}},
        {"core/attack", {"core/base", "core/image", "core/data", "core/model"}},
        {"core/study", {"core/base"}},
        {"core/report", {"core/base", "core/study"}},
        {"core/exchange", {"core/base", "core/image", "core/data", "core/study"}},
        {"core/store", {"core/base"}},
        {"core/lab", {"core/base", "core/image", "core/data", "core/model", "core/attack", "core/study", "core/report", "core/exchange", "core/store"}},
    };
    return kAllowed;
}

QString roomOf(const QString &path) { return path.section(QLatin1Char('/'), 0, 1); }

QStringList includesOf(const QString &file) {
    QFile source(file);
    if (!source.open(QIODevice::ReadOnly)) {
        qFatal("cannot read %s", qPrintable(file));
    }
    static const QRegularExpression kInclude(QStringLiteral("^#include *[<\"]([^>\"]+)[>\"]"), QRegularExpression::MultilineOption);
    QStringList includes;
    for (const auto &match : kInclude.globalMatch(QString::fromUtf8(source.readAll()))) {
        includes << match.captured(1);
    }
    return includes;
}

QStringList sourcesBelow(const QString &folder) {
    QStringList files;
    QDirIterator it(QStringLiteral(METAMER_SOURCE_DIR "/") + folder, {QStringLiteral("*.h"), QStringLiteral("*.cpp")}, QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext()) {
        files << it.next();
    }
    return files;
}

}  // namespace

class TestIncludes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roomsIncludeOnlyWhatTheyMay() {
        const QStringList files = sourcesBelow(QStringLiteral("core"));
        QVERIFY(files.size() > 60);
        for (const auto &file : files) {
            const QString room = roomOf(file.mid(qsizetype(sizeof(METAMER_SOURCE_DIR))));
            QVERIFY2(allowedRooms().contains(room), qPrintable(file + " lies in no known room"));
            for (const auto &include : includesOf(file)) {
                const bool isOurs = include.startsWith(QLatin1String("core/")) || include.startsWith(QLatin1String("ui/")) || include.startsWith(QLatin1String("app/"));
                const QString other = roomOf(include);
                QVERIFY2(!isOurs || other == room || allowedRooms().at(room).contains(other), qPrintable(file + " includes " + include));
            }
        }
    }

    void publicHeadersAreFreeOfLibraries() {
        const QStringList privateHeaders = {"sql.h", "network.h", "network_classifier.h", "bounds.h", "pgd.h", "donor_search.h", "torch_compat.h", "torch_errors.h", "tensors.h", "trainer.h", "export_torchscript.h",
                                            "components.h", "parallel.h", "augment.h", "generative.h", "networks.h", "donor_index.h", "donor_placer.h", "figure_attack.h"};
        static const QRegularExpression kLibrary(QStringLiteral("^(torch|ATen|c10|opencv2)/|^Q[A-Z]"));
        for (const auto &file : sourcesBelow(QStringLiteral("core"))) {
            if (!file.endsWith(QLatin1String(".h")) || privateHeaders.contains(QFileInfo(file).fileName())) {
                continue;
            }
            for (const auto &include : includesOf(file)) {
                QVERIFY2(!kLibrary.match(include).hasMatch(), qPrintable(file + " includes " + include));
            }
        }
    }

    void onlyStoreSpeaksQtAndBridgeSpeaksNoWidgets() {
        static const QRegularExpression kQt(QStringLiteral("^Q[A-Z]"));
        for (const auto &file : sourcesBelow(QStringLiteral("core"))) {
            for (const auto &include : includesOf(file)) {
                QVERIFY2(file.contains(QLatin1String("/core/store/")) || !kQt.match(include).hasMatch(), qPrintable(file + " includes " + include));
            }
        }
        for (const auto &file : sourcesBelow(QStringLiteral("ui/bridge"))) {
            for (const auto &include : includesOf(file)) {
                QVERIFY2(!include.contains(QLatin1String("Widget")) && !include.startsWith(QLatin1String("ui/views")), qPrintable(file + " includes " + include));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestIncludes)
#include "test_includes.moc"
