#include <cmath>

#include "core/study/agreement.h"
#include "core/study/bootstrap.h"
#include "core/study/dawid_skene.h"
#include "core/study/simulation.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

std::vector<VotedExample> panel(int examples, int changed, int raters) {
    std::vector<VotedExample> voted;
    for (int i = 0; i < examples; ++i) {
        VotedExample example{{i + 1}, 7, {}};
        for (int rater = 0; rater < raters; ++rater) {
            example.votes[{rater + 1}] = i < changed ? 9 : 7;
        }
        voted.push_back(std::move(example));
    }
    return voted;
}

}  // namespace

class TestStatistics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rulesOfConsensus() {
        const AnnotatorId a{1}, b{2}, c{3}, d{4}, e{5};
        const VotesOfItem votes{{a, 9}, {b, 9}, {c, 7}, {d, 3}, {e, kUnsure}};
        QCOMPARE(*consensusOf(votes), 9);
        QVERIFY(!consensusOf(votes, {3, 0}));
        QVERIFY(!consensusOf(votes, {0, 0.6}));
        QCOMPARE(*consensusOf(votes, {2, 0.5}), 9);
        QCOMPARE(*consensusOf({{a, kDifferent}, {b, kDifferent}, {c, kSame}}), kDifferent);
        QVERIFY(saysChanged(kDifferent, 7) && saysChanged(9, 7) && !saysChanged(7, 7) && !saysChanged(kSame, 7) && !saysChanged(kNotAClass, 7));
    }

    void practiceAndRepeatsNeverVote() {
        const auto cast = [](int id, int label, TrialKind kind) {
            CastAnswer answer;
            answer.answer.id.value = id;
            answer.answer.itemId.value = 1;
            answer.answer.label = label;
            answer.annotator.value = 1;
            answer.trialKind = kind;
            return answer;
        };
        const auto votes = standingVotes({cast(1, 3, TrialKind::Practice), cast(2, 4, TrialKind::Main), cast(3, 5, TrialKind::Repeat)});
        QCOMPARE(votes.at({1}).at({1}), 4);
    }

    void cohenOnItsOwnExample() {
        // Cohen 1960 in the form of many textbooks: 20 both yes, 15 both no, 5 and 10 apart; agreement 0.7, chance 0.5.
        std::vector<int> first, second;
        const auto add = [&](int count, int a, int b) {
            first.insert(first.end(), static_cast<std::size_t>(count), a);
            second.insert(second.end(), static_cast<std::size_t>(count), b);
        };
        add(20, 1, 1);
        add(5, 1, 0);
        add(10, 0, 1);
        add(15, 0, 0);
        QVERIFY(std::abs(*cohenKappa(first, second).value - 0.4) < 1e-12);
        QCOMPARE(cohenKappa({1, 1}, {1, 1}).whyUndefined, std::string("all votes are the same"));
    }

    void agreementSaysWhyThereIsNone() {
        const AnnotatorId a{1}, b{2};
        QCOMPARE(agreementOf({{{a, 1}}, {{a, 2}}}).fleiss.whyUndefined, std::string("there is only one rater"));
        QCOMPARE(agreementOf({}).krippendorff.whyUndefined, std::string("nobody has voted"));
        const AgreementTable two = agreementOf({{{a, 1}, {b, 1}}, {{a, 2}, {b, 1}}, {{a, 2}, {b, 2}}});
        QVERIFY(two.cohen.value && std::abs(*two.pairwise.value - 2.0 / 3) < 1e-12);
        const AgreementTable three = agreementOf({{{a, 1}, {b, 1}, {{3}, 2}}, {{a, 2}, {b, 1}, {{3}, 2}}});
        QVERIFY(!three.cohen.value && three.fleiss.value);
    }

    void bootstrapKnowsWhatItIsOf() {
        const auto unanimous = bootstrapRates(panel(100, 30, 5), {}).byConsensus;
        QCOMPARE(*unanimous.rate, 0.3);
        // Only sources vary here: a binomial of 100 with 0.3.
        QVERIFY(std::abs(unanimous.interval->low - 0.21) < 0.03 && std::abs(unanimous.interval->high - 0.39) < 0.03);
        QVERIFY(!bootstrapRates({}, {}).byConsensus.rate);
        QVERIFY(!bootstrapRates(panel(1, 1, 3), {}).byConsensus.interval);
        QVERIFY(!bootstrapRates(panel(5, 0, 3), {}).byConsensus.interval);   // 0 of 5 is not "0 % to 0 %"
        QCOMPARE(bootstrapRates(panel(100, 30, 3), {3, 0}).byConsensus.interval->low, bootstrapRates(panel(100, 30, 3), {}).byConsensus.interval->low);
        const auto again = bootstrapRates(panel(100, 30, 5), {}).byConsensus;
        QVERIFY(again.interval->low == unanimous.interval->low && again.interval->high == unanimous.interval->high);
    }

    void bootstrapIsWiderWhereAnnotatorsDisagree() {
        // Two of four people see everything changed, two see nothing: other people could say anything.
        auto split = panel(60, 60, 4);
        for (auto &example : split) {
            example.votes[{3}] = 7;
            example.votes[{4}] = 7;
        }
        const auto rates = bootstrapRates(split, {});
        QCOMPARE(*rates.byVote.rate, 0.5);
        QVERIFY(rates.byVote.interval->high - rates.byVote.interval->low > 0.7);
        QCOMPARE(*rates.byConsensus.rate, 0.0);   // ties
        QCOMPARE(rates.byConsensus.interval->high, 1.0);
    }

    void runsAreComparedOnSharedSources() {
        auto first = panel(80, 40, 3), second = panel(60, 20, 3);
        const auto same = pairedDifference(first, first, {});
        QVERIFY(*same.difference == 0 && !same.interval);   // nothing varies
        const auto other = pairedDifference(first, second, {});
        QCOMPARE(other.sources, 60);
        QVERIFY(std::abs(*other.difference - 20.0 / 60) < 1e-12);   // sources 21 to 40 are changed in the first only
        QVERIFY(other.interval->low > 0.15 && other.interval->high < 0.5);
        QCOMPARE(pairedDifference(first, {}, {}).sources, 0);
    }

    void dawidSkeneFindsTheCarelessOne() {
        Rng rng(5);
        std::vector<VotesOfItem> items;
        std::vector<int> truths;
        std::map<int, std::pair<int, int>> right;   // by rater: right votes, votes
        for (int i = 0; i < 300; ++i) {
            truths.push_back(static_cast<int>(rng.below(3)));
            VotesOfItem item;
            for (int rater = 1; rater <= 5; ++rater) {
                if (rng.uniform() < 0.7) {   // votes with holes everywhere
                    item[{rater}] = simulatedLabel(truths.back(), {5, 0, rater == 5 ? 0.6 : 0.1, 0.5, 3, 0}, rng);
                    right[rater].first += item[{rater}] == truths.back();
                    ++right[rater].second;
                }
            }
            items.push_back(std::move(item));
        }
        const DawidSkene result = dawidSkene(items);
        QVERIFY(result.whyUndefined.empty() && result.rounds < 200);
        for (const auto &[rater, counts] : right) {   // without the truths it comes close to what they would tell
            QVERIFY(std::abs(result.annotators.at({rater}).accuracy - static_cast<double>(counts.first) / counts.second) < 0.03);
        }
        QVERIFY(result.annotators.at({5}).accuracy < 0.5);
        QVERIFY(result.annotators.at({1}).isOneCoin == (result.annotators.at({1}).votes < 150));
        int found = 0, seen = 0;
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (!items[i].empty()) {
                const auto &posterior = result.posteriors[i];
                const auto best = std::max_element(posterior.begin(), posterior.end(), [](const auto &a, const auto &b) { return a.second < b.second; });
                found += best->first == truths[i];
                ++seen;
            }
        }
        QVERIFY(found > 0.93 * seen);
        QCOMPARE(dawidSkene({{{AnnotatorId{1}, 3}}}).whyUndefined, std::string("there is only one rater"));
        QCOMPARE(dawidSkene({{{AnnotatorId{1}, 3}, {AnnotatorId{2}, 3}}}).whyUndefined, std::string("all votes are the same"));
    }

    void forecastsShrinkWithMoreItems() {
        const SimulatedPeople people{40, 100, 0.1, 0.5, 10, 3};
        const PowerForecast few = forecastPower(100, people, 10, 100), many = forecastPower(800, people, 10, 100);
        QCOMPARE(few.votesPerItem, 40.0);
        QVERIFY(std::abs(many.votesPerItem - 5) < 1e-9);
        QVERIFY(few.meanWidth > 0.15 && few.meanWidth < 0.25);   // 1.96 * 2 * sqrt(0.25 / 100) = 0.196
        QVERIFY(many.meanWidth < 0.6 * few.meanWidth);
        QVERIFY(std::abs(many.meanRate - 0.5) < 0.05);
    }
};

QTEST_GUILESS_MAIN(TestStatistics)
#include "test_statistics.moc"
