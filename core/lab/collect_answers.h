#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/store/tables.h"
#include "core/study/consensus.h"
#include "core/study/protocol.h"

namespace metamer {

/// The run of that name, all runs if it is empty. Throws Error(NotFound).
std::vector<Run> chosenRuns(StudyFile &file, const std::string &name);

/// The standing answers of the chosen annotators, measure by measure.
struct Votes {
    struct OfMeasure {
        std::vector<CastAnswer> answers;       ///< standing
        std::map<ItemId, VotesOfItem> byItem;  ///< main trials only
    };
    std::map<std::string, OfMeasure> measures;
    std::map<ItemId, Item> items;
    std::map<ExampleId, ItemId> itemOf;

    const VotesOfItem &on(ExampleId example, const std::string &measure) const {
        static const VotesOfItem kNone;
        const auto of = measures.find(measure);
        const auto item = itemOf.find(example);
        if (of == measures.end() || item == itemOf.end()) {
            return kNone;
        }
        const auto votes = of->second.byItem.find(item->second);
        return votes == of->second.byItem.end() ? kNone : votes->second;
    }
};

/// The votes of those annotators: of everyone if `annotators` is empty, the simulated only where they are asked for.
/// Throws Error(NotFound) for an unknown annotator.
Votes collectVotes(StudyFile &file, const std::vector<std::string> &annotators = {}, bool withSimulated = false);

/// The measures that some of `examples` have votes of, with how many votes.
std::map<std::string, std::size_t> measuresOn(const Votes &votes, const std::vector<Example> &examples);

/// The measure that a run is reported by: the wanted one, else the protocol's where it has votes, else the one with the most.
std::string primaryMeasure(const std::map<std::string, std::size_t> &counts, const std::string &wanted, const std::string &ofProtocol);

/// What one model says, with what is proven of it.
struct PredictedLabels {
    std::string name;
    std::map<SourceImageId, int> onSource;
    std::map<ExampleId, int> onExample;
    std::map<SourceImageId, std::vector<Certificate>> certificates;
};

/// Of every model that is not hidden.
std::vector<PredictedLabels> collectModelAnswers(StudyFile &file);

template <typename Key>
std::optional<int> lookUp(const std::map<Key, int> &answers, const Key &key) {
    const auto found = answers.find(key);
    return found == answers.end() ? std::nullopt : std::optional(found->second);
}

/// When people agree, by the protocol.
ConsensusRule ruleOf(const Protocol &protocol);

}  // namespace metamer
