// The real metamer-cli as outside scripts call it: exit status, one JSON object, one line of error.

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

namespace {

struct Answer {
    int status;
    QByteArray output, errors;
    QJsonObject json() const { return QJsonDocument::fromJson(output).object(); }
};

}  // namespace

class TestCommandLine : public QObject {
    Q_OBJECT

private:
    Answer call(const QStringList &arguments) {
        QProcess process;
        process.setWorkingDirectory(m_folder.path());
        process.start(QCoreApplication::applicationDirPath() + QStringLiteral("/metamer-cli"), arguments);
        process.waitForFinished(120000);
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }

    bool failsWith(const QStringList &arguments, int status, const char *part) {
        const Answer answer = call(arguments);
        const bool isOneLine = answer.errors.count('\n') == 1 && answer.errors.endsWith('\n');
        const bool ok = answer.status == status && isOneLine && answer.errors.contains(part) && answer.output.isEmpty();
        if (!ok) {
            qWarning() << arguments << answer.status << answer.errors << answer.output;
        }
        return ok;
    }

    QTemporaryDir m_folder;

private Q_SLOTS:
    void theMainJobEndToEnd() {
        QCOMPARE(call({"study", "create", "s t.metamer", "--dataset", "builtin:digits"}).status, 0);
        QVERIFY(failsWith({"study", "create", "s t.metamer", "--dataset", "builtin:digits"}, 1, "exists already"));
        const Answer trained = call({"model", "train", "s t.metamer", "--name", "m", "--epochs", "1", "--json"});
        QVERIFY(trained.json()["clean_accuracy"].toDouble() > 0.9);
        QVERIFY(trained.errors.isEmpty());
        const Answer run = call({"attack", "run", "s t.metamer", "--attack", "linf-nearest", "--norm", "linf", "--eps", "0.4", "--count", "5", "--rotation-steps", "3", "--json"});
        QCOMPARE(run.json()["examples"].toInt(), 5);
        QCOMPARE(run.json()["grey_levels"].toInt(), 102);
        QFile votes(m_folder.filePath("votes.csv"));
        QVERIFY(votes.open(QIODevice::WriteOnly));
        votes.write("task,worker,label\n0,a,3\n0,b,3\n1,a,not_a_class\n1,b,4\n2,a,unsure\n");
        votes.close();
        QCOMPARE(call({"label", "import", "s t.metamer", "--run", "linf-nearest-linf-0.4", "--votes", "votes.csv", "--json"}).json()["raters"].toInt(), 2);
        const QJsonObject report = call({"report", "s t.metamer", "--json"}).json();
        const QJsonObject counted = report["runs"].toArray()[0].toObject();
        QCOMPARE(counted["labelled"].toInt(), 3);
        QCOMPARE(counted["changed"].toInt() + counted["kept"].toInt() + counted["not_a_class"].toInt() + counted["no_consensus"].toInt(), 3);
        QVERIFY(counted["norms"].toObject()["linf"].toObject()["max"].toDouble() <= 0.4);
        QVERIFY(report["models"].toArray()[0].toObject()["certified_share"].isNull());
        for (const QString format : {"npz", "csv", "contact-sheet"}) {
            const Answer exported = call({"export", "s t.metamer", "--format", format, "--out", "out-" + format, "--json"});
            QCOMPARE(exported.json()["examples"].toInt(), 5);
            QVERIFY(QFileInfo(m_folder.filePath("out-" + format)).size() > 100);
        }
        QCOMPARE(call({"verify", "s t.metamer"}).status, 0);
        QCOMPARE(call({"study", "info", "s t.metamer", "--json"}).json()["answers"].toInt(), 5);
        QCOMPARE(call({"model", "evaluate", "s t.metamer", "--model", "m", "--count", "50", "--json"}).json()["images"].toInt(), 50);
        QCOMPARE(call({"model", "list", "s t.metamer", "--json"}).json()["models"].toArray().size(), 1);
    }

    void wrongUsageIsStatusTwo() {
        QVERIFY(failsWith({}, 2, "--help"));
        QVERIFY(failsWith({"fly"}, 2, "--help"));
        QVERIFY(failsWith({"study", "create", "x.metamer"}, 2, "--dataset"));
        QVERIFY(failsWith({"study", "create", "x.metamer", "--dataset", "imagenet"}, 2, "imagenet"));
        QCOMPARE(call({"study", "create", "u.metamer", "--dataset", "builtin:digits"}).status, 0);
        QVERIFY(failsWith({"attack", "run", "u.metamer", "--attack", "linf-nearest", "--eps", "-1"}, 2, "eps"));
        QVERIFY(failsWith({"attack", "run", "u.metamer", "--attack", "linf-nearest", "--eps", "nan"}, 2, "eps"));
        QVERIFY(failsWith({"attack", "run", "u.metamer", "--attack", "linf-nearest", "--eps", "2"}, 2, "over 1"));
        QVERIFY(failsWith({"attack", "run", "u.metamer", "--attack", "linf-nearest", "--norm", "l0", "--eps", "5"}, 2, "l0"));
        QVERIFY(failsWith({"attack", "run", "u.metamer", "--attack", "linf-nearest", "--wings", "2"}, 2, "wings"));
        QVERIFY(failsWith({"export", "u.metamer", "--format", "jpeg", "--out", "x"}, 2, "jpeg"));
    }

    void failureIsStatusOneAndLeavesNothing() {
        QVERIFY(failsWith({"study", "info", "absent.metamer"}, 1, "does not exist"));
        QVERIFY(failsWith({"study", "create", "y.metamer", "--dataset", "idx:" + m_folder.path()}, 1, "the four IDX files"));
        QVERIFY(!QFileInfo::exists(m_folder.filePath("y.metamer")));
        QVERIFY(failsWith({"study", "create", "no/such/z.metamer", "--dataset", "builtin:digits"}, 1, "not a folder"));
    }

    void helpAndVersionAreStatusZero() {
        for (const QStringList &arguments : {QStringList{"--version"}, {"--help"}, {"attack", "run", "--help"}, {"doctor", "--help"}}) {
            const Answer answer = call(arguments);
            QCOMPARE(answer.status, 0);
            QVERIFY(!answer.output.isEmpty() && answer.errors.isEmpty());
        }
    }

    void doctorAndAttackListSpeakJson() {
        QVERIFY(call({"doctor", "--json"}).json()["matrix_gflops"].toDouble() > 0);
        QCOMPARE(call({"attack", "list", "--json"}).json()["attacks"].toArray()[0].toObject()["name"].toString(), QStringLiteral("linf-nearest"));
    }
};

QTEST_GUILESS_MAIN(TestCommandLine)
#include "test_command_line.moc"
