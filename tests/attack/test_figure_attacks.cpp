#include <filesystem>

#include "core/attack/compute.h"
#include "core/base/json.h"
#include "core/data/digits.h"
#include "core/image/norms.h"
#include "core/lab/compute_loader.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

/// A proxy trained for seconds: good enough to tell the built-in digits apart.
std::shared_ptr<const OracleProxy> smallProxy(const LabelledImages &train, ProxyRole role) {
    ProxyRequest request{role, &train, 10, "cpu", 1, 160, 1};
    const TrainedProxy trained = compute().trainProxy(request, {}, [](const Progress &) {});
    return compute().loadProxy(role, trained.weights, "test", train.images.shape, 10, "cpu");
}

LabelledImages turnedOver(LabelledImages images) {
    for (std::uint8_t &byte : images.images.bytes) {
        byte = static_cast<std::uint8_t>(255 - byte);
    }
    return images;
}

struct Given {
    const char *attack;
    Norm norm;
    const char *eps;
};

constexpr Given kAll[] = {{"linf-semantic", Norm::Linf, "0.4"}, {"l0-transform", Norm::L0, "30"}, {"l2-semantic", Norm::L2, "4"}, {"interpolate", Norm::L2, "30"}};

}  // namespace

class TestFigureAttacks : public QObject {
    Q_OBJECT

    LabelledImages m_train = makeDigits(2000, 1), m_sources = makeDigits(6, 2);
    std::shared_ptr<const OracleProxy> m_selector;

    std::unique_ptr<Attack> make(const Given &given, const LabelledImages &donors, const std::string &targets, std::function<bool(const Pixels &)> keeps = {}) const {
        const AttackInfo &info = findByName(compute().attacks(), given.attack, "attack");
        return compute().makeAttack(given.attack, {Budget::parse(given.norm, given.eps), Targets::parse(targets, 10), info.schema.check({}), 0, "cpu", &donors, m_selector, std::move(keeps)});
    }

private Q_SLOTS:
    void initTestCase() { m_selector = smallProxy(m_train, ProxyRole::Selector); }

    void proxiesReadDigitsAndTellBlotsApart() {
        const LabelledImages test = makeDigits(200, 5);
        for (const auto &proxy : {m_selector, smallProxy(m_train, ProxyRole::Evaluator)}) {
            int right = 0;
            const auto readings = proxy->read(test.images);
            for (std::size_t i = 0; i < readings.size(); ++i) {
                right += readings[i].label() == test.labels[i];
                double sum = static_cast<double>(readings[i].notAClass);
                for (const float p : readings[i].probabilities) {
                    sum += static_cast<double>(p);
                }
                QVERIFY(std::abs(sum - 1) < 1e-4);
            }
            QVERIFY2(right >= 170, std::to_string(right).c_str());
            const auto white = proxy->read({test.images.shape, Pixels(784, 255)}).front();
            QVERIFY(white.notAClass > 0.5f);
        }
        QVERIFY(says(errorOf([&] { m_selector->read({{1, 14, 14}, Pixels(196, 0)}); }), "another size"));
    }

    void sameRequestGivesTheSameProxy() {
        const LabelledImages few = makeDigits(300, 4);
        ProxyRequest request{ProxyRole::Evaluator, &few, 10, "cpu", 1, 5, 7};
        const auto train = [&] { return compute().trainProxy(request, {}, [](const Progress &) {}).weights; };
        QVERIFY(train() == train());
        StopToken stop;
        stop.requestStop();
        QVERIFY(compute().trainProxy(request, stop, [](const Progress &) {}).weights.empty());
        LabelledImages colour = few;
        colour.images.shape = {3, 28, 28};
        colour.images.bytes.resize(3 * 784 * 100);
        colour.labels.resize(100);
        request.train = &colour;
        QVERIFY(says(errorOf(train), "grey images"));
        QVERIFY(says(errorOf([&] { compute().loadProxy(ProxyRole::Selector, Pixels(100, 1), "x", {1, 28, 28}, 10, "cpu"); }), "do not fit"));
    }

