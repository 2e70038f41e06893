#include <map>
#include <set>

#include "core/study/lists.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

/// `runs` examples of each of `sources` sources, the same sources clean, and `controls` clean ones of their own.
std::vector<ListCandidate> material(int sources, int runs, int controls) {
    std::vector<ListCandidate> all;
    std::int64_t item = 0;
    for (int source = 0; source < sources; ++source) {
        for (int run = 0; run < runs; ++run) {
            all.push_back({item++, source, true, true});
        }
        all.push_back({item++, source, false, true});
    }
    for (int i = 0; i < controls; ++i) {
        all.push_back({item++, sources + i, false, false});
    }
    return all;
}

}  // namespace

class TestLists : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void eachSourceStandsOnceOnAList() {
        const auto candidates = material(60, 3, 20);
        std::map<std::int64_t, ListCandidate> byItem;
        for (const auto &candidate : candidates) {
            byItem[candidate.item] = candidate;
        }
        ListDesign design;
        design.gold = 4;
        design.practice = 3;
        design.repeats = 6;
        design.repeatDistance = 20;
        const auto lists = makeLists(candidates, design);
        std::map<std::int64_t, int> answers;
        for (const auto &list : lists) {
            std::set<std::int64_t> sources;
            std::map<std::int64_t, std::size_t> first;
            std::set<std::int64_t> asked;
            int examples = 0, clean = 0, gold = 0, practice = 0, repeats = 0;
            for (std::size_t at = 0; at < list.size(); ++at) {
                const ListCandidate &candidate = byItem.at(list[at].item);
                if (list[at].kind == TrialKind::Repeat) {
                    ++repeats;
                    QVERIFY(at >= first.at(candidate.item) + 20);
                    QVERIFY(asked.insert(candidate.item).second);   // twice, not three times
                    continue;
                }
                QVERIFY(sources.insert(candidate.source).second);
                first[candidate.item] = at;
                QVERIFY(list[at].kind != TrialKind::Practice || (!candidate.isExample && at < 3));
                QVERIFY(!list[at].isGold || !candidate.isExample);
                practice += list[at].kind == TrialKind::Practice;
                gold += list[at].isGold;
                const bool counts = list[at].kind == TrialKind::Main;
                examples += counts && candidate.isExample;
                clean += counts && !candidate.isExample;
                answers[candidate.item] += counts && candidate.isExample;
            }
            QCOMPARE(practice, 3);
            QCOMPARE(gold, 4);
            QCOMPARE(repeats, 6);
            QCOMPARE(examples, clean);   // half of all are clean
        }
        int least = 1000, most = 0;
        for (const auto &candidate : candidates) {
            if (candidate.isExample) {
                least = std::min(least, answers[candidate.item]);
                most = std::max(most, answers[candidate.item]);
            }
        }
        QVERIFY(least >= 5);
        QVERIFY2(most - least <= 2, qPrintable(QString::number(most)));
    }

    void sameSeedSameLists() {
        const auto candidates = material(30, 2, 10);
        ListDesign design;
        const auto items = [&](std::uint64_t seed) {
            design.seed = seed;
            std::vector<std::int64_t> all;
            for (const auto &list : makeLists(candidates, design)) {
                for (const auto &trial : list) {
                    all.push_back(trial.item);
                }
            }
            return all;
        };
        QVERIFY(items(1) == items(1));
        QVERIFY(items(1) != items(2));
    }

    void tooFewSourcesAreSaidWithNumbers() {
        ListDesign design;
        QVERIFY(says(errorOf([&] { makeLists({}, design); }), "no examples"));
        design.practice = 50;
        QVERIFY(says(errorOf([&] { makeLists(material(10, 1, 0), design); }), "50 asked for"));
        design.practice = 0;
        design.repeats = 5;
        design.repeatDistance = 50;
        QVERIFY(says(errorOf([&] { makeLists(material(20, 1, 0), design); }), "a list here has 20"));
        design.repeats = 0;
        design.trialsPerList = 1;
        QVERIFY(says(errorOf([&] { makeLists(material(20, 1, 0), design); }), "so few trials"));
    }

    void listsOfAGivenNumberAndLength() {
        ListDesign design;
        design.lists = 7;
        design.trialsPerList = 20;
        design.examplesPerControl = 4;
        const auto lists = makeLists(material(50, 1, 10), design);
        QCOMPARE(lists.size(), std::size_t(7));
        for (const auto &list : lists) {
            QCOMPARE(list.size(), std::size_t(20));
        }
    }
};

QTEST_GUILESS_MAIN(TestLists)
#include "test_lists.moc"
