#include "core/study/agreement.h"
#include "core/study/consensus.h"
#include "core/study/order.h"
#include "tests/support/fixtures.h"

using namespace metamer;

namespace {

/// Krippendorff (2011), section C: four observers, twelve units, missing data.
std::vector<VoteCounts> krippendorffExample() {
    constexpr int kNone = 0;
    const int votes[4][12] = {{1, 2, 3, 3, 2, 1, 4, 1, 2, kNone, kNone, kNone},
                              {1, 2, 3, 3, 2, 2, 4, 1, 2, 5, kNone, 3},
                              {kNone, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, kNone},
                              {1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, kNone}};
    std::vector<VoteCounts> items(12);
    for (const auto &observer : votes) {
        for (std::size_t unit = 0; unit < 12; ++unit) {
            if (observer[unit] != kNone) {
                ++items[unit][observer[unit]];
            }
        }
    }
    return items;
}

CastAnswer cast(std::int64_t id, AnnotatorId who, ItemId item, AnswerKind kind, int label, AnswerId withdraws = {}) {
    CastAnswer result;
    result.answer.id = {id};
    result.answer.itemId = item;
    result.answer.kind = kind;
    result.answer.label = label;
    result.answer.withdraws = withdraws;
    result.annotator = who;
    return result;
}

}  // namespace

class TestAgreement : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void publishedExample() {
        QVERIFY(std::abs(*krippendorffAlpha(krippendorffExample()).value - 904.0 / 1216.0) < 1e-12);
        QVERIFY(std::abs(*fleissKappa(krippendorffExample()).value - 0.76117) < 5e-6);
    }

    void fleissOriginalShape() {
        // Two items, three raters each: {a,a,b} and {b,b,b}. P = (1/3 + 1)/2, chance = (1/3)^2 + (2/3)^2.
        const double agreement = 2.0 / 3.0, chance = 5.0 / 9.0;
        QVERIFY(std::abs(*fleissKappa({{{0, 2}, {1, 1}}, {{1, 3}}}).value - (agreement - chance) / (1 - chance)) < 1e-12);
    }

    void undefinedSaysWhy() {
        QCOMPARE(fleissKappa({{{1, 1}}, {{2, 1}}}).whyUndefined, std::string("no item has two votes"));
        QCOMPARE(fleissKappa({{{1, 2}}, {{1, 3}}}).whyUndefined, std::string("all votes are the same"));
        QVERIFY(!fleissKappa({}).value && !krippendorffAlpha({}).value);
    }

    void pluralityTiesAndUnsure() {
        const AnnotatorId a{1}, b{2}, c{3};
        QCOMPARE(*consensusOf({{a, 3}, {b, 3}, {c, 8}}), 3);
        QVERIFY(!consensusOf({{a, 3}, {b, 8}}));
        QCOMPARE(*consensusOf({{a, 3}, {b, kUnsure}}), 3);
        QCOMPARE(*consensusOf({{a, kNotAClass}, {b, kNotAClass}, {c, 1}}), kNotAClass);
        QVERIFY(!consensusOf({{a, kUnsure}}));
        QVERIFY(!consensusOf({{a, 1}, {b, 2}, {c, 3}}));
    }

    void lastStandingAnswerCounts() {
        const AnnotatorId who{1};
        const ItemId item{7};
        auto votes = standingVotes({cast(1, who, item, AnswerKind::Class, 3), cast(2, who, item, AnswerKind::Class, 8)});
        QCOMPARE(votes[item][who], 8);
        votes = standingVotes({cast(1, who, item, AnswerKind::Class, 3), cast(2, who, item, AnswerKind::Class, 8), cast(3, who, item, AnswerKind::Withdrawal, -1, {2})});
        QCOMPARE(votes[item][who], 3);
        votes = standingVotes({cast(1, who, item, AnswerKind::Unsure, -1), cast(2, who, item, AnswerKind::Withdrawal, -1, {1})});
        QVERIFY(votes.empty());
    }

    void orderIsRandomByAnnotatorAndStable() {
        QCOMPARE(orderKey("ada", "item"), orderKey("ada", "item"));
        int later = 0;
        for (int i = 0; i < 1000; ++i) {
            later += orderKey("ada", std::to_string(i)) > orderKey("bob", std::to_string(i));
        }
        QVERIFY(later > 400 && later < 600);
    }
};

QTEST_GUILESS_MAIN(TestAgreement)
#include "test_agreement.moc"
