// model import, trust and export as outside scripts call them.

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QtTest>

#include "tests/support/small_digits.h"

namespace {

struct Answer {
    int status;
    QByteArray output, errors;
    QJsonObject json() const { return QJsonDocument::fromJson(output).object(); }
};

const QString kStudy = QStringLiteral("s.metamer");

/// A program that speaks the protocol in shell: ten classes, no gradients, whose answer to every image is ten zeros. A
/// question's header is 12 bytes; of its body only the count is looked at.
const char *kZeros = R"SH(printf 'HELO\014\0\0\0\0\0\0\0\001\0\0\0\012\0\0\0\0\0\0\0'
while [ -n "$(head -c 12 | tr -d '\0')" ]; do
  n=$(head -c 4 | od -An -tu4 | tr -d ' '); head -c $((12 + n * 3136)) >/dev/null; b=$((n * 40))
  printf 'LOGI'; printf "\\$(printf %03o $((b % 256)))\\$(printf %03o $((b / 256)))"; head -c 6 /dev/zero; head -c $b /dev/zero
done
)SH";

}  // namespace

class TestImportCommandLine : public QObject {
    Q_OBJECT

private:
    QString pathOf(const QString &name) const { return QString::fromStdString((m_folder / name.toStdString()).string()); }

    Answer call(const QStringList &arguments, const QString &dataHome = QStringLiteral("data")) {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("XDG_DATA_HOME"), pathOf(dataHome));
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(pathOf(QString()));
        process.start(QCoreApplication::applicationDirPath() + QStringLiteral("/metamer-cli"), arguments);
        process.waitForFinished(120000);
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }

    void write(const QString &name, const QByteArray &bytes) {
        QFile file(pathOf(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }

    bool failsWith(const QStringList &options, int status, const char *part) {
        const Answer answer = call(QStringList{"model", "import", kStudy, "--name", "bad"} + options);
        const bool isOneLine = answer.errors.count('\n') == 1 && answer.errors.endsWith('\n');
        const bool ok = answer.status == status && isOneLine && answer.errors.contains(part) && answer.output.isEmpty();
        if (!ok) {
            qWarning() << options << answer.status << answer.errors << answer.output;
        }
        return ok;
    }

    metamer::test::Folder m_folder;

private Q_SLOTS:
    void initTestCase() {
        const std::string spec = metamer::test::writeSmallDigits(m_folder);
        QCOMPARE(call({"study", "create", kStudy, "--dataset", QString::fromStdString(spec)}).status, 0);
    }

    void badFilesEachGiveTheirLine_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("empty") << QByteArray("") << QByteArray("bad.pt is empty");
        QTest::newRow("cut") << QByteArray("PK\x03\x04 and no end") << QByteArray("bad.pt is cut short or damaged");
        QTest::newRow("legacy") << QByteArray("\x80\x02" "ccollections\nOrderedDict\nq.") << QByteArray("in Python: model = YourNet(); model.load_state_dict(torch.load('bad.pt'));");
        QTest::newRow("module") << QByteArray("\x80\x02" "cnets\nLeNet\nq.") << QByteArray("class LeNet of nets");
        QTest::newRow("safetensors") << QByteArray("\x08\0\0\0\0\0\0\0{\"a\":{}}", 16) << QByteArray("safetensors");
        QTest::newRow("words") << QByteArray("hello") << QByteArray("neither TorchScript nor ONNX");
        QTest::newRow("onnx") << QByteArray("\x08\x07\x3a\x7f\x01") << QByteArray("bad.pt: the file is cut short, or no ONNX at all");
    }

    void badFilesEachGiveTheirLine() {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, words);
        write("bad.pt", bytes);
        QVERIFY(failsWith({"--file", "bad.pt"}, 1, words.constData()));
    }

    void wrongUsageIsStatusTwo() {
        write("bad.pt", "hello");
        QVERIFY(failsWith({}, 2, "--file and --command"));
        QVERIFY(failsWith({"--file", "bad.pt", "--command", "true"}, 2, "--file and --command"));
        QVERIFY(failsWith({"--command", "true", "--mean", "0", "--std", "1"}, 2, "are for files"));
        QVERIFY(failsWith({"--file", "bad.pt", "--mean", "many", "--std", "1"}, 2, "'many' is not a number"));
        QVERIFY(failsWith({"--file", "absent.pt"}, 1, "does not exist"));
        QVERIFY(failsWith({"--file", "."}, 1, "is a folder"));
        QVERIFY(failsWith({"--command", "echo boom >&2; exit 4"}, 1, "died (exit status 4): boom"));
        QVERIFY(call({"model", "list", kStudy, "--json"}).json()["models"].toArray().isEmpty());
    }

    void aModelGoesOutAndComesBack() {
        QCOMPARE(call({"model", "train", kStudy, "--name", "native", "--epochs", "1", "--batch-size", "300"}).status, 0);
        QCOMPARE(call({"model", "export", kStudy, "--name", "native", "--out", "native.pt", "--json"}).json()["card"].toString(), QStringLiteral("native.md"));
        const QJsonObject back = call({"model", "import", kStudy, "--name", "back", "--file", "native.pt", "--json"}).json();
        QCOMPARE(back["architecture"].toString(), QStringLiteral("torchscript"));
        const QJsonArray models = call({"model", "list", kStudy, "--json"}).json()["models"].toArray();
        QCOMPARE(models[0].toObject()["name"].toString(), QStringLiteral("back"));
        QCOMPARE(back["clean_accuracy"], models[1].toObject()["clean_accuracy"]);
        QCOMPARE(back["checks"].toObject()["images"].toInt(), 200);
        QVERIFY(failsWith({"--file", "native.pt", "--mean", "0.5"}, 2, "both are needed"));
    }

    void aProgramIsAskedAndTrusted() {
        write("zeros.sh", kZeros);
        const QJsonObject zeros = call({"model", "import", kStudy, "--name", "zeros", "--command", "sh zeros.sh", "--json"}).json();
        QCOMPARE(zeros["architecture"].toString(), QStringLiteral("command"));
        QCOMPARE(zeros["checks"].toObject()["gradients"].toBool(true), false);
        QCOMPARE(call({"attack", "run", kStudy, "--attack", "linf-nearest", "--eps", "0.3", "--count", "2", "--rotation-steps", "1", "--json"}).json()["models_not_asked"].toArray().size(), 0);
        const Answer refused = call({"model", "evaluate", kStudy, "--model", "zeros"}, "elsewhere");
        QCOMPARE(refused.status, 1);
        QVERIFY(refused.errors.count('\n') == 1 && refused.errors.contains("model trust") && refused.errors.contains("the command 'sh zeros.sh'"));
        const Answer notForIt = call({"attack", "run", kStudy, "--attack", "linf-nearest", "--name", "for-it", "--model", "zeros"}, "elsewhere");
        QVERIFY(notForIt.status == 1 && notForIt.errors.contains("model trust"));
        QCOMPARE(call({"study", "info", kStudy, "--json"}).json()["runs"].toArray().size(), 1);   // nothing was written for it
        const QJsonObject verified = call({"verify", kStudy, "--json"}, "elsewhere").json();
        QVERIFY(verified["ok"].toBool() && verified["not_compared"].toInt() > 0 && !verified["models_not_asked"].toArray().isEmpty());
        QCOMPARE(call({"model", "trust", kStudy, "--model", "zeros", "--dry-run", "--json"}, "elsewhere").json()["trusted"].toBool(true), false);
        const QJsonObject trusted = call({"model", "trust", kStudy, "--model", "zeros", "--json"}, "elsewhere").json();
        QVERIFY(trusted["trusted"].toBool() && trusted["models_not_asked"].toArray().isEmpty());
        QCOMPARE(call({"model", "evaluate", kStudy, "--model", "zeros", "--count", "150"}, "elsewhere").status, 0);
        QCOMPARE(call({"verify", kStudy}).status, 0);
    }
};

QTEST_GUILESS_MAIN(TestImportCommandLine)
#include "test_import_command_line.moc"
