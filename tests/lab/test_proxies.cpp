#include "core/base/json.h"
#include "core/data/file_bytes.h"
#include "core/lab/attack_run.h"
#include "core/lab/create_study.h"
#include "core/lab/export_study.h"
#include "core/lab/inspect_example.h"
#include "core/lab/models.h"
#include "core/lab/proxies.h"
#include "core/lab/report_study.h"
#include "core/lab/train_model.h"
#include "core/lab/verify_study.h"
#include "tests/support/fixtures.h"
#include "tests/support/small_digits.h"

using namespace metamer;
using namespace metamer::test;

namespace {

constexpr ProxyTraining kQuick{60, 1, 0};

AttackRunRequest semanticRun(const std::string &eps, std::int64_t count) {
    AttackRunRequest request;
    request.attack = "linf-semantic";
    request.eps = eps;
    request.count = count;
    request.device = "cpu";
    return request;
}

}  // namespace

class TestProxies : public QObject {
    Q_OBJECT

    Folder m_folder;

    StudyFile newStudy(const std::string &name) { return createStudy(m_folder / name, writeSmallDigits(m_folder), {}); }
    static LoadedDataset dataOf(StudyFile &file) { return reloadDataset(DatasetTable(file).get()); }

private Q_SLOTS:
    void initTestCase() { qputenv("XDG_CACHE_HOME", QByteArray::fromStdString((m_folder / "cache").string())); }

    void areTrainedOnceForADataset() {
        StudyFile first = newStudy("a.metamer"), second = newStudy("b.metamer");
        DirectGate gate(first), other(second);
        int trained = 0;
        JobContext job;
        job.progress = [&](const Progress &progress) { trained += progress.done == progress.total; };
        const auto made = ensureProxies(gate, dataOf(first), "cpu", kQuick, job);
        QVERIFY(made.areComplete());
        QCOMPARE(trained, 2);
        QCOMPARE(ProxyTable(first).list().size(), std::size_t(2));
        const auto again = ensureProxies(gate, dataOf(first), "cpu", {}, job), shared = ensureProxies(other, dataOf(second), "cpu", kQuick, job);
        QCOMPARE(trained, 2);   // from the study file, and from the cache
        QCOMPARE(shared.selector->hash(), made.selector->hash());
        QCOMPARE(again.evaluator->hash(), made.evaluator->hash());
        QVERIFY(made.selector->hash() != made.evaluator->hash());
        // A cache file that was cut short is no cache.
        for (const auto &entry : std::filesystem::directory_iterator(m_folder / "cache" / "metamer" / "proxies")) {
            std::filesystem::resize_file(entry.path(), std::filesystem::file_size(entry.path()) / 2);
        }
        StudyFile third = newStudy("c.metamer");
        DirectGate thirdGate(third);
        QCOMPARE(ensureProxies(thirdGate, dataOf(third), "cpu", kQuick, job).selector->hash(), made.selector->hash());
        QCOMPARE(trained, 4);
    }

    void stoppedTrainingLeavesNothing() {
        StudyFile file = newStudy("stopped.metamer");
        DirectGate gate(file);
        JobContext job;
        job.stop.requestStop();
        QVERIFY(!ensureProxies(gate, dataOf(file), "cpu", {50000, 1, 5}, job).areComplete());
        QVERIFY(ProxyTable(file).list().empty());
    }

