// Every recipe on a small slice: it trains, its model answers again after loading, and a stopped training ends with the same
// weights. Networks by name, presets, and what is refused.

#include <cmath>
#include <numeric>

#include "core/attack/compute.h"
#include "core/attack/sensitivity/model_attack.h"
#include "core/base/rng.h"
#include "core/lab/compute_loader.h"
#include "core/model/architectures.h"
#include "tests/support/small_digits.h"

using namespace metamer;
using namespace metamer::test;

namespace {

using Options = std::map<std::string, std::string>;

const LabelledImages &trainDigits() {
    static const LabelledImages kDigits = makeDigits(200, 1);
    return kDigits;
}

const LabelledImages &testDigits() {
    static const LabelledImages kDigits = makeDigits(40, 2);
    return kDigits;
}

TrainRequest request(const std::string &recipe, const Options &options) {
    return {recipe, checkedOptions(findByName(compute().recipes(), recipe, "recipe"), options), 3, "cpu", &trainDigits(), &testDigits(), 10};
}

TrainedModel trained(const TrainRequest &request) { return compute().train(request, {}, [](const Progress &) {}); }

/// The training's end when it is stopped at `step` and goes on from the checkpoint.
TrainedModel trainedInParts(TrainRequest request, std::int64_t step) {
    Checkpoint checkpoint;
    request.onCheckpoint = [&](const Checkpoint &handed) { checkpoint = handed; };
    StopToken stop;
    const auto first = compute().train(request, stop, [&](const Progress &progress) {
        if (progress.done == step) {
            stop.requestStop();
        }
    });
    if (first.end != JobEnd::Stopped || checkpoint.step != step) {
        return {};
    }
    request.from = &checkpoint;
    return trained(request);
}

/// Options that make each recipe short.
const std::map<std::string, Options> &shortOptions() {
    static const std::map<std::string, Options> kOptions = {
        {"natural", {{"steps", "10"}, {"batch-size", "40"}}},
        {"pgd-linf", {{"preset", "quick"}, {"steps", "8"}, {"batch-size", "40"}, {"attack-steps", "2"}}},
        {"augmented", {{"steps", "10"}, {"batch-size", "40"}}},
        {"pgd-l2", {{"preset", "quick"}, {"steps", "8"}, {"batch-size", "40"}, {"attack-steps", "2"}}},
        {"sparse-l0", {{"steps", "10"}, {"batch-size", "40"}}},
        {"abs", {{"preset", "quick"}, {"steps", "10"}, {"batch-size", "40"}}},
        {"binary-abs", {{"preset", "quick"}, {"steps", "10"}, {"batch-size", "40"}}},
        {"trades", {{"preset", "quick"}, {"steps", "8"}, {"batch-size", "40"}, {"attack-steps", "2"}}},
        {"crown-ibp", {{"preset", "quick"}, {"steps", "10"}, {"batch-size", "40"}}},
        {"ibp", {{"preset", "quick"}, {"steps", "10"}, {"batch-size", "40"}}},
    };
    return kOptions;
}

}  // namespace

