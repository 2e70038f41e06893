// The numbers on the canonical MNIST and the arrays that the paper's authors released.

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "core/attack/attack.h"
#include "core/data/npy.h"
#include "core/image/norms.h"
#include "core/lab/attack_run.h"
#include "core/lab/certificates.h"
#include "core/lab/create_study.h"
#include "core/lab/import_examples.h"
#include "core/lab/models.h"
#include "core/lab/report_study.h"
#include "core/lab/shipped_models.h"
#include "core/lab/verify_study.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

double medianOf(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}  // namespace

class TestReleased : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (!std::filesystem::exists(sharedFolder() / "mnist") || !std::filesystem::exists(sharedFolder() / "released")) {
            QSKIP("MNIST and the released arrays are not there; set METAMER_SHARED to the folder that holds mnist/ and released/");
        }
        m_file.emplace(createStudy(m_folder / "mnist.metamer", "mnist", sharedFolder() / "mnist"));
        m_indices = readNpy(sharedFolder() / "released" / "indexs.npy").asIntegers();
    }

    void modelsThatComeWithTheProgram() {
        DirectGate gate(*m_file);
        const auto names = addShippedModels(gate, {});
        QVERIFY(names == (std::vector<std::string>{"mnist-ibp-0.4", "mnist-natural", "mnist-pgd-linf-0.3"}));
        QVERIFY(addShippedModels(gate, {}).empty());   // they are all there
        const CertifyOutcome certified = certifyModel(gate, {"mnist-ibp-0.4", "linf", "0.3", {}, 60, 3}, {});
        QCOMPARE(certified.images, 60);
        QVERIFY(certified.verifiedAccuracy() > 0.75);
        QCOMPARE(certified.certified + certified.notCertified + certified.unknown, 60);
        const CertifyOutcome again = certifyModel(gate, {"mnist-ibp-0.4", "linf", "0.3", {}, 60, 3}, {});
        QVERIFY(again.certified == certified.certified && again.right == certified.right);
        EvaluateRequest attacked{"mnist-ibp-0.4", 60, 3, "cpu", "pgd", "linf", "0.3", {{"steps", "10"}}};
        QVERIFY(*evaluateModel(gate, attacked, {}).attackedAccuracy >= certified.verifiedAccuracy());   // the same 60 images: a proof is a lower bound
        attacked.model = "mnist-pgd-linf-0.3";
        QVERIFY(*evaluateModel(gate, attacked, {}).attackedAccuracy > 0.85);
        attacked.model = "mnist-natural";
        const ModelEvaluation natural = evaluateModel(gate, attacked, {});
        QVERIFY(natural.cleanAccuracy > 0.95 && *natural.attackedAccuracy < 0.2);
    }

    void importedRatesAndBudgets() {
        DirectGate gate(*m_file);
        const auto import = [&](const std::string &suffix, const std::string &eps) {
            ImportExamplesRequest request;
            request.images = sharedFolder() / "released" / ("automated_eps" + suffix + ".npy");
            request.indices = sharedFolder() / "released" / "indexs.npy";
            request.labels = sharedFolder() / "released" / ("automated_eps" + suffix + "_labels.npy");
            request.annotator = "released";
            request.eps = eps;
            request.name = "released-" + suffix;
            return importExamples(gate, request);
        };
        const auto first = import("03", "0.3"), second = import("04", "0.4");
        QVERIFY(first.reading.find("float32 0..255") != std::string::npos);
        QVERIFY(second.reading.find("uint8 0..255") != std::string::npos);
        const auto report = reportStudy(*m_file, {});
        QCOMPARE(report.runs[0].changed, 21);
        QCOMPARE(report.runs[1].changed, 37);
        QCOMPARE(report.runs[0].labelled, 100);
        const auto verified = verifyStudy(gate);
        QCOMPARE(verified.problems.size(), std::size_t(100));
        for (const auto &problem : verified.problems) {
            QCOMPARE(problem.run, std::string("released-04"));
            QCOMPARE(problem.what, std::string("over-budget"));
            QCOMPARE(problem.detail, std::string("1 grey level over (103 of 102)"));
        }
    }

    void publishedTargets() {
        DirectGate gate(*m_file);
        AttackRunRequest request;
        request.indices = m_indices;
        request.name = "published";
        request.device = "cpu";
        QCOMPARE(runAttack(gate, request, {}, [](const Example &) {}).found, 100);
        const Targets table = Targets::parse("published", 10);
        for (const auto &example : ExampleTable(*m_file).ofRun(RunTable(*m_file).find("published")->id)) {
            const auto source = SourceImageTable(*m_file).find(example.sourceId);
            QVERIFY(measureNorms({1, 28, 28}, source->pixels, example.pixels).linfLevels <= 102);
            const auto allowed = table.allowedFor(source->label);
            QVERIFY(std::find(allowed.begin(), allowed.end(), *example.targetClass) != allowed.end());
        }
    }

    void donorsAreAsNearAsTheReleasedOnes() {
        const char *given = std::getenv("METAMER_ALL_TARGETS_SOURCES");
        const auto count = static_cast<std::size_t>(given ? std::atoi(given) : 10);
        DirectGate gate(*m_file);
        AttackRunRequest request;
        request.indices = std::vector<std::int64_t>(m_indices.begin(), m_indices.begin() + static_cast<std::ptrdiff_t>(count));
        request.targets = "all";
        request.name = "all-targets";
        request.device = "cpu";
        const auto outcome = runAttack(gate, request, {}, [](const Example &) {});
        QCOMPARE(outcome.found, static_cast<std::int64_t>(9 * count));
        const NpyArray donors = readNpy(sharedFolder() / "released" / "all_nns.npy"), sources = readNpy(sharedFolder() / "released" / "X_test_100.npy");
        std::vector<double> theirs, ours;
        for (std::size_t i = 0; i < 9 * count; ++i) {
            theirs.push_back(measureNorms({1, 28, 28}, {sources.bytes.data() + i / 9 * 784, 784}, {donors.bytes.data() + i * 784, 784}).l2());
        }
        for (const auto &example : ExampleTable(*m_file).ofRun(RunTable(*m_file).find("all-targets")->id)) {
            ours.push_back(measureNorms({1, 28, 28}, SourceImageTable(*m_file).find(example.sourceId)->pixels, example.alignedDonor).l2());
        }
        qInfo("median distance of the aligned donors: ours %.3f, released %.3f", medianOf(ours), medianOf(theirs));
        QVERIFY(medianOf(ours) <= medianOf(theirs));
    }

private:
    Folder m_folder;
    std::optional<StudyFile> m_file;
    std::vector<std::int64_t> m_indices;
};

QTEST_GUILESS_MAIN(TestReleased)
#include "test_released.moc"
