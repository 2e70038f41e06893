#include "core/study/consensus.h"

#include <set>

namespace metamer {
namespace {

int labelOf(const Answer &answer) {
    switch (answer.kind) {
        case AnswerKind::Class: return answer.label;
        case AnswerKind::NotAClass: return kNotAClass;
        default: return kUnsure;
    }
}

}  // namespace

std::map<ItemId, VotesOfItem> standingVotes(const std::vector<CastAnswer> &answers) {
    std::set<AnswerId> withdrawn;
    for (const auto &cast : answers) {
        if (cast.answer.kind == AnswerKind::Withdrawal) {
            withdrawn.insert(cast.answer.withdraws);
        }
    }
    std::map<ItemId, VotesOfItem> votes;
    for (const auto &cast : answers) {
        if (cast.answer.kind != AnswerKind::Withdrawal && !withdrawn.contains(cast.answer.id)) {
            votes[cast.answer.itemId][cast.annotator] = labelOf(cast.answer);
        }
    }
    return votes;
}

std::optional<int> consensusOf(const VotesOfItem &votes) {
    std::map<int, int> counts;
    for (const auto &[annotator, label] : votes) {
        if (label != kUnsure) {
            ++counts[label];
        }
    }
    std::optional<int> best;
    int most = 0;
    for (const auto &[label, count] : counts) {
        if (count == most) {
            best.reset();
        } else if (count > most) {
            best = label;
            most = count;
        }
    }
    return best;
}

}  // namespace metamer
