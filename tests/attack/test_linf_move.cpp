#include <numeric>

#include "core/attack/attack.h"
#include "core/attack/invariance/linf_nearest.h"
#include "core/attack/memory_batches.h"
#include "core/attack/stop_rules.h"
#include "core/data/npy.h"
#include "core/image/ball.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

class TestLinfMove : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void movesAsThePaperSays() {
        const Pixels source = {0, 0, 200, 200, 10}, donor = {50, 255, 190, 0, 60};
        // near and no ink: stays; far: a full step; near with ink: the donor's pixel; far: a full step down; near with ink
        QVERIFY((moveTowardsDonor(source, donor, 100) == Pixels{0, 100, 190, 100, 60}));
        QCOMPARE(removedInk(source, moveTowardsDonor(source, donor, 100)), 110);
    }

    void releasedExamplesComeOut() {
        const auto folder = sharedFolder() / "released";
        if (!std::filesystem::exists(folder / "all_nns.npy")) {
            QSKIP("the released arrays are not there; set METAMER_SHARED");
        }
        // The released example follows from the released donors by our last step alone: the same target, the same pixels
        // up to the grid (theirs at eps 0.3 are not whole; ours are theirs rounded towards the source).
        const NpyArray sources = readNpy(folder / "X_test_100.npy"), donors = readNpy(folder / "all_nns.npy");
        const auto classes = readNpy(folder / "all_y_nns.npy").asIntegers();
        const auto expected = readNpy(folder / "adv_examples.npy").asDoubles();
        const Targets targets = Targets::parse("published", 10);
        const int levels = Budget::parse(Norm::Linf, "0.3").greyLevels();
        for (std::size_t i = 0; i < 100; ++i) {
            const std::span<const std::uint8_t> source(sources.bytes.data() + i * 784, 784);
            std::vector<std::int64_t> present(classes.begin() + static_cast<std::ptrdiff_t>(i * 9), classes.begin() + static_cast<std::ptrdiff_t>(i * 9 + 9));
            const int label = static_cast<int>(45 - std::accumulate(present.begin(), present.end(), std::int64_t{0}));
            Pixels best;
            for (std::size_t k = 0; k < 9; ++k) {
                const auto allowed = targets.allowedFor(label);
                if (std::find(allowed.begin(), allowed.end(), static_cast<int>(present[k])) == allowed.end()) {
                    continue;
                }
                const std::span<const std::uint8_t> donor(donors.bytes.data() + (i * 9 + k) * 784, 784);
                const Pixels moved = moveTowardsDonor(source, donor, levels);
                if (best.empty() || removedInk(source, moved) < removedInk(source, best)) {
                    best = moved;
                }
            }
            for (std::size_t at = 0; at < 784; ++at) {
                QCOMPARE(int(best[at]), int(roundTowards(expected[i * 784 + at], source[at])));
            }
        }
    }

    void targetsAreParsed() {
        QVERIFY((Targets::parse("published", 10).allowedFor(7) == std::vector<int>{2, 3}));
        QVERIFY((Targets::parse("3,8,3", 10).allowedFor(3) == std::vector<int>{8}));
        QCOMPARE(Targets::parse("all", 10).allowedFor(0).size(), std::size_t(9));
        QVERIFY(Targets::parse("all", 10).isOneEach() && !Targets::parse("1", 10).isOneEach());
        for (const char *bad : {"", "10", "-1", "x", "1,,2", "3;4"}) {
            QCOMPARE(int(errorOf([&] { Targets::parse(bad, 10); }).code()), int(ErrorCode::Usage));
        }
        QVERIFY(says(errorOf([&] { Targets::parse("published", 43); }), "43 classes"));
    }

    void outOfMemoryHalvesAndGoesOn() {
        std::vector<int> seen(100, 0);
        std::vector<std::int64_t> counts;
        const auto work = [&](std::int64_t start, std::int64_t count) {
            if (count > 12) {
                throw std::runtime_error("CUDA out of memory. Tried to allocate 2 GiB");
            }
            counts.push_back(count);
            for (std::int64_t i = start; i < start + count; ++i) {
                ++seen[static_cast<std::size_t>(i)];
            }
        };
        const auto isOutOfMemory = [](const std::exception &error) { return std::string(error.what()).find("out of memory") != std::string::npos; };
        QCOMPARE(forEachBatch(100, 64, work, isOutOfMemory), 8);
        QVERIFY(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
        for (const char *message : {"out of memory", "another fault"}) {   // at a batch of one, and at any other fault
            const auto failing = [&](std::int64_t, std::int64_t) { throw std::runtime_error(message); };
            bool isThrown = false;
            try {
                forEachBatch(10, 8, failing, isOutOfMemory);
            } catch (const std::runtime_error &) {
                isThrown = true;
            }
            QVERIFY(isThrown);
        }
    }

    void stopRulesChain() {
        StopToken token;
        StopRules rules;
        rules.add(whenAsked(token)).add(afterSeconds(0));
        QVERIFY(!rules.shouldStop());
        token.requestStop();
        QVERIFY(rules.shouldStop());
        StopRules timed;
        timed.add(afterSeconds(1e-9));
        QTest::qSleep(1);
        QVERIFY(timed.shouldStop());
    }
};

QTEST_GUILESS_MAIN(TestLinfMove)
#include "test_linf_move.moc"
