#include <cmath>

#include "core/attack/invariance/interpolate.h"
#include "core/attack/invariance/l2_semantic.h"
#include "core/attack/row_minima.h"
#include "core/attack/semantic/drawing_traits.h"
#include "core/attack/semantic/linf_styles.h"
#include "core/attack/semantic/toggles.h"
#include "core/data/digits.h"
#include "core/image/norms.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

constexpr ImageShape kShape{1, 28, 28};

/// White rectangles on black: left, top, width, height.
Pixels boxes(const std::vector<std::array<int, 4>> &all, std::uint8_t level = 255) {
    Pixels pixels(784, 0);
    for (const auto &[left, top, width, height] : all) {
        for (int y = top; y < top + height; ++y) {
            for (int x = left; x < left + width; ++x) {
                pixels[static_cast<std::size_t>(y * 28 + x)] = level;
            }
        }
    }
    return pixels;
}

std::vector<float> randoms(std::size_t count, Rng &rng) {
    std::vector<float> values(count);
    for (float &value : values) {
        value = static_cast<float>(rng.uniform(-1, 1));
    }
    return values;
}

}  // namespace

class TestFigures : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rowMinimaAreThoseOfTheProduct() {
        Rng rng(5);
        for (const auto &[count, depth, columns] : {std::array<std::int64_t, 3>{1, 1, 1}, {5, 3, 31}, {12, 67, 32}, {13, 67, 33}, {25, 10, 775}}) {
            const auto left = randoms(static_cast<std::size_t>(count * depth), rng), right = randoms(static_cast<std::size_t>(depth * columns), rng);
            std::vector<float> least(static_cast<std::size_t>(count));
            rowMinima(left.data(), count, PackedColumns(right.data(), depth, columns), least.data());
            for (std::int64_t i = 0; i < count; ++i) {
                double wanted = INFINITY;
                for (std::int64_t j = 0; j < columns; ++j) {
                    double sum = 0;
                    for (std::int64_t k = 0; k < depth; ++k) {
                        sum += static_cast<double>(left[static_cast<std::size_t>(i * depth + k)]) * static_cast<double>(right[static_cast<std::size_t>(k * columns + j)]);
                    }
                    wanted = std::min(wanted, sum);
                }
                QVERIFY(std::abs(static_cast<double>(least[static_cast<std::size_t>(i)]) - wanted) < 1e-4);
            }
        }
    }

    void distancesAreThoseOfTheSum() {
        Rng rng(6);
        for (const std::int64_t size : {1, 15, 16, 17, 784}) {
            const auto a = randoms(static_cast<std::size_t>(size), rng), b = randoms(static_cast<std::size_t>(size), rng);
            double wanted = 0;
            for (std::size_t i = 0; i < a.size(); ++i) {
                wanted += static_cast<double>(a[i] - b[i]) * static_cast<double>(a[i] - b[i]);
            }
            QVERIFY(std::abs(squaredDistance(a.data(), b.data(), size) - wanted) < 1e-3);
        }
    }

    void placementMovesTheDonor() {
        const Pixels box = boxes({{8, 10, 4, 6}});
        InkPlane plane;
        DonorPlane(kShape, box).place({}, plane);
        QVERIFY(plane == inkOf(box));
        Placement moved;
        moved.shiftX = 3;    // pixel p shows the donor at p + 3: the figure goes left
        moved.shiftY = -2;
        DonorPlane(kShape, box).place(moved, plane);
        QVERIFY(plane == inkOf(boxes({{5, 12, 4, 6}})));
        Placement bent;
        bent.bend.fill(0);
        std::fill_n(bent.bend.begin(), Placement::kKnots * Placement::kKnots, 1.0f);   // every knot one pixel along x
        DonorPlane(kShape, box).place(bent, plane);
        for (std::size_t i = 0; i < 784; ++i) {
            QVERIFY(std::abs(plane[i] - inkOf(boxes({{7, 10, 4, 6}}))[i]) < 1e-4f);
        }
    }

    void costCountsResidueAndNewInk() {
        const InkPlane source = inkOf(boxes({{4, 4, 2, 10}})), donor = inkOf(boxes({{5, 4, 2, 10}}));
        QCOMPARE(InkCost::plain(source, 1).of(donor), 20.0);       // ten pixels go, ten come
        QCOMPARE(InkCost::plain(source, 0.5).of(donor), 15.0);
        const InkPlane faint = inkOf(boxes({{4, 4, 2, 10}}, 60));  // 60 of 255 is under eps 0.4: it can be taken away
        QVERIFY(InkCost::insideLinf(faint, 0.4, 0).of(donor) == 0);
    }

    void refinementNeverCostsMoreAndRepeatsItself() {
        const LabelledImages digits = makeDigits(20, 3);
        for (std::int64_t i = 1; i < digits.count(); ++i) {
            const InkCost cost = InkCost::insideLinf(inkOf(digits.images.at(0)), 0.4, 0.25);
            const DonorPlane donor(kShape, digits.images.at(i));
            InkPlane plane;
            donor.place({}, plane);
            Rng first(9), second(9);
            const Refined a = refined(donor, cost, {}, {14, 6, true}, first), b = refined(donor, cost, {}, {14, 6, true}, second);
            QVERIFY(a.cost <= cost.of(plane) && a.cost == b.cost && a.placement.bend == b.placement.bend);
        }
    }

    void figuresAreMeasured() {
        const FigureSize size = measureFigure(inkOf(boxes({{5, 5, 6, 12}})), kShape, 0.5f);
        QCOMPARE(size.area, 72);
        QCOMPARE(size.halfWidth, 3.0);
        QCOMPARE(connectedSets(inkMask(boxes({{2, 2, 3, 3}, {5, 5, 2, 2}, {20, 20, 1, 1}})), kShape).size(), std::size_t(2));   // corners touch
        const auto ring = boxes({{5, 5, 9, 2}, {5, 12, 9, 2}, {5, 5, 2, 9}, {12, 5, 2, 9}});
        QCOMPARE(holesOf(inkOf(ring), kShape, 0.5f), 1);
        QCOMPARE(holesOf(inkOf(boxes({{5, 5, 9, 9}})), kShape, 0.5f), 0);
        QCOMPARE(holesOf(inkOf(boxes({{5, 5, 9, 2}, {5, 5, 2, 9}, {12, 5, 2, 9}})), kShape, 0.5f), 0);   // open below
        QVERIFY(!hasDarkInk({kShape, boxes({{5, 5, 6, 12}})}));
        QVERIFY(hasDarkInk({kShape, negative(boxes({{5, 5, 6, 12}}))}));
    }

    void holesUnderTheLeastAreaDoNotCount() {
        const auto ring = inkOf(boxes({{5, 5, 6, 2}, {5, 9, 6, 2}, {5, 5, 2, 6}, {9, 5, 2, 6}}));   // a hole of 2 x 2
        QCOMPARE(holesOf(ring, kShape, 0.5f, 4), 1);
        QCOMPARE(holesOf(ring, kShape, 0.5f, 5), 0);
    }

    void traitsTellNewStrokesFromThickerOnes() {
        const FigureSize usual{3, 200};
        const Pixels bar = boxes({{6, 4, 4, 20}});
        const TraitMeasure measure(inkOf(bar), usual, kShape);
        const auto traits = [&](const Pixels &drawn, const Pixels &figure) { return measure.of(inkOf(drawn), inkOf(figure)); };

        // A new stroke away from the old one, at 2/3 of its brightness and of its size.
        Pixels apart = boxes({{6, 4, 4, 20}}, 150);
        for (int y = 4; y < 24; ++y) {
            std::fill_n(apart.begin() + y * 28 + 16, 4, std::uint8_t(100));
        }
        const DrawingTraits away = traits(apart, boxes({{6, 4, 4, 20}, {16, 4, 4, 20}}));
        QCOMPARE(away.alongside, 0.0);
        QCOMPARE(away.newArea, 80.0);
        QVERIFY(std::abs(away.dark - 0.5 * (1 - 100.0 / 150)) < 1e-6);
        QCOMPARE(away.wider, 0.0);
        QCOMPARE(away.holesBeyond, 0);
        QVERIFY(!away.gainsHole && away.standsOut == 0 && away.blot == 0);

        // The old stroke thickened by a pixel on each side.
        const DrawingTraits thick = traits(boxes({{5, 4, 6, 20}}), boxes({{5, 4, 6, 20}}));
        QCOMPARE(thick.alongside, 1.0);
        QCOMPARE(thick.wider, 1.0);
        QCOMPARE(thick.dark, 0.0);

        // A loop beside it: gained, and where the figure has none, one too many.
        const Pixels loop = boxes({{6, 4, 4, 20}, {10, 4, 6, 2}, {10, 14, 6, 2}, {14, 4, 2, 12}});
        QVERIFY(traits(loop, loop).gainsHole);
        QCOMPARE(traits(loop, loop).holesBeyond, 0);
        QCOMPARE(traits(loop, bar).holesBeyond, 1);

        // Half of the old stroke is kept, half is left at 0.6 of its brightness.
        Pixels halved = bar;
        for (int y = 14; y < 24; ++y) {
            std::fill_n(halved.begin() + y * 28 + 6, 4, std::uint8_t(153));
        }
        QVERIFY(std::abs(traits(halved, boxes({{6, 4, 4, 10}})).standsOut - 0.4) < 1e-6);
        QVERIFY(traits(boxes({{4, 4, 16, 16}}), boxes({{4, 4, 16, 16}})).blot > 5);
        QCOMPARE(traits(bar, bar).alongside, 0.0);   // nothing changed: nothing divided by nothing
    }

    void everyLinfStyleStaysInTheBallAndDrawsTheFigure() {
        const LabelledImages digits = makeDigits(40, 7);
        for (const std::string &style : linfStyles()) {
            for (std::int64_t i = 0; i + 1 < digits.count(); ++i) {
                const auto source = digits.images.at(i);
                const Pixels drawn = renderLinf(style, source, inkOf(digits.images.at(i + 1)), kShape, 102);
                QVERIFY2(measureNorms(kShape, source, drawn).linfLevels <= 102, style.c_str());
            }
        }
        // Old strokes at 1 - eps, new ones at eps, the rest as dark as it gets.
        const Pixels even = renderLinf("even", boxes({{4, 4, 4, 20}}), inkOf(boxes({{4, 4, 4, 20}, {14, 4, 4, 20}})), kShape, 102);
        QCOMPARE(int(even[10 * 28 + 5]), 153);
        QCOMPARE(int(even[10 * 28 + 15]), 102);
        QCOMPARE(int(even[10 * 28 + 24]), 0);
    }

    void thinnedStrokesAreTwoWideAndInside() {
        const InkMask bar = inkMask(boxes({{5, 3, 6, 20}})), thin = thinned(bar, kShape);
        QCOMPARE(connectedSets(thin, kShape).size(), std::size_t(1));
        for (int y = 8; y < 18; ++y) {
            int width = 0;
            for (int x = 0; x < 28; ++x) {
                const auto i = static_cast<std::size_t>(y * 28 + x);
                QVERIFY(thin[i] == 0 || bar[i] != 0);
                width += thin[i];
            }
            QVERIFY(width >= 1 && width <= 2);
        }
    }

    void togglesCountTheSameBothWays() {
        Pixels source = boxes({{5, 5, 4, 12}});
        source[3] = 60;   // a grey edge pixel keeps its byte
        const auto strokes = strokesBetween(inkMask(source), inkMask(boxes({{5, 5, 4, 6}, {14, 5, 3, 8}})), kShape, 3);
        QCOMPARE(strokes.size(), std::size_t(2));
        std::vector<std::uint8_t> isToggled(784, 0);
        for (const auto &stroke : strokes) {
            for (const int pixel : stroke) {
                isToggled[static_cast<std::size_t>(pixel)] = 1;
            }
        }
        const Pixels drawn = withToggles(source, isToggled);
        const ByteNorms norms = measureNorms(kShape, source, drawn);
        QCOMPARE(norms.l0, 48);
        QCOMPARE(norms.l0Binarised, 48);
        QCOMPARE(int(drawn[3]), 60);
        QCOMPARE(specks(inkMask(boxes({{5, 5, 4, 12}, {20, 20, 2, 2}})), inkMask(source), kShape), 1);
    }

    void l2MovesStayInTheBall() {
        const LabelledImages digits = makeDigits(40, 11);
        for (std::int64_t i = 0; i + 1 < digits.count(); ++i) {
            const auto source = digits.images.at(i);
            const InkPlane wanted = inkOf(digits.images.at(i + 1));
            for (const double eps : {0.01, 1.5, 4.0}) {
                const auto norms = measureNorms(kShape, source, movedTowards(source, wanted, eps));
                QVERIFY(isWithin(norms, Budget::parse(Norm::L2, std::to_string(eps))));
            }
            const auto there = digits.images.at(i + 1);
            const Pixels far = movedTowards(source, wanted, 28);
            QVERIFY(std::equal(far.begin(), far.end(), there.begin()));
        }
    }

    void stepsAreSharesOfTheWay() {
        QCOMPARE(parseSteps("0.25, 0.5,1"), (std::vector<double>{0.25, 0.5, 1}));
        for (const char *bad : {"", "0", "0.5,0.5", "1.5", "0.2,x", "nan"}) {
            QVERIFY2(says(errorOf([&] { parseSteps(bad); }), "--steps"), bad);
        }
    }
};

QTEST_GUILESS_MAIN(TestFigures)
#include "test_figures.moc"
