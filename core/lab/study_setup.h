#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/store/tables.h"
#include "core/study/protocol.h"

namespace metamer {

/// The protocol in force.
Protocol studyProtocol(StudyFile &file);

/// The found examples of the runs that a protocol names, of all runs if it names none.
std::set<ExampleId> protocolExamples(StudyFile &file, const Protocol &protocol);

/// Puts a protocol in force. Where it asks for other lists, those that nobody has answered on are dropped; after a
/// freeze the lists stay, and the change is a departure that needs a reason and stands in every report.
/// Throws Error(Usage) for unknown runs, keys that are not one a class, a missing reason, or where people have answered on lists that it would drop.
void setProtocol(StudyFile &file, const Protocol &protocol, const std::string &reason = {});

/// The protocol's row among all that were ever in force.
ProtocolId keepProtocolVersion(StudyFile &file, const Protocol &protocol);

struct ListsOutcome {
    int lists = 0;
    int trials = 0;        ///< on the longest, practice and repeats included
    int examples = 0;      ///< different ones, over all lists
    int leastAnswers = 0;  ///< lists that the rarest and the most frequent example stand on
    int mostAnswers = 0;
};

/// Makes the study's lists anew by its protocol. `count` overrides how many; 0 is what the protocol's answers an example ask
/// for. Throws Error(Usage) if the study is frozen, if anybody has answered on a list, or if there are too few sources.
ListsOutcome makeStudyLists(StudyFile &file, int count = 0);

/// Makes the lists if there are none.
void ensureLists(StudyFile &file);

/// What is on the lists there are.
ListsOutcome describeLists(StudyFile &file);

/// Fixes protocol, analysis plan, items with their images, and lists by a SHA-256, before the first answer of a person.
/// Throws Error(Usage) if the study is frozen, or if people have answered, unless `isAfterAnswers` says to go on, which
/// every report will say.
Freeze freezeStudy(StudyFile &file, bool isAfterAnswers = false);

/// What the freeze of a study is worth now.
struct FreezeStatus {
    std::optional<Freeze> freeze;
    bool isIntact = true;                 ///< the hash, computed anew over what is in the file, is the freeze's
    std::vector<std::string> departures;  ///< one sentence each, with its time
};
FreezeStatus freezeStatus(StudyFile &file);

/// The items that a freeze has fixed, by uuid; nothing where there is none.
std::optional<std::set<std::string>> frozenItems(StudyFile &file);

}  // namespace metamer
