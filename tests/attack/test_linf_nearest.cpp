#include <map>
#include <numbers>

#include "core/attack/compute.h"
#include "core/base/json.h"
#include "core/data/digits.h"
#include "core/image/norms.h"
#include "core/lab/compute_loader.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

std::unique_ptr<Attack> makeAttack(const LabelledImages &donors, const std::string &targets, std::map<std::string, std::string> options = {}) {
    const AttackInfo &info = findByName(compute().attacks(), "linf-nearest", "attack");
    return compute().makeAttack("linf-nearest", {Budget::parse(Norm::Linf, "0.4"), Targets::parse(targets, 10), info.schema.check(options), 0, "cpu", &donors, nullptr, {}});
}

/// `image` moved by whole pixels, zeros coming in.
Pixels shifted(std::span<const std::uint8_t> image, int dx, int dy) {
    Pixels result(784, 0);
    for (int y = 0; y < 28; ++y) {
        for (int x = 0; x < 28; ++x) {
            const int fromX = x - dx, fromY = y - dy;
            if (fromX >= 0 && fromX < 28 && fromY >= 0 && fromY < 28) {
                result[static_cast<std::size_t>(y * 28 + x)] = image[static_cast<std::size_t>(fromY * 28 + fromX)];
            }
        }
    }
    return result;
}

/// The source turned about its centre and then shifted, by bilinear reading with zeros outside, written without torch.
std::vector<double> turnedAndShifted(const Pixels &source, const ImageShape &shape, double degrees, double shiftX, double shiftY) {
    const double angle = degrees * std::numbers::pi / 180, c = std::cos(angle), s = std::sin(angle), halfX = (shape.width - 1) / 2.0, halfY = (shape.height - 1) / 2.0;
    const auto at = [&](int x, int y) { return x >= 0 && x < shape.width && y >= 0 && y < shape.height ? source[static_cast<std::size_t>(y * shape.width + x)] / 255.0 : 0.0; };
    std::vector<double> result;
    for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
            const double dx = x - halfX - shiftX, dy = y - halfY - shiftY;
            const double fromX = c * dx + s * dy + halfX, fromY = -s * dx + c * dy + halfY;
            const int column = static_cast<int>(std::floor(fromX)), row = static_cast<int>(std::floor(fromY));
            const double shareX = fromX - column, shareY = fromY - row;
            result.push_back((1 - shareY) * ((1 - shareX) * at(column, row) + shareX * at(column + 1, row)) +
                             shareY * ((1 - shareX) * at(column, row + 1) + shareX * at(column + 1, row + 1)));
        }
    }
    return result;
}

}  // namespace

