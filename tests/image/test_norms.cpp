#include "core/image/ball.h"
#include "core/image/difference.h"
#include "core/image/norms.h"
#include "tests/support/fixtures.h"

using namespace metamer;

class TestNorms : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void countsBytes() {
        const ImageShape shape{1, 2, 2};
        const Pixels source = {0, 100, 127, 255}, perturbed = {0, 103, 128, 250};
        const ByteNorms norms = measureNorms(shape, source, perturbed);
        QCOMPARE(norms.l0, 3);
        QCOMPARE(norms.l0Binarised, 1);
        QCOMPARE(norms.l1Levels, 9);
        QCOMPARE(norms.l2SquaredLevels, 35);
        QCOMPARE(norms.linfLevels, 5);
    }

    void colourPixelCountsOnceInL0() {
        const ImageShape shape{3, 1, 2};
        const Pixels source = {0, 0, 0, 0, 0, 0}, perturbed = {9, 0, 9, 0, 9, 0};
        QCOMPARE(measureNorms(shape, source, perturbed).l0, 1);
    }

    void budgetIsKeptToTheLevel() {
        ByteNorms norms;
        norms.linfLevels = 102;
        const Budget budget = Budget::parse(Norm::Linf, "0.4");
        QVERIFY(isWithin(norms, budget));
        norms.linfLevels = 103;
        QVERIFY(!isWithin(norms, budget));
        QCOMPARE(describeExcess(norms, budget), std::string("1 grey level over (103 of 102)"));
    }

    void roundingNeverLeavesTheBall() {
        for (int source = 0; source <= 255; ++source) {
            for (double eps = 0.5; eps < 130; eps += 7.25) {
                for (const double value : {source + eps, source - eps}) {
                    const int rounded = roundTowards(value, source);
                    QVERIFY(std::abs(rounded - source) <= eps);
                }
            }
        }
        QCOMPARE(int(roundTowards(102.0000015, 0)), 102);   // a byte that went through a float
        QCOMPARE(int(roundTowards(76.5, 0)), 76);
        QCOMPARE(int(roundTowards(178.5, 255)), 179);
    }

    void clampStaysInBallAndRange() {
        QCOMPARE(int(clampToBall(300, 200, 102)), 255);
        QCOMPARE(int(clampToBall(0, 200, 102)), 98);
        QCOMPARE(int(clampToBall(150, 200, 102)), 150);
    }

    void differenceIsToldByBrightnessToo() {
        const auto brightness = [](const Rgb &colour) { return 0.2126 * colour.red + 0.7152 * colour.green + 0.0722 * colour.blue; };
        QVERIFY(brightness(differenceColour(255)) > brightness(differenceColour(0)));
        QVERIFY(brightness(differenceColour(-255)) < brightness(differenceColour(-102)));
        QVERIFY(brightness(differenceColour(-102)) < brightness(differenceColour(0)));
    }
};

QTEST_GUILESS_MAIN(TestNorms)
#include "test_norms.moc"
