#include "core/report/html_report.h"
#include "core/report/report_table.h"
#include "core/report/run_report.h"
#include "tests/support/fixtures.h"

using namespace metamer;

class TestRunReport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wilsonKnownValues() {
        const Interval interval = wilsonInterval(21, 100);
        QVERIFY(std::abs(interval.low - 0.1417) < 1e-4 && std::abs(interval.high - 0.2998) < 1e-4);
        QVERIFY(wilsonInterval(0, 10).low == 0 && std::abs(wilsonInterval(0, 10).high - 0.2775) < 1e-4);
        QCOMPARE(wilsonInterval(0, 0).high, 1.0);
    }

    void lastFourSumToLabelled() {
        const AnnotatorId a{1}, b{2};
        const auto example = [](int label, VotesOfItem votes) { return ReportedExample{ExampleOutcome::Found, label, {}, std::move(votes)}; };
        const std::vector<ReportedExample> examples = {
            example(7, {{a, 9}, {b, 9}}), example(7, {{a, 7}}), example(3, {{a, kNotAClass}}), example(3, {{a, 3}, {b, 8}}),
            example(3, {{a, kUnsure}}), example(5, {}), {ExampleOutcome::Attempt, 5, {}, {}}};
        const RunReport report = reportRun("r", 7, examples);
        QCOMPARE(report.examples, 6);
        QCOMPARE(report.labelled, 5);
        QCOMPARE(report.changed, 1);
        QCOMPARE(report.kept, 1);
        QCOMPARE(report.notAClass, 1);
        QCOMPARE(report.noConsensus, 2);
        QCOMPARE(report.raters, 2);
        QCOMPARE(*report.successRate, 0.2);
        QCOMPARE(*report.votesPerItem, 6.0 / 5);
    }

    void verdictsOfAModel() {
        QVERIFY(modelVerdict(7, 7, 9) == ModelVerdict::Kept);
        QVERIFY(modelVerdict(7, 9, 9) == ModelVerdict::FollowedPeople);
        QVERIFY(modelVerdict(7, 2, 9) == ModelVerdict::WentElsewhere);
        QVERIFY(modelVerdict(7, 2, std::nullopt) == ModelVerdict::WentElsewhere);
    }

    void invarianceSuccessNeedsAllThree() {
        const AnnotatorId a{1};
        const std::vector<ReportedExample> examples(4, {ExampleOutcome::Found, 7, {}, {{a, 9}}});
        // right and kept; right and followed; wrong from the start; nothing computed
        const ReportedModel model{"m", {7, 7, 2, std::nullopt}, {7, 9, 2, std::nullopt}, {}};
        const ModelReport report = reportModel("r", model, examples);
        QCOMPARE(*report.invarianceSuccesses, 1);
        QCOMPARE(*report.agreement, 1.0 / 3);
        QCOMPARE(*report.predictionKept, 2.0 / 3);
        QVERIFY(!report.certifiedShare);
        QVERIFY(!reportModel("r", {"m", std::vector<std::optional<int>>(4), std::vector<std::optional<int>>(4), {}}, examples).predictionKept);
    }

    void certificatesAndProxiesAreCountedApart() {
        std::vector<ReportedExample> examples(4);
        for (auto &example : examples) {
            example.sourceLabel = 7;
        }
        examples[0].evaluatorLabel = 2;    // changed by the proxy, kept, certified
        examples[1].evaluatorLabel = 2;    // changed by the proxy, kept, unknown
        examples[2].evaluatorLabel = 7;    // not changed
        examples[3].evaluatorLabel = 2;    // the model is wrong on the source
        const ReportedModel model{"m", {7, 7, 7, 1}, {7, 7, 7, 1}, {true, false, true, std::nullopt}};
        const ModelReport report = reportModel("r", model, examples);
        QCOMPARE(*report.certifiedShare, 2.0 / 3);
        QCOMPARE(*report.certifiedInvariance, 0);   // nobody has labelled anything
        QCOMPARE(report.proxyChanged, 2);
        QCOMPARE(report.proxyKept, 2);
        QCOMPARE(report.proxyKeptCertified, 1);
        QVERIFY(!reportModel("r", {"m", {7, 7, 7, 1}, {7, 7, 7, 1}, {}}, examples).certifiedShare);
    }

    void tablesAreTheSameNumbersEverywhere() {
        RunReport run;
        run.name = "eps_0.4 & \"more\", <b>";
        run.attempted = 100;
        run.examples = 90;
        run.labelled = 80;
        run.changed = 20;
        run.kept = 60;
        run.successRate = 0.25;
        run.successInterval = wilsonInterval(20, 80);
        ModelReport model{run.name, "nat", 0.5, std::nullopt, 1.0, std::nullopt, 7};
        run.measure = "perturbed";
        run.rates.byConsensus.interval = Interval{0.15, 0.36};
        ReportContent content;
        content.runs = {run};
        content.models = {model};
        const auto tables = reportTables(content);
        for (const auto &table : tables) {
            for (const auto &row : table.rows) {
                QCOMPARE(row.size(), table.columns.size());
            }
        }
        const std::vector<std::string> &people = tables[0].rows[0];
        QVERIFY((std::vector<std::string>(people.begin() + 1, people.begin() + 12) ==
                 std::vector<std::string>{"perturbed alone", "100", "90", "80", "20", "60", "0", "0", "25.0", "15.0 to 36.0", "16.8 to 35.5"}));
        const ReportTable &models = tables[3];
        QVERIFY((models.rows[0] == std::vector<std::string>{run.name, "nat", "50.0", "-", "100.0", "-", "7", "-"}));
        QVERIFY(toCsv(tables[0]).find("\r\n\"eps_0.4 & \"\"more\"\", <b>\",perturbed alone,100,90") != std::string::npos);
        QVERIFY(toLatex(models).find("eps\\_0.4 \\& \"more\", <b> & nat & 50.0 & - & 100.0") != std::string::npos);
        const std::string html = htmlReport({"a<b.metamer", "digits", "everyone", "1", "now", "Count <all>.", {"Departure: 1 < 2."}}, content);
        QVERIFY(html.find("Departure: 1 &lt; 2.") != std::string::npos);
        QVERIFY(html.find("<b>") == std::string::npos && html.find("a&lt;b.metamer") != std::string::npos);
        QVERIFY(html.find("Count &lt;all&gt;.") != std::string::npos);
        QVERIFY(html.find("16.8 to 35.5") != std::string::npos);
        QVERIFY(html.find("http") == std::string::npos);   // nothing is fetched from anywhere
    }
};

QTEST_GUILESS_MAIN(TestRunReport)
#include "test_run_report.moc"