class TestLinfNearest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsAPlantedDonorAndUndoesItsShift() {
        const LabelledImages sources = makeDigits(1, 77);
        const auto source = sources.images.at(0);
        LabelledImages donors = makeDigits(300, 9);
        donors.labels.assign(donors.labels.size(), 1);
        donors.images.append(shifted(source, 3, -3));   // the source itself, moved: nothing can be nearer
        donors.labels.push_back(1);
        const auto found = makeAttack(donors, "1")->perturb(source, 5, StopToken());
        QCOMPARE(found.size(), std::size_t(1));
        QCOMPARE(found[0].donorIndex, 300);
        const Json transform = Json::parse(found[0].transformJson);
        QCOMPARE(transform["shift_x"].get<double>(), 3.0);
        QCOMPARE(transform["shift_y"].get<double>(), -3.0);
        QCOMPARE(transform["rotation_degrees"].get<double>(), 0.0);
        for (std::size_t i = 0; i < 784; ++i) {   // the donor's own frame may have cut ink at its edge
            const bool isInside = i % 28 >= 4 && i % 28 < 24 && i / 28 >= 4 && i / 28 < 24;
            QVERIFY(!isInside || std::abs(int(found[0].alignedDonor[i]) - int(source[i])) <= 1);
        }
    }

    void agreesWithBruteForceOnPlainShifts() {
        const LabelledImages donors = makeDigits(400, 4), sources = makeDigits(5, 8);
        const auto attack = makeAttack(donors, "all", {{"rotation-steps", "1"}, {"max-rotation", "0"}, {"max-shift", "2"}, {"shift-steps", "5"}});
        for (std::int64_t i = 0; i < sources.count(); ++i) {
            for (const auto &candidate : attack->perturb(sources.images.at(i), sources.labels[static_cast<std::size_t>(i)], StopToken())) {
                std::int64_t best = INT64_MAX;
                for (int dx = -2; dx <= 2; ++dx) {
                    for (int dy = -2; dy <= 2; ++dy) {
                        const Pixels version = shifted(sources.images.at(i), dx, dy);
                        for (std::int64_t n = 0; n < donors.count(); ++n) {
                            if (donors.labels[static_cast<std::size_t>(n)] == candidate.targetClass) {
                                best = std::min(best, measureNorms(donors.images.shape, version, donors.images.at(n)).l2SquaredLevels);
                            }
                        }
                    }
                }
                const double found = Json::parse(candidate.detailsJson)["search_distance_l2"].get<double>();
                QVERIFY(std::abs(found - std::sqrt(static_cast<double>(best)) / 255) < 1e-3);
            }
        }
    }

    void turnedVersionsAgreeWithComparingAllPairs() {
        const LabelledImages donors = makeDigits(300, 4), sources = makeDigits(4, 8);
        const auto all = makeAttack(donors, "all", {{"rotation-steps", "13"}, {"max-rotation", "24"}, {"max-shift", "1"}, {"shift-steps", "3"}});
        for (std::int64_t i = 0; i < sources.count(); ++i) {
            const int label = sources.labels[static_cast<std::size_t>(i)];
            const Pixels source(sources.images.at(i).begin(), sources.images.at(i).end());
            std::map<int, double> best;
            for (int turn = -6; turn <= 6; ++turn) {
                for (const auto &[x, y] : {std::pair{-1, -1}, {-1, 0}, {-1, 1}, {0, -1}, {0, 0}, {0, 1}, {1, -1}, {1, 0}, {1, 1}}) {
                    const auto version = turnedAndShifted(source, donors.images.shape, 4.0 * turn, x, y);
                    for (std::int64_t n = 0; n < donors.count(); ++n) {
                        const int target = donors.labels[static_cast<std::size_t>(n)];
                        double squared = 0;
                        for (std::size_t p = 0; p < version.size(); ++p) {
                            const double difference = version[p] - donors.images.at(n)[p] / 255.0;
                            squared += difference * difference;
                        }
                        best[target] = best.contains(target) ? std::min(best[target], squared) : squared;
                    }
                }
            }
            const auto candidates = all->perturb(source, label, StopToken());
            QCOMPARE(candidates.size(), std::size_t(9));
            for (const auto &candidate : candidates) {
                const double found = Json::parse(candidate.detailsJson)["search_distance_l2"].get<double>();
                QVERIFY(std::abs(found - std::sqrt(best.at(candidate.targetClass))) < 1e-3);
            }
        }
    }

    void staysInTheBallAndRepeatsItself() {
        const LabelledImages donors = makeDigits(500, 4), sources = makeDigits(10, 8);
        const auto first = makeAttack(donors, "published"), second = makeAttack(donors, "published");
        const Targets table = Targets::parse("published", 10);
        for (std::int64_t i = 0; i < sources.count(); ++i) {
            const int label = sources.labels[static_cast<std::size_t>(i)];
            const auto a = first->perturb(sources.images.at(i), label, StopToken());
            const auto b = second->perturb(sources.images.at(i), label, StopToken());
            QCOMPARE(a.size(), std::size_t(1));
            QVERIFY(a[0].pixels == b[0].pixels);
            QVERIFY(measureNorms(donors.images.shape, sources.images.at(i), a[0].pixels).linfLevels <= 102);
            const auto allowed = table.allowedFor(label);
            QVERIFY(std::find(allowed.begin(), allowed.end(), a[0].targetClass) != allowed.end());
        }
    }

    void noDonorIsNothingFound() {
        LabelledImages donors = makeDigits(20, 4);
        donors.labels.assign(20, 2);
        QVERIFY(makeAttack(donors, "3")->perturb(donors.images.at(0), 2, StopToken()).empty());
    }

    void abortIsSilent() {
        const LabelledImages donors = makeDigits(20, 4);
        StopToken stop;
        stop.requestAbort();
        QVERIFY(makeAttack(donors, "all")->perturb(donors.images.at(0), donors.labels[0], stop).empty());
    }

    void unknownDeviceIsSaid() {
        QVERIFY(says(errorOf([] { compute().resolveDevice("cuda:99"); }), "cuda:99"));
        QCOMPARE(compute().resolveDevice("cpu"), std::string("cpu"));
    }
};

QTEST_GUILESS_MAIN(TestLinfNearest)
#include "test_linf_nearest.moc"
