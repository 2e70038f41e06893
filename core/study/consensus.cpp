#include "core/study/consensus.h"

#include <set>

namespace metamer {

int labelOf(const Answer &answer) {
    switch (answer.kind) {
        case AnswerKind::Class: return answer.label;
        case AnswerKind::NotAClass: return kNotAClass;
        case AnswerKind::Same: return kSame;
        case AnswerKind::Different: return kDifferent;
        default: return kUnsure;
    }
}

std::string labelName(int label, const std::vector<std::string> &classNames) {
    switch (label) {
        case kNotAClass: return "not a class";
        case kUnsure: return "unsure";
        case kSame: return "still the same";
        case kDifferent: return "another class";
        default: break;
    }
    const bool isClass = label >= 0 && label < static_cast<int>(classNames.size());
    return isClass ? classNames[static_cast<std::size_t>(label)] : "no consensus";
}

std::vector<CastAnswer> standingAnswers(const std::vector<CastAnswer> &answers) {
    std::set<AnswerId> withdrawn;
    for (const auto &cast : answers) {
        if (cast.answer.kind == AnswerKind::Withdrawal) {
            withdrawn.insert(cast.answer.withdraws);
        }
    }
    std::vector<CastAnswer> standing;
    for (const auto &cast : answers) {
        if (cast.answer.kind != AnswerKind::Withdrawal && !withdrawn.contains(cast.answer.id)) {
            standing.push_back(cast);
        }
    }
    return standing;
}

std::map<ItemId, VotesOfItem> standingVotes(const std::vector<CastAnswer> &answers) {
    std::map<ItemId, VotesOfItem> votes;
    for (const auto &cast : standingAnswers(answers)) {
        if (cast.trialKind == TrialKind::Main) {
            votes[cast.answer.itemId][cast.annotator] = labelOf(cast.answer);
        }
    }
    return votes;
}

std::optional<int> consensusOf(const VotesOfItem &votes, const ConsensusRule &rule) {
    std::map<int, int> counts;
    int total = 0;
    for (const auto &[annotator, label] : votes) {
        if (label != kUnsure) {
            ++counts[label];
            ++total;
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
    const bool meetsRule = most >= rule.votes && most >= rule.share * total - 1e-9;
    return meetsRule ? best : std::nullopt;
}

}  // namespace metamer
