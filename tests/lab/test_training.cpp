// Training: stop, resume, checkpoints, the two recipes, and what may be hidden or removed.

#include <numeric>

#include "core/lab/attack_run.h"
#include "core/lab/create_study.h"
#include "core/lab/keep_example.h"
#include "core/lab/kept_options.h"
#include "core/lab/labelling.h"
#include "core/lab/models.h"
#include "core/lab/report_study.h"
#include "core/lab/train_model.h"
#include "tests/support/small_digits.h"

using namespace metamer;
using namespace metamer::test;

namespace {

TrainModelRequest request(const std::string &name, const std::string &recipe, std::map<std::string, std::string> options) {
    return {name, recipe, std::move(options), 7, "cpu"};
}

/// A job that asks to stop at the given step.
JobContext stoppingAt(std::int64_t step, bool isAborted = false) {
    JobContext job;
    job.progress = [stop = job.stop, step, isAborted](const Progress &progress) mutable {
        if (progress.done == step) {
            isAborted ? stop.requestAbort() : stop.requestStop();
        }
    };
    return job;
}

}  // namespace

class TestTraining : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void resumedEndsWithTheSameWeights_data() {
        QTest::addColumn<QString>("recipe");
        QTest::addColumn<bool>("isShort");
        QTest::newRow("natural") << "natural" << false;
        QTest::newRow("pgd-linf") << "pgd-linf" << true;   // its random starts must not depend on where it went on
    }

    void resumedEndsWithTheSameWeights() {
        QFETCH(QString, recipe);
        QFETCH(bool, isShort);
        std::map<std::string, std::string> options = {{"epochs", "2"}, {"batch-size", "30"}};
        if (isShort) {
            options.insert({{"preset", "quick"}, {"attack-steps", "2"}, {"step-size", "0.2"}});
        }
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", writeSmallDigits(folder), {});
        DirectGate gate(file);
        const auto whole = trainModel(gate, request("whole", recipe.toStdString(), options), {});
        const auto stopped = trainModel(gate, request("parts", recipe.toStdString(), options), stoppingAt(27));
        QVERIFY(stopped.end == JobEnd::Stopped && !stopped.model);
        QCOMPARE(stopped.step, 27);
        QCOMPARE(stopped.steps, 40);
        QVERIFY(!ModelTable(file).find("parts"));
        QVERIFY(says(errorOf([&] { trainModel(gate, request("parts", "natural", {}), {}); }), "--resume"));
        std::vector<TrainingPoint> points;
        const auto resumed = resumeTraining(gate, "parts", {}, [&](const std::string &, const TrainingPoint &point) { points.push_back(point); });
        QCOMPARE(resumed.model->hash, whole.model->hash);
        QCOMPARE(resumed.model->cleanAccuracy, whole.model->cleanAccuracy);
        QCOMPARE(resumed.model->curveJson, whole.model->curveJson);   // also the sums since the last point went on
        QVERIFY(!points.empty() && points.back().epoch == 2.0);
        QVERIFY(TrainingTable(file).list().empty());
    }

    void confusionAndAccuracyAgree() {
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", writeSmallDigits(folder), {});
        DirectGate gate(file);
        const auto model = trainModel(gate, request("m", "natural", {{"epochs", "1"}, {"batch-size", "50"}}), {}).model;
        const Confusion confusion = confusionFromJson(ModelTable(file).find("m")->confusionJson);
        std::int64_t right = 0, all = 0;
        for (std::size_t row = 0; row < confusion.size(); ++row) {
            right += confusion[row][row];
            all += std::accumulate(confusion[row].begin(), confusion[row].end(), std::int64_t{0});
        }
        QCOMPARE(confusion.size(), std::size_t(10));
        QCOMPARE(all, 200);
        QCOMPARE(static_cast<double>(right) / 200, *model->cleanAccuracy);
        QCOMPARE(evaluateModel(gate, {"m"}, {}).cleanAccuracy, *model->cleanAccuracy);
    }

    void aStoppedTrainingCanBeKeptAsItIsOrDropped() {
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", writeSmallDigits(folder), {});
        DirectGate gate(file);
        trainModel(gate, request("m", "natural", {{"batch-size", "50"}}), stoppingAt(9));
        const auto kept = keepTraining(gate, "m", {});
        QVERIFY(kept.model && kept.model->parametersJson.find("\"complete\":false") != std::string::npos);
        QVERIFY(TrainingTable(file).list().empty());
        QVERIFY(says(errorOf([&] { resumeTraining(gate, "m", {}); }), "no unfinished training"));
        QVERIFY(trainModel(gate, request("n", "natural", {{"batch-size", "50"}}), stoppingAt(3, true)).end == JobEnd::Aborted);
        QVERIFY(TrainingTable(file).list().empty());   // aborted before the first checkpoint: nothing is left
    }

    void aTrainingThatAnotherProcessRunsIsLeftAlone() {
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", writeSmallDigits(folder), {});
        DirectGate gate(file);
        trainModel(gate, request("m", "natural", {{"batch-size", "50"}}), stoppingAt(2));
        auto record = *TrainingTable(file).find("m");
        const std::string self = thisProcess();
        record.owner = self.substr(0, self.rfind(':')) + ":1";   // process 1 is always alive
        TrainingTable(file).save(record);
        QCOMPARE(int(errorOf([&] { resumeTraining(gate, "m", {}); }).code()), int(ErrorCode::Locked));
        record.owner.clear();
        record.checkpoint.resize(100);
        TrainingTable(file).save(record);
        QVERIFY(says(errorOf([&] { resumeTraining(gate, "m", {}); }), "does not fit"));
    }

    void attackedImagesAreHarderToLearn() {
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", writeSmallDigits(folder), {});
        DirectGate gate(file);
        const auto lastTrainAccuracy = [&](const std::string &eps) {
            const auto model = trainModel(gate, request("eps" + eps, "pgd-linf", {{"preset", "quick"}, {"eps", eps}, {"epochs", "6"}, {"batch-size", "50"}, {"attack-steps", "2"},
                                                                                  {"step-size", "1"}, {"ramp", "0"}, {"learning-rate", "0.002"}}), {}).model;
            return curveFromJson(model->curveJson).back().trainAccuracy;
        };
        QVERIFY(lastTrainAccuracy("1/255") > 0.9);
        QVERIFY(lastTrainAccuracy("1") < 0.5);   // the ball holds every image
        QCOMPARE(int(errorOf([&] { trainModel(gate, request("bad", "pgd-linf", {{"eps", "-1"}}), {}); }).code()), int(ErrorCode::Usage));
        QCOMPARE(int(errorOf([&] { trainModel(gate, request("bad", "natural", {{"eps", "0.3"}}), {}); }).code()), int(ErrorCode::Usage));
    }

    void whatPeopleLeanOnIsHiddenNotRemoved() {
        Folder folder;
        StudyFile file = createStudy(folder / "a.metamer", writeSmallDigits(folder), {});
        DirectGate gate(file);
        for (const std::string name : {"used", "unused"}) {
            trainModel(gate, {name, "natural", {{"epochs", "1"}, {"batch-size", "50"}}, name == "used" ? 1 : 2, "cpu"}, {});
        }
        removeModel(file, "unused");
        QVERIFY(!ModelTable(file).find("unused"));
        AttackRunRequest attack;
        attack.count = 2;
        attack.options = {{"rotation-steps", "1"}, {"shift-steps", "1"}};
        const Run run = runAttack(gate, attack, {}, [](const Example &) {}).run;
        Labelling labelling(file, {"ada", "{}", 0});
        labelling.answer(file, *labelling.next(file), {});
        const Error error = errorOf([&] { removeModel(file, "used"); });
        QVERIFY2(says(error, "hide it instead"), error.what());
        QCOMPARE(reportStudy(file, {}).models.size(), std::size_t(1));
        hideModel(file, "used", true);
        QVERIFY(reportStudy(file, {}).models.empty());
        QVERIFY(!PredictionTable(file).ofModel(ModelTable(file).find("used")->hash).empty());
        attack.name = "second";
        attack.modelName = "used";
        QVERIFY(says(errorOf([&] { runAttack(gate, attack, {}, [](const Example &) {}); }), "hidden"));
        hideModel(file, "used", false);
        QCOMPARE(reportStudy(file, {}).models.size(), std::size_t(1));
    }
};

QTEST_GUILESS_MAIN(TestTraining)
#include "test_training.moc"
