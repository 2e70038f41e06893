#include "core/study/agreement.h"

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
        return undefined("no example has two votes");
    }
    double chance = 0;
    for (const auto &[label, share] : shares) {
        chance += share / voted * (share / voted);
    }
    if (1 - chance < kNoVariation) {
        return undefined("all votes name one class");
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
        return undefined("no example has two votes");
    }
    double expected = pairable * pairable;
    for (const auto &[label, count] : totals) {
        expected -= count * count;
    }
    if (expected < kNoVariation) {
        return undefined("all votes name one class");
    }
    return {1 - (pairable - 1) * disagreement / expected, {}};
}

}  // namespace metamer