    void runKeepsScoresAndAttempts() {
        StudyFile file = newStudy("run.metamer");
        DirectGate gate(file);
        QVERIFY(ensureProxies(gate, dataOf(file), "cpu", kQuick, {}).areComplete());
        const auto outcome = runAttack(gate, semanticRun("0.4", 4), {}, [](const Example &) {});
        QCOMPARE(outcome.run.targets, std::string("any"));
        QCOMPARE(outcome.found + outcome.attempts, 4);
        const auto examples = ExampleTable(file).ofRun(outcome.run.id);
        QCOMPARE(ProxyScoreTable(file).ofRun(outcome.run.id).size(), std::size_t(8));   // both, on examples and attempts
        for (const auto &example : examples) {
            const InspectedExample found = inspectExample(file, example.id);
            QCOMPARE(found.proxies.size(), std::size_t(2));
            QCOMPARE(found.proxies[0].role, std::string("selector"));
            QVERIFY(example.outcome != ExampleOutcome::Found || found.proxies[0].label == *example.targetClass);
            QVERIFY(!Json::parse(example.detailsJson).value("style", "").empty());
        }
        const auto report = reportStudy(file, {});
        QCOMPARE(report.proxies.size(), std::size_t(outcome.found > 0 ? 2 : 0));
        QCOMPARE(report.proxies[0].read, outcome.found);
        QCOMPARE(report.proxies[0].target, outcome.found);   // what the selector chose it reads as the target
        QVERIFY(verifyStudy(gate).isOk());
        // A hopeless budget: attempts with their nearest candidate and a reason, no item for annotators.
        const auto hopeless = runAttack(gate, semanticRun("1/255", 3), {}, [](const Example &) {});
        QCOMPARE(hopeless.found, 0);
        for (const auto &attempt : ExampleTable(file).ofRun(hopeless.run.id)) {
            QVERIFY(!attempt.pixels.empty() && says(Error(ErrorCode::Internal, Json::parse(attempt.detailsJson).at("why").get<std::string>()), "selector"));
            QVERIFY(Json::parse(attempt.detailsJson).contains("enough"));
        }
        QCOMPARE(ExampleTable(file).idsOfRun(hopeless.run.id).size(), std::size_t(0));
        QCOMPARE(ExampleTable(file).picturesOfRun(hopeless.run.id).size(), std::size_t(3));
        exportStudy(file, "contact-sheet", m_folder / "sheet.png", {});
        QVERIFY(std::filesystem::file_size(m_folder / "sheet.png") > 1000);
    }

    void runForAModelIsMarked() {
        StudyFile file = newStudy("model.metamer");
        DirectGate gate(file);
        trainModel(gate, {"m", "natural", {{"epochs", "2"}}, 0, "cpu"}, {});
        QVERIFY(ensureProxies(gate, dataOf(file), "cpu", kQuick, {}).areComplete());
        AttackRunRequest request = semanticRun("0.4", 4);
        request.modelName = "m";
        const auto outcome = runAttack(gate, request, {}, [](const Example &) {});
        for (const auto &example : ExampleTable(file).ofRun(outcome.run.id)) {
            const Json details = Json::parse(example.detailsJson);
            const int label = SourceImageTable(file).find(example.sourceId)->label;
            QCOMPARE(example.outcome == ExampleOutcome::Found && details.at("model_answer") != label, false);
            QVERIFY(example.outcome == ExampleOutcome::Found || details.contains("why"));
        }
        runAttack(gate, semanticRun("0.4", 2), {}, [](const Example &) {});
        const auto report = reportStudy(file, {});
        QCOMPARE(report.models.size(), std::size_t(2));
        QVERIFY(report.models[0].isChosenFor && !report.models[1].isChosenFor);
    }

    void importsAreReadWhenAsked() {
        StudyFile file = newStudy("score.metamer");
        DirectGate gate(file);
        AttackRunRequest nearest;
        nearest.count = 3;
        nearest.device = "cpu";
        runAttack(gate, nearest, {}, [](const Example &) {});
        QVERIFY(reportStudy(file, {}).proxies.empty());
        const auto proxies = ensureProxies(gate, dataOf(file), "cpu", kQuick, {});
        QCOMPARE(scoreRuns(gate, proxies, {}, {}).at(0).scored, 3);
        QCOMPARE(scoreRuns(gate, proxies, {}, {}).at(0).scored, 0);   // once
        QCOMPARE(reportStudy(file, {}).proxies.size(), std::size_t(2));
    }
};

QTEST_GUILESS_MAIN(TestProxies)
#include "test_proxies.moc"
