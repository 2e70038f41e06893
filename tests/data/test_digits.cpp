#include "core/base/sha256.h"
#include "core/data/digits.h"
#include "tests/support/fixtures.h"

using namespace metamer;

class TestDigits : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sameSeedSameBytes() {
        const LabelledImages a = makeDigits(200, 5), b = makeDigits(200, 5), other = makeDigits(200, 6);
        QVERIFY(a.images.bytes == b.images.bytes && a.labels == b.labels);
        QVERIFY(a.images.bytes != other.images.bytes);
    }

    void classesAreInEqualShares() {
        const LabelledImages digits = makeDigits(500, 1);
        for (int digit = 0; digit < 10; ++digit) {
            QCOMPARE(std::count(digits.labels.begin(), digits.labels.end(), digit), 50);
        }
    }

    void inkLiesInsideTheFrame() {
        const LabelledImages digits = makeDigits(1000, 3);
        std::int64_t edge = 0, ink = 0;
        for (std::int64_t i = 0; i < digits.count(); ++i) {
            const auto image = digits.images.at(i);
            for (int at = 0; at < 784; ++at) {
                const bool isEdge = at % 28 == 0 || at % 28 == 27 || at < 28 || at >= 756;
                ink += image[static_cast<std::size_t>(at)];
                edge += isEdge ? image[static_cast<std::size_t>(at)] : 0;
            }
        }
        QVERIFY(static_cast<double>(edge) < 0.005 * static_cast<double>(ink));
    }
};

QTEST_GUILESS_MAIN(TestDigits)
#include "test_digits.moc"