    void staysInTheBallAndRepeatsItself_data() {
        QTest::addColumn<int>("at");
        for (int i = 0; i < 4; ++i) {
            QTest::newRow(kAll[i].attack) << i;
        }
    }
    void staysInTheBallAndRepeatsItself() {
        QFETCH(int, at);
        const Given &given = kAll[at];
        const auto first = make(given, m_train, "any"), second = make(given, m_train, "any");
        const Budget budget = Budget::parse(given.norm, given.eps);
        int found = 0;
        for (std::int64_t i = 0; i < m_sources.count(); ++i) {
            const auto source = m_sources.images.at(i);
            const int label = m_sources.labels[static_cast<std::size_t>(i)];
            const auto a = first->perturb(source, label, {}), b = second->perturb(source, label, {});
            QVERIFY(!a.empty() && a.size() == b.size());
            for (std::size_t n = 0; n < a.size(); ++n) {
                const ByteNorms norms = measureNorms(m_train.images.shape, source, a[n].pixels);
                QVERIFY(a[n].pixels == b[n].pixels);
                QVERIFY(isWithin(norms, budget));
                QVERIFY(a[n].targetClass != label && a[n].donorIndex >= 0);
                QCOMPARE(m_train.labels[static_cast<std::size_t>(a[n].donorIndex)], a[n].targetClass);
                QVERIFY(given.norm != Norm::L0 || norms.l0 == norms.l0Binarised);
                QVERIFY(a[n].isFound || !a[n].why.empty());
                if (a[n].isFound && m_selector != nullptr && std::string(given.attack) != "interpolate") {
                    QCOMPARE(m_selector->read({m_train.images.shape, a[n].pixels}).front().label(), a[n].targetClass);
                }
                found += a[n].isFound;
            }
        }
        QVERIFY2(found >= 3, std::to_string(found).c_str());
    }

    void aTinyBallIsAnAttemptThatSaysWhatWouldDo() {
        const auto found = make({"linf-semantic", Norm::Linf, "4/255"}, m_train, "any")->perturb(m_sources.images.at(0), m_sources.labels[0], {});
        QCOMPARE(found.size(), std::size_t(1));
        QVERIFY(!found[0].isFound && says(Error(ErrorCode::Internal, found[0].why), "selector"));
        QVERIFY(found[0].enough.empty() || Budget::parse(Norm::Linf, found[0].enough).greyLevels() > 4);
    }

    void oneEachAimsAtEveryClass() {
        const auto found = make(kAll[0], m_train, "all")->perturb(m_sources.images.at(0), m_sources.labels[0], {});
        QCOMPARE(found.size(), std::size_t(9));
    }

    void darkInkIsTheSameTurnedOver() {
        const LabelledImages dark = turnedOver(m_train), sources = turnedOver(m_sources);
        const auto light = make(kAll[3], m_train, "any")->perturb(m_sources.images.at(1), m_sources.labels[1], {});
        const auto turned = make(kAll[3], dark, "any")->perturb(sources.images.at(1), sources.labels[1], {});
        QCOMPARE(light.size(), turned.size());
        QCOMPARE(light[0].donorIndex, turned[0].donorIndex);
        for (std::size_t i = 0; i < 784; ++i) {
            QVERIFY(std::abs(int(light[0].pixels[i]) + int(turned[0].pixels[i]) - 255) <= 1);
        }
    }

    void proxiesReadDarkInkToo() {
        const LabelledImages dark = turnedOver(m_train), test = turnedOver(makeDigits(100, 5));
        const auto proxy = smallProxy(dark, ProxyRole::Selector);
        int right = 0;
        const auto readings = proxy->read(test.images);
        for (std::size_t i = 0; i < readings.size(); ++i) {
            right += readings[i].label() == test.labels[i];
        }
        QVERIFY2(right >= 85, std::to_string(right).c_str());
    }

    void onlyWhatTheModelKeepsIsChosen() {
        int asked = 0;
        const auto none = [&](const Pixels &) {
            ++asked;
            return false;
        };
        const auto found = make(kAll[0], m_train, "any", none)->perturb(m_sources.images.at(2), m_sources.labels[2], {});
        QVERIFY(asked > 1);            // it went down its list
        QCOMPARE(found.size(), std::size_t(1));   // and handed out the best, which the caller then keeps as an attempt
    }

    void abortIsSilentAndColourIsRefused() {
        StopToken stop;
        stop.requestAbort();
        QVERIFY(make(kAll[0], m_train, "any")->perturb(m_sources.images.at(0), m_sources.labels[0], stop).empty());
        LabelledImages colour{{{3, 28, 28}, Pixels(3 * 784 * 20, 0)}, std::vector<int>(20, 1)};
        QVERIFY(says(errorOf([&] { make(kAll[0], colour, "any"); }), "linf-nearest"));
    }
};

QTEST_GUILESS_MAIN(TestFigureAttacks)
#include "test_figure_attacks.moc"