class TestRecipes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyRecipeIsTried() {
        for (const auto &recipe : compute().recipes()) {
            QVERIFY2(shortOptions().contains(recipe.name), recipe.name.c_str());
        }
        QCOMPARE(shortOptions().size(), compute().recipes().size());
    }

    void trainsAnswersAndResumes_data() {
        QTest::addColumn<QString>("recipe");
        for (const auto &[name, options] : shortOptions()) {
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
        }
    }

    void trainsAnswersAndResumes() {
        QFETCH(QString, recipe);
        const auto request = ::request(recipe.toStdString(), shortOptions().at(recipe.toStdString()));
        const TrainedModel whole = trained(request);
        QCOMPARE(int(whole.end), int(JobEnd::Finished));
        QVERIFY(whole.curve.size() > 1);
        const auto loaded = compute().load(whole.architecture, whole.weights, {1, 28, 28}, 10, "cpu");
        QCOMPARE(accuracyOf(*loaded, testDigits()), whole.cleanAccuracy);
        const TrainedModel parts = trainedInParts(request, 5);
        QCOMPARE(parts.hash, whole.hash);
        QCOMPARE(parts.curve.size(), whole.curve.size());
        QCOMPARE(parts.curve.back().loss, whole.curve.back().loss);
    }

    void analysisBySynthesisAnswersAlikeInEveryBatchAndGivesNoGradients() {
        const TrainedModel model = trained(request("abs", {{"preset", "quick"}, {"epochs", "60"}, {"batch-size", "40"}}));
        QVERIFY(model.cleanAccuracy > 0.7);
        const auto classifier = compute().load(model.architecture, model.weights, {1, 28, 28}, 10, "cpu");
        const auto together = classifier->logits(testDigits().images);
        for (const std::int64_t i : {0, 17, 39}) {
            const auto alone = classifier->logits({{1, 28, 28}, testDigits().images.copyOf(i)})[0];
            for (std::size_t label = 0; label < alone.size(); ++label) {
                QVERIFY(std::abs(alone[label] - together[static_cast<std::size_t>(i)][label]) < 1e-4);
            }
        }
        QVERIFY(!classifier->hasGradients());
        QVERIFY(says(errorOf([&] { attackModel("pgd", *classifier, testDigits(), {Budget::parse(Norm::Linf, "0.3"), findByName(modelAttackInfos(), "pgd", "attack").schema.check({}), 1}, {}, [](const Progress &) {}); }),
                     "gives no gradients"));
        QVERIFY(says(errorOf([&] { classifier->gradients({}, 0, {}); }), "gives no gradients"));
        const auto exported = compute().loadTorchScript(compute().toTorchScript(model.architecture, model.weights, {1, 28, 28}, 10), {1, 28, 28}, 10, {}, "cpu")->logits(testDigits().images);
        for (std::size_t i = 0; i < together.size(); ++i) {
            for (std::size_t label = 0; label < 10; ++label) {
                QVERIFY(std::abs(exported[i][label] - together[i][label]) < 1e-3);   // a search of its own, step by step the same
            }
        }
        QVERIFY(says(errorOf([&] { compute().makeCertifier(model.architecture, model.weights, {1, 28, 28}, 10, "cpu"); }), "abs-vae"));
    }

    void everyArchitectureTrains_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("optimiser");
        QTest::newRow("small-cnn") << "small-cnn" << "sgd";
        QTest::newRow("madry-cnn") << "madry-cnn" << "adam";
        QTest::newRow("ibp-tiny") << "ibp-tiny" << "sgd";
        QTest::newRow("ibp-small") << "ibp-small" << "adam";
        QTest::newRow("ibp-large") << "ibp-large" << "adam";
        QTest::newRow("sparse-cnn") << "sparse-cnn" << "adam";
        QTest::newRow("resnet-18") << "resnet-18" << "sgd";   // its running statistics go on too
    }

    void everyArchitectureTrains() {
        QFETCH(QString, name);
        QFETCH(QString, optimiser);
        const LabelledImages train = halved(trainDigits()), test = halved(testDigits());
        auto request = ::request("natural", {{"architecture", name.toStdString()}, {"steps", "2"}, {"batch-size", "10"}, {"optimiser", optimiser.toStdString()}, {"learning-rate-drops", "0.5"}});
        request.train = &train;
        request.test = &test;
        const TrainedModel whole = trained(request);
        QCOMPARE(whole.architecture, name.toStdString());
        QCOMPARE(trainedInParts(request, 1).hash, whole.hash);
        const auto loaded = compute().load(whole.architecture, whole.weights, {1, 14, 14}, 10, "cpu");
        QCOMPARE(accuracyOf(*loaded, test), whole.cleanAccuracy);
        const auto exported = compute().loadTorchScript(compute().toTorchScript(whole.architecture, whole.weights, {1, 14, 14}, 10), {1, 14, 14}, 10, {}, "cpu");
        const auto logits = loaded->logits(test.images), again = exported->logits(test.images);
        for (std::size_t i = 0; i < logits.size(); ++i) {
            for (std::size_t label = 0; label < 10; ++label) {
                QVERIFY(std::abs(logits[i][label] - again[i][label]) < 1e-5f * std::max(1.0f, std::abs(logits[i][label])));
            }
        }
        QVERIFY(says(errorOf([&] { compute().load(whole.architecture, whole.weights, {1, 14, 14}, 9, "cpu"); }), "do not fit"));
        QCOMPARE(int(errorOf([&] { compute().load(whole.architecture, whole.weights, {1, 7, 7}, 10, "cpu"); }).code()), int(ErrorCode::BadInput));
    }

    void theQuickIbpNetworkFitsIntoTheSources() {
        const auto request = ::request("natural", {{"architecture", "ibp-tiny"}, {"steps", "1"}, {"batch-size", "10"}});
        QVERIFY(trained(request).weights.size() < 1500000);
    }

    void whatIsGivenWinsOverThePreset() {
        const RecipeInfo &recipe = findByName(compute().recipes(), "ibp", "recipe");
        const auto paper = checkedOptions(recipe, {});
        QCOMPARE(paper.text("architecture"), std::string("ibp-large"));
        QCOMPARE(paper.integer("steps"), 60000);
        QCOMPARE(paper.real("eps"), 0.4);
        const auto quick = checkedOptions(recipe, {{"preset", "quick"}});
        QCOMPARE(quick.text("architecture"), std::string("ibp-tiny"));
        QVERIFY(quick.integer("steps") == 0 && quick.integer("epochs") > 0);
        const auto mixed = checkedOptions(recipe, {{"preset", "quick"}, {"architecture", "ibp-small"}, {"steps", "7"}});
        QCOMPARE(mixed.text("architecture"), std::string("ibp-small"));
        QVERIFY(mixed.integer("steps") == 7 && mixed.integer("epochs") == 0);
        QCOMPARE(presetOptions(recipe, "quick").at("architecture"), std::string("ibp-tiny"));
        QCOMPARE(checkedOptions(recipe, presetOptions(recipe, "quick")).toJson(), quick.toJson());
    }

    void whatDoesNotGoTogetherIsRefused() {
        const auto lineOf = [](const std::string &recipe, const Options &options) {
            const Error error = errorOf([&] { trained(request(recipe, options)); });
            return error.code() == ErrorCode::Usage ? std::string(error.what()) : "not refused as usage: " + std::string(error.what());
        };
        const auto holds = [](const std::string &line, const std::string &part) { return line.find(part) != std::string::npos; };
        QVERIFY(holds(lineOf("natural", {{"architecture", "vgg"}}), "--architecture 'vgg' is not allowed; use one of small-cnn"));
        QVERIFY(holds(lineOf("ibp", {{"architecture", "resnet-18"}}), "is not allowed"));
        QVERIFY(holds(lineOf("natural", {{"steps", "3"}, {"epochs", "3"}}), "give one of them"));
        QVERIFY(holds(lineOf("natural", {{"epochs", "0"}}), "both 0"));
        QVERIFY(holds(lineOf("natural", {{"learning-rate-drops", "0.5,x"}}), "learning-rate-drops"));
        QVERIFY(holds(lineOf("ibp", {{"preset", "fast"}}), "paper, quick"));
        QVERIFY(holds(lineOf("ibp", {{"eps", "2"}, {"steps", "1"}}), "2"));
        QCOMPARE(int(errorOf([] { compute().load("vgg", {}, {1, 28, 28}, 10, "cpu"); }).code()), int(ErrorCode::Newer));
    }

    void gradientsAreThoseOfTheLogits() {
        const TrainedModel model = trained(request("natural", {{"steps", "5"}, {"batch-size", "40"}}));
        const auto classifier = compute().load(model.architecture, model.weights, {1, 28, 28}, 10, "cpu");
        std::vector<float> x;
        Rng rng(1);   // an even ground would tie in the pooling
        for (int i = 0; i < 28 * 28; ++i) {
            x.push_back(static_cast<float>(rng.uniform()));
        }
        std::vector<float> weights(10, 0);
        weights[3] = 2;
        weights[5] = -1;
        const auto valueAt = [&](const std::vector<float> &point) {
            const auto logits = classifier->logitsOf(point, 1);
            return 2 * logits[3] - logits[5];
        };
        QVERIFY(classifier->hasGradients());
        const auto gradient = classifier->gradients(x, 1, weights);
        const double length = std::sqrt(std::inner_product(gradient.begin(), gradient.end(), gradient.begin(), 0.0));
        QVERIFY(length > 0);
        std::vector<float> moved = x;
        for (std::size_t i = 0; i < x.size(); ++i) {
            moved[i] += static_cast<float>(0.02 / length * gradient[i]);
        }
        QVERIFY(std::abs((valueAt(moved) - valueAt(x)) / (0.02 * length) - 1) < 0.1);
        QCOMPARE(classifier->logits(testDigits().images)[0].size(), std::size_t(10));
    }
};

QTEST_GUILESS_MAIN(TestRecipes)
#include "test_recipes.moc"
