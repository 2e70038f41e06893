#include "core/study/lists.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/base/text.h"

namespace metamer {
namespace {

template <typename Value>
void shuffle(std::vector<Value> &values, Rng &rng) {
    for (std::size_t i = values.size(); i > 1; --i) {
        std::swap(values[i - 1], values[static_cast<std::size_t>(rng.below(i))]);
    }
}

/// Candidates of one kind with how many lists each stands on so far.
class Pool {
public:
    explicit Pool(std::vector<ListCandidate> candidates) : m_candidates(std::move(candidates)), m_uses(m_candidates.size(), 0) {}

    /// Up to `count` candidates whose sources are not in `used`, those that stand on the fewest lists first, ties by chance.
    std::vector<ListCandidate> take(int count, std::set<std::int64_t> &used, Rng &rng) {
        std::vector<std::size_t> order(m_candidates.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            order[i] = i;
        }
        shuffle(order, rng);
        std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) { return m_uses[a] < m_uses[b]; });
        std::vector<ListCandidate> taken;
        for (const auto at : order) {
            if (static_cast<int>(taken.size()) < count && used.insert(m_candidates[at].source).second) {
                ++m_uses[at];
                taken.push_back(m_candidates[at]);
            }
        }
        return taken;
    }

    int leastUses() const { return *std::min_element(m_uses.begin(), m_uses.end()); }

private:
    std::vector<ListCandidate> m_candidates;
    std::vector<int> m_uses;
};

std::set<std::int64_t> sourcesOf(const std::vector<ListCandidate> &candidates) {
    std::set<std::int64_t> sources;
    for (const auto &candidate : candidates) {
        sources.insert(candidate.source);
    }
    return sources;
}

/// Takes `count` clean candidates for all lists out of `clean`, rather such that are not attacked: those cost no example.
std::vector<ListCandidate> setAside(std::vector<ListCandidate> &clean, int count, const char *what, Rng &rng) {
    if (count > static_cast<int>(clean.size())) {
        throw Error(ErrorCode::Usage, std::string(what) + ": " + std::to_string(count) + " asked for, but there are only " +
                                          countOf(static_cast<std::int64_t>(clean.size()), "clean image") + "; ask for fewer, or attack more sources");
    }
    shuffle(clean, rng);
    std::stable_partition(clean.begin(), clean.end(), [](const ListCandidate &candidate) { return candidate.isAttacked; });
    std::vector<ListCandidate> taken(clean.end() - count, clean.end());
    clean.resize(clean.size() - static_cast<std::size_t>(count));
    return taken;
}

/// Puts second askings of `count` trials into `trials`, each at least `distance` behind its first.
void addRepeats(TrialList &trials, int count, int distance, Rng &rng) {
    const int possible = static_cast<int>(trials.size()) - distance + 1;
    if (count > 0 && possible < count) {
        throw Error(ErrorCode::Usage, countOf(count, "repeat") + " at least " + countOf(distance, "trial") + " later need " +
                                          std::to_string(count + distance - 1) + " trials or more; a list here has " + std::to_string(trials.size()));
    }
    std::vector<PlannedTrial> repeats;
    for (const auto first : drawWithoutReplacement(std::max(0, possible), count, rng)) {
        repeats.push_back({trials[static_cast<std::size_t>(first)].item, TrialKind::Repeat, false});
    }
    for (const auto &repeat : repeats) {   // what is put in moves others back, which only adds to their distance
        std::size_t at = 0;
        while (trials[at].item != repeat.item) {
            ++at;
        }
        const auto room = trials.size() - (at + static_cast<std::size_t>(distance)) + 1;
        trials.insert(trials.begin() + static_cast<std::ptrdiff_t>(at + static_cast<std::size_t>(distance) + rng.below(room)), repeat);
    }
}

}  // namespace

std::vector<TrialList> makeLists(const std::vector<ListCandidate> &candidates, const ListDesign &design) {
    std::vector<ListCandidate> examples, clean;
    for (const auto &candidate : candidates) {
        (candidate.isExample ? examples : clean).push_back(candidate);
    }
    if (examples.empty()) {
        throw Error(ErrorCode::Usage, "there are no examples to make lists of; run an attack first, or name other runs in the protocol");
    }
    Rng rng(design.seed + 0x6C697374);
    const auto practice = setAside(clean, design.practice, "practice trials", rng);
    const auto gold = setAside(clean, design.gold, "gold items", rng);
    std::set<std::int64_t> reserved = sourcesOf(practice);
    reserved.merge(sourcesOf(gold));
    const auto isReserved = [&reserved](const ListCandidate &candidate) { return reserved.contains(candidate.source); };
    std::erase_if(examples, isReserved);
    std::erase_if(clean, isReserved);
    if (examples.empty()) {
        throw Error(ErrorCode::Usage, "practice and gold take every source that there is; ask for fewer, or attack more sources");
    }

    // How many examples a list can hold: of the sources, one part perturbed and one part clean, gold counting as clean.
    const int perControl = design.examplesPerControl;
    auto all = sourcesOf(examples);
    const int attacked = static_cast<int>(all.size());
    all.merge(sourcesOf(clean));
    const auto perturbedOf = [perControl](int trials) { return perControl == 0 ? trials : trials * perControl / (1 + perControl); };
    int perturbed = std::min(attacked, perturbedOf(static_cast<int>(all.size() + gold.size())));
    if (design.trialsPerList > 0) {
        perturbed = std::min(perturbed, perturbedOf(design.trialsPerList));
    }
    if (perturbed == 0) {
        throw Error(ErrorCode::Usage, "a list of so few trials has no room for an example beside its controls; raise trials-per-list, or attack more sources");
    }
    const int controls = perControl == 0 ? 0 : (perturbed + perControl - 1) / perControl;

    Pool examplePool(std::move(examples)), cleanPool(std::move(clean));
    std::vector<TrialList> lists;
    const auto isEnough = [&] { return design.lists > 0 ? static_cast<int>(lists.size()) == design.lists : examplePool.leastUses() >= design.answersPerItem; };
    while (!isEnough()) {
        std::set<std::int64_t> used;
        TrialList trials;
        for (const auto &candidate : examplePool.take(perturbed, used, rng)) {
            trials.push_back({candidate.item, TrialKind::Main, false});
        }
        for (const auto &candidate : gold) {
            trials.push_back({candidate.item, TrialKind::Main, true});
        }
        for (const auto &candidate : cleanPool.take(std::max(0, controls - static_cast<int>(gold.size())), used, rng)) {
            trials.push_back({candidate.item, TrialKind::Main, false});
        }
        shuffle(trials, rng);
        addRepeats(trials, design.repeats, design.repeatDistance, rng);
        TrialList whole;
        for (const auto &candidate : practice) {
            whole.push_back({candidate.item, TrialKind::Practice, false});
        }
        whole.insert(whole.end(), trials.begin(), trials.end());
        lists.push_back(std::move(whole));
    }
    return lists;
}

}  // namespace metamer
