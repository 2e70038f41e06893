#include "core/study/agreement.h"

#include <set>

namespace metamer {
namespace {

int totalOf(const VoteCounts &item) {
    int total = 0;
    for (const auto &[label, count] : item) {
        total += count;
    }
    return total;
}

Agreement undefined(const std::string &why) { return {std::nullopt, why}; }

constexpr double kNoVariation = 1e-12;
const std::string kNoPairs = "no item has two votes";
const std::string kNoVariationWords = "all votes are the same";

}  // namespace

Agreement fleissKappa(const std::vector<VoteCounts> &items) {
    double agreeing = 0;
    int paired = 0;
    int voted = 0;
    std::map<int, double> shares;
    for (const auto &item : items) {
        const int total = totalOf(item);
        if (total == 0) {
            continue;
        }
        ++voted;
        double pairs = 0;
        for (const auto &[label, count] : item) {
            shares[label] += static_cast<double>(count) / total;
            pairs += static_cast<double>(count) * (count - 1);
        }
        if (total >= 2) {
            ++paired;
            agreeing += pairs / (static_cast<double>(total) * (total - 1));
        }
    }
    if (paired == 0) {
        return undefined(kNoPairs);
    }
    double chance = 0;
    for (const auto &[label, share] : shares) {
        chance += share / voted * (share / voted);
    }
    if (1 - chance < kNoVariation) {
        return undefined(kNoVariationWords);
    }
    return {(agreeing / paired - chance) / (1 - chance), {}};
}

Agreement krippendorffAlpha(const std::vector<VoteCounts> &items) {
    std::map<int, double> totals;
    double pairable = 0;
    double disagreement = 0;
    for (const auto &item : items) {
        const int total = totalOf(item);
        if (total < 2) {
            continue;
        }
        double same = 0;
        for (const auto &[label, count] : item) {
            totals[label] += count;
            same += static_cast<double>(count) * (count - 1);
        }
        pairable += total;
        disagreement += (static_cast<double>(total) * (total - 1) - same) / (total - 1);
    }
    if (pairable == 0) {
        return undefined(kNoPairs);
    }
    double expected = pairable * pairable;
    for (const auto &[label, count] : totals) {
        expected -= count * count;
    }
    if (expected < kNoVariation) {
        return undefined(kNoVariationWords);
    }
    return {1 - (pairable - 1) * disagreement / expected, {}};
}

Agreement pairwiseAgreement(const std::vector<VoteCounts> &items) {
    double agreeing = 0, pairs = 0;
    for (const auto &item : items) {
        const int total = totalOf(item);
        pairs += static_cast<double>(total) * (total - 1);
        for (const auto &[label, count] : item) {
            agreeing += static_cast<double>(count) * (count - 1);
        }
    }
    return pairs > 0 ? Agreement{agreeing / pairs, {}} : undefined(kNoPairs);
}

Agreement cohenKappa(const std::vector<int> &first, const std::vector<int> &second) {
    if (first.empty()) {
        return undefined("no item was labelled by both");
    }
    const auto count = static_cast<double>(first.size());
    std::map<int, double> firstShares, secondShares;
    double agreeing = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
        firstShares[first[i]] += 1 / count;
        secondShares[second[i]] += 1 / count;
        agreeing += first[i] == second[i] ? 1 / count : 0;
    }
    double chance = 0;
    for (const auto &[label, share] : firstShares) {
        chance += share * secondShares[label];
    }
    return 1 - chance < kNoVariation ? undefined(kNoVariationWords) : Agreement{(agreeing - chance) / (1 - chance), {}};
}

AgreementTable agreementOf(const std::vector<VotesOfItem> &items) {
    std::vector<VoteCounts> counts;
    std::set<AnnotatorId> raters;
    for (const auto &item : items) {
        VoteCounts votes;
        for (const auto &[annotator, label] : item) {
            if (label != kUnsure) {
                ++votes[label];
                raters.insert(annotator);
            }
        }
        counts.push_back(std::move(votes));
    }
    AgreementTable table{pairwiseAgreement(counts), fleissKappa(counts), krippendorffAlpha(counts), undefined("it takes exactly two raters")};
    if (raters.size() < 2) {
        const Agreement alone = undefined(raters.empty() ? "nobody has voted" : "there is only one rater");
        return {alone, alone, alone, alone};
    }
    if (raters.size() == 2) {
        std::vector<int> labels[2];
        for (const auto &item : items) {
            const auto first = item.find(*raters.begin()), second = item.find(*raters.rbegin());
            if (first != item.end() && second != item.end() && first->second != kUnsure && second->second != kUnsure) {
                labels[0].push_back(first->second);
                labels[1].push_back(second->second);
            }
        }
        table.cohen = cohenKappa(labels[0], labels[1]);
    }
    return table;
}

}  // namespace metamer
