// The web page of a bundle, gone through by key presses in a real headless browser (chromium and chromedriver), its result
// file imported and counted. Skips where there is no browser, or no jsPsych (packaging/jspsych).

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>

#include "core/lab/bundle.h"
#include "core/lab/report_study.h"
#include "tests/support/fixtures.h"
#include "tests/support/label_fixture.h"

using namespace metamer;
using namespace metamer::test;

namespace {

const QString kEnter = QStringLiteral("\uE007"), kBackspace = QStringLiteral("\uE003");

/// Serves a folder as any web host does.
class StaticHost {
public:
    explicit StaticHost(const QString &folder) {
        QObject::connect(&m_server, &QTcpServer::newConnection, [this, folder] {
            QTcpSocket *client = m_server.nextPendingConnection();
            QObject::connect(client, &QTcpSocket::readyRead, [client, folder] {
                const QString path = QString::fromUtf8(client->readAll().split(' ').value(1)).section('?', 0, 0);
                QFile file(folder + (path == "/" ? "/index.html" : path));
                const bool isThere = file.open(QIODevice::ReadOnly);
                const QByteArray body = isThere ? file.readAll() : QByteArray();
                const char *type = path.endsWith(".js") ? "text/javascript" : (path.endsWith(".css") ? "text/css" : (path.endsWith(".png") ? "image/png" : "text/html"));
                client->write(QByteArray("HTTP/1.1 ") + (isThere ? "200 OK" : "404 Not Found") + "\r\nContent-Type: " + type + "\r\nContent-Length: " +
                              QByteArray::number(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
                client->disconnectFromHost();
            });
        });
        m_server.listen(QHostAddress::LocalHost);
    }
    QString url() const { return QStringLiteral("http://127.0.0.1:%1/").arg(m_server.serverPort()); }

private:
    QTcpServer m_server;
};

/// A browser under the W3C WebDriver protocol.
class Browser {
public:
    Browser(const QString &downloads, const QString &profile) {
        QTcpServer port;
        port.listen(QHostAddress::LocalHost);
        m_url = QStringLiteral("http://127.0.0.1:%1").arg(port.serverPort());
        const QString number = QString::number(port.serverPort());
        port.close();
        m_driver.start(QStringLiteral("chromedriver"), {QStringLiteral("--port=") + number});
        m_driver.waitForStarted();
        const QJsonObject options{{"args", QJsonArray{"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,820", "--user-data-dir=" + profile}},
                                  {"prefs", QJsonObject{{"download.default_directory", downloads}, {"download.prompt_for_download", false}}}};
        const QJsonObject wanted{{"capabilities", QJsonObject{{"alwaysMatch", QJsonObject{{"goog:chromeOptions", options}}}}}};
        for (int i = 0; i < 40 && m_session.isEmpty(); ++i) {
            QTest::qWait(250);
            m_session = post("/session", wanted).toObject()["sessionId"].toString();
        }
    }
    ~Browser() {
        if (isOpen()) {
            QNetworkRequest request(QUrl(m_url + "/session/" + m_session));
            valueOf(m_network.deleteResource(request));
        }
        m_driver.terminate();
        m_driver.waitForFinished(5000);
    }

    bool isOpen() const { return !m_session.isEmpty(); }
    void open(const QString &url) { command("/url", {{"url", url}}); }
    QJsonValue run(const QString &script) { return command("/execute/sync", {{"script", script}, {"args", QJsonArray()}}); }

    void press(const QString &keys) {
        QJsonArray strokes;
        for (const QChar key : keys) {
            strokes << QJsonObject{{"type", "keyDown"}, {"value", QString(key)}} << QJsonObject{{"type", "keyUp"}, {"value", QString(key)}};
        }
        command("/actions", {{"actions", QJsonArray{QJsonObject{{"type", "key"}, {"id", "keyboard"}, {"actions", strokes}}}}});
    }

    /// What is in sight: a title of words, or "picture".
    QString inSight() {
        return run("const title = document.querySelector('.words h1'); const key = document.querySelector('.keys'); return title ? title.textContent : (key ? 'picture' : '')").toString();
    }

    bool waitFor(const QString &what) {
        return QTest::qWaitFor([&] { return inSight() == what; }, 10000);
    }

    QString status() { return run("const line = document.querySelector('.status'); return line ? line.textContent : ''").toString(); }

    /// A picture of the page, into the folder named by METAMER_PAGE_SHOTS.
    void shoot(const QString &name) {
        const QString folder = qEnvironmentVariable("METAMER_PAGE_SHOTS");
        if (!folder.isEmpty()) {
            QFile file(folder + "/" + name + ".png");
            const QByteArray png = valueOf(m_network.get(QNetworkRequest(QUrl(m_url + "/session/" + m_session + "/screenshot")))).toString().toLatin1();
            if (file.open(QIODevice::WriteOnly)) {
                file.write(QByteArray::fromBase64(png));
            }
        }
    }

private:
    static QJsonValue valueOf(QNetworkReply *reply) {
        while (!reply->isFinished()) {
            QTest::qWait(1);
        }
        const QJsonValue value = QJsonDocument::fromJson(reply->readAll()).object()["value"];
        reply->deleteLater();
        return value;
    }

    QJsonValue post(const QString &path, const QJsonObject &body) {
        QNetworkRequest request(QUrl(m_url + path));
        request.setHeader(QNetworkRequest::ContentTypeHeader, "application/json");
        return valueOf(m_network.post(request, QJsonDocument(body).toJson()));
    }

    QJsonValue command(const QString &path, const QJsonObject &body) { return post("/session/" + m_session + path, body); }

    QNetworkAccessManager m_network;
    QProcess m_driver;
    QString m_url, m_session;
};

QString jsPsychFolder() {
    const QString named = qEnvironmentVariable("METAMER_JSPSYCH");
    return named.isEmpty() ? QStringLiteral(METAMER_SOURCE_DIR "/build/jspsych") : named;
}

}  // namespace

class TestBundlePage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aListIsDoneInTheBrowserAndCounted() {
        if (QStandardPaths::findExecutable("chromedriver").isEmpty()) {
            QSKIP("there is no chromedriver: install chromium and chromium-driver to run this test");
        }
        if (!QFile::exists(jsPsychFolder() + "/jspsych.js")) {
            QSKIP("jsPsych is not there: packaging/jspsych fetches it");
        }
        Folder folder;
        makeLabelStudy(folder / "a.metamer", 30,
                       {{"presentation", "perturbed"}, {"order", "lists"}, {"examples-per-control", "1"}, {"gold", "2"}, {"practice", "2"}, {"repeats", "3"}, {"repeat-distance", "10"},
                        {"answers-per-item", "1"}, {"break-every", "10"}, {"confidence", "true"}, {"instructions", "Say what you see."}, {"consent", "You agree."}});
        StudyFile file = StudyFile::open(folder / "a.metamer");
        freezeStudy(file);
        writeBundle(file, folder / "page", jsPsychFolder().toStdString());
        const auto trials = ListTable(file).trials(ListTable(file).list(StudyTable(file).get().id)[1].id);
        const auto text = [&](const char *name) { return QString::fromStdString((folder / name).string()); };
        QDir().mkpath(text("downloads"));
        StaticHost host(text("page"));
        Browser browser(text("downloads"), text("profile"));
        QVERIFY2(browser.isOpen(), "the browser did not start");
        browser.open(host.url() + "?list=2");
        QVERIFY(browser.waitFor("Welcome"));
        browser.press("remote 1" + kEnter);
        QVERIFY(browser.waitFor("Consent"));
        browser.shoot("consent");
        browser.press(kEnter);
        QVERIFY(browser.waitFor("What to do"));
        browser.press(kEnter);
        QVERIFY(browser.waitFor("picture"));
        std::vector<int> typed;
        const auto answer = [&](int label) {
            browser.press(QString::number(label));
            // The pictures of confidence carry no status line.
            return QTest::qWaitFor([&] { return browser.inSight() == "picture" && browser.status().isEmpty(); }, 10000) && (browser.press("2"), true);
        };
        for (std::size_t i = 0; i < trials.size(); ++i) {
            for (QString sight = browser.inSight(); sight != "picture" || browser.status().isEmpty(); sight = browser.inSight()) {
                if (sight == "That was the practice" || sight == "Time for a break") {
                    browser.press(kEnter);
                }
                QTest::qWait(20);
            }
            QVERIFY2(browser.status().startsWith("practice") == (i < 2), qPrintable(QString("%1: %2").arg(i).arg(browser.status())));
            typed.push_back(static_cast<int>(i * 7 % 10));
            if (i == 5) {
                browser.shoot("picture");
            }
            QVERIFY2(answer(typed.back()), qPrintable(QString::number(i)));
            if (i == 8) {   // a slip, taken back
                QVERIFY(QTest::qWaitFor([&] { return !browser.status().isEmpty(); }, 10000));
                browser.press(kBackspace);
                QVERIFY(QTest::qWaitFor([&] { return browser.status().startsWith("6 of"); }, 10000));
                typed.back() = 9;
                QVERIFY(answer(9));
            }
            if (i == 15) {   // the browser is closed and the page opened again: it goes on
                QVERIFY(QTest::qWaitFor([&] { return !browser.status().isEmpty(); }, 10000));
                browser.open(host.url() + "?list=2");
                QVERIFY(browser.waitFor("Welcome"));
                browser.press("remote 1" + kEnter);
                QVERIFY(browser.waitFor("What to do"));
                browser.press(kEnter);
                QVERIFY(QTest::qWaitFor([&] { return browser.status().startsWith("14 of"); }, 10000));
            }
        }
        QVERIFY(browser.waitFor("Thank you"));
        browser.shoot("thanks");
        const QDir downloads(text("downloads"));
        QVERIFY(QTest::qWaitFor([&] { return !downloads.entryList({"metamer-list-2-*.json"}).isEmpty(); }, 10000));
        const QString result = downloads.filePath(downloads.entryList({"metamer-list-2-*.json"}).first());
        const BundleImportOutcome taken = importBundleResults(file, result.toStdString());
        QCOMPARE(taken.answers, static_cast<std::int64_t>(trials.size()) + 2);
        std::map<TrialId, int> standing;
        for (const auto &cast : standingAnswers(AnswerTable(file).list())) {
            standing[cast.answer.trialId] = labelOf(cast.answer);
            QVERIFY(cast.answer.confidence == 2 && cast.answer.responseMs > 0);
        }
        for (std::size_t i = 0; i < trials.size(); ++i) {
            QCOMPARE(standing.at(trials[i].id), typed[i]);
        }
        const StudyReport report = reportStudy(file, {});
        QVERIFY(report.annotators.at(0).name == "remote 1" && report.annotators[0].repeated == 3 && report.annotators[0].goldSeen == 2);
        QVERIFY(report.runs[0].labelled > 5);
        QCOMPARE(importBundleResults(file, result.toStdString()).answers, 0);
    }
};

QTEST_GUILESS_MAIN(TestBundlePage)
#include "test_bundle_page.moc"
