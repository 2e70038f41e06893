#include "core/base/json.h"
#include "core/lab/attack_run.h"
#include "core/lab/create_study.h"
#include "core/lab/keep_example.h"
#include "core/lab/models.h"
#include "core/lab/report_study.h"
#include "core/lab/train_model.h"
#include "core/lab/verify_study.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

const ExampleHandler kIgnore = [](const Example &) {};

AttackRunRequest smallRun(std::int64_t count) {
    AttackRunRequest request;
    request.count = count;
    request.device = "cpu";
    request.seed = 3;
    return request;
}

std::vector<Example> examplesOf(StudyFile &file, const std::string &run) { return ExampleTable(file).ofRun(RunTable(file).find(run)->id); }

}  // namespace

class TestAttackRun : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void smallCnnPasses98OnTheDigits() {
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", "builtin:digits", {});
        DirectGate gate(file);
        const auto outcome = trainModel(gate, {}, {});
        QVERIFY(*outcome.model->cleanAccuracy > 0.98);
        QCOMPARE(evaluateModel(gate, {"natural"}, {}).cleanAccuracy, *outcome.model->cleanAccuracy);
        QVERIFY(says(errorOf([&] { trainModel(gate, {"natural", "natural", {}, 0, "cpu"}, {}); }), "already"));
        // Same seed, same device: same weights.
        const auto again = trainModel(gate, {"again", "natural", {}, 0, "auto"}, {});
        QCOMPARE(again.model->hash, outcome.model->hash);
    }

    void runIsKeptPredictedAndVerified() {
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", "builtin:digits", {});
        DirectGate gate(file);
        trainModel(gate, {"m", "natural", {{"epochs", "1"}}, 0, "cpu"}, {});
        int told = 0;
        const auto outcome = runAttack(gate, smallRun(6), {}, [&](const Example &example) {
            QVERIFY(ExampleTable(file).find(example.id).has_value());   // in the file when it is told
            ++told;
        });
        QCOMPARE(outcome.run.name, std::string("linf-nearest-linf-0.4"));
        QCOMPARE(told, 6);
        QCOMPARE(runAttack(gate, smallRun(1), {}, kIgnore).run.name, std::string("linf-nearest-linf-0.4-2"));
        const VerifyOutcome verified = verifyStudy(gate);
        QVERIFY(verified.isOk());
        QCOMPARE(verified.examples, 7);
        QCOMPARE(verified.predictions, 13);   // 7 examples of 6 sources: both runs begin with the same
        const auto report = reportStudy(file, {});
        QVERIFY(report.models[0].predictionKept.has_value() && !report.models[0].agreement.has_value());
        // A byte changed behind our back is named.
        Example changed = examplesOf(file, outcome.run.name)[0];
        changed.pixels[400] ^= 0xFF;
        changed.id = {};
        changed.uuid.clear();
        changed.ordinal = 99;
        ExampleTable(file).insert(changed);
        QVERIFY(!verifyStudy(gate).isOk());
    }

    void stopKeepsAndResumeGoesOn() {
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", "builtin:digits", {}), other = createStudy(folder / "b.metamer", "builtin:digits", {});
        DirectGate gate(file), otherGate(other);
        JobContext job;
        int kept = 0;
        const auto stopped = runAttack(gate, smallRun(6), job, [&](const Example &) {
            if (++kept == 2) {
                job.stop.requestStop();
            }
        });
        QVERIFY(stopped.end == JobEnd::Stopped && stopped.run.state == RunState::Stopped);
        QCOMPARE(examplesOf(file, stopped.run.name).size(), std::size_t(2));
        JobContext abort;
        const auto aborted = resumeAttack(gate, stopped.run.name, 0, abort, [&](const Example &) { abort.stop.requestAbort(); });
        QVERIFY(aborted.end == JobEnd::Aborted);
        QCOMPARE(examplesOf(file, stopped.run.name).size(), std::size_t(3));
        QVERIFY(resumeAttack(gate, stopped.run.name, 0, {}, kIgnore).end == JobEnd::Finished);
        runAttack(otherGate, smallRun(6), {}, kIgnore);
        const auto resumed = examplesOf(file, stopped.run.name), whole = examplesOf(other, stopped.run.name);
        QCOMPARE(resumed.size(), whole.size());
        for (std::size_t i = 0; i < whole.size(); ++i) {
            QVERIFY(resumed[i].pixels == whole[i].pixels);   // same seed, same bytes, interrupted or not
        }
    }

    void aRunWithOptionsOfAnotherVersionIsNotMixed() {
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", "builtin:digits", {});
        DirectGate gate(file);
        Run old = runAttack(gate, smallRun(1), {}, kIgnore).run;
        old.name = "old";
        old.state = RunState::Stopped;
        old.parametersJson = R"({"old-price":14})";
        RunTable(file).insert(old);
        const Error error = errorOf([&] { resumeAttack(gate, "old", 0, {}, kIgnore); });
        QVERIFY(says(error, "old-price = 14") && says(error, "run 'old'"));
        QVERIFY(RunTable(file).find("old")->state == RunState::Stopped);
    }

    void deadProcessIsResumedLiveOneIsNot() {
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", "builtin:digits", {});
        DirectGate gate(file);
        auto outcome = runAttack(gate, smallRun(2), {}, kIgnore);
        outcome.run.state = RunState::Running;
        outcome.run.owner = thisProcess().substr(0, thisProcess().rfind(':')) + ":1";   // init is alive
        RunTable(file).updateState(outcome.run);
        QCOMPARE(int(errorOf([&] { resumeAttack(gate, outcome.run.name, 0, {}, kIgnore); }).code()), int(ErrorCode::Locked));
        outcome.run.owner = thisProcess().substr(0, thisProcess().rfind(':')) + ":99999999";
        RunTable(file).updateState(outcome.run);
        QVERIFY(resumeAttack(gate, outcome.run.name, 0, {}, kIgnore).end == JobEnd::Finished);
    }

    void sourceWithoutTargetIsAnAttempt() {
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", "builtin:digits", {});
        DirectGate gate(file);
        AttackRunRequest request = smallRun(30);
        request.targets = "3";
        const auto outcome = runAttack(gate, request, {}, kIgnore);
        QVERIFY(outcome.attempts > 0);
        QCOMPARE(outcome.found + outcome.attempts, 30);
        QCOMPARE(reportStudy(file, {}).runs[0].attempted, 30);
        QCOMPARE(reportStudy(file, {}).runs[0].examples, outcome.found);
    }

    void keptModelKeepsItsAnswer() {
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", "builtin:digits", {});
        DirectGate gate(file);
        trainModel(gate, {"m", "natural", {{"epochs", "1"}}, 0, "cpu"}, {});
        AttackRunRequest request = smallRun(12);
        request.modelName = "m";
        runAttack(gate, request, {}, kIgnore);
        for (const auto &example : examplesOf(file, "linf-nearest-linf-0.4")) {
            const int label = SourceImageTable(file).find(example.sourceId)->label;
            const int answer = PredictionTable(file).ofExample(example.id)[0].predicted;
            QCOMPARE(example.outcome == ExampleOutcome::Found, answer == label);
        }
    }

    void wrongParametersWriteNothing() {
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", "builtin:digits", {});
        DirectGate gate(file);
        const auto refused = [&](const std::function<void(AttackRunRequest &)> &spoil) {
            AttackRunRequest request = smallRun(2);
            spoil(request);
            return errorOf([&] { runAttack(gate, request, {}, kIgnore); }).code();
        };
        using Request = AttackRunRequest;
        QVERIFY(refused([](Request &r) { r.attack = "none"; }) == ErrorCode::Usage);
        QVERIFY(refused([](Request &r) { r.norm = "l2"; }) == ErrorCode::Usage);
        QVERIFY(refused([](Request &r) { r.eps = "1.5"; }) == ErrorCode::Usage);
        QVERIFY(refused([](Request &r) { r.targets = "12"; }) == ErrorCode::Usage);
        QVERIFY(refused([](Request &r) { r.indices = {{1000}}; }) == ErrorCode::Usage);
        QVERIFY(refused([](Request &r) { r.indices = {{5, 5}}; }) == ErrorCode::Usage);
        QVERIFY(refused([](Request &r) { r.options["shift-steps"] = "0"; }) == ErrorCode::Usage);
        QVERIFY(refused([](Request &r) { r.modelName = "none"; }) == ErrorCode::NotFound);
        QVERIFY(RunTable(file).list().empty());
    }
};

QTEST_GUILESS_MAIN(TestAttackRun)
#include "test_attack_run.moc"
