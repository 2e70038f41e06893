#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/records.h"
#include "core/study/agreement.h"
#include "core/study/bootstrap.h"
#include "core/study/consensus.h"
#include "core/study/interval.h"

namespace metamer {

/// What people did with an example.
enum class PeopleVerdict { NotLabelled, Kept, Changed, NotAClass, NoConsensus };

/// What a model did with it.
enum class ModelVerdict { Kept, FollowedPeople, WentElsewhere };

/// "no consensus" where nobody agrees; NotLabelled only where there is no answer at all.
PeopleVerdict peopleVerdict(const VotesOfItem &votes, int sourceLabel, const ConsensusRule &rule = {});

/// Kept goes first: a model that keeps its answer kept it whatever people said.
ModelVerdict modelVerdict(int onSource, int onExample, std::optional<int> consensus);

/// One example as the report sees it.
struct ReportedExample {
    ExampleOutcome outcome = ExampleOutcome::Found;
    int sourceLabel = 0;
    ByteNorms norms;
    VotesOfItem votes;          ///< of one measure
    SourceImageId source = {};  ///< invalid: every example counts as of a source of its own
    std::optional<int> evaluatorLabel = {};   ///< what the evaluator proxy guesses, -1 "not a class"; never a human label
};

/// One model's answers on the same examples, in the same order; empty where nothing was computed.
struct ReportedModel {
    std::string name;
    std::vector<std::optional<int>> onSource;
    std::vector<std::optional<int>> onExample;
    std::vector<std::optional<bool>> isCertified;   ///< whether a certificate around the source reaches the example and holds; none: none reaches it
};

struct Spread {
    std::optional<double> median;
    std::optional<double> highest;
};

struct RunReport {
    std::string name;
    std::int64_t attempted = 0;
    std::int64_t examples = 0;
    std::int64_t labelled = 0;
    std::int64_t changed = 0;
    std::int64_t kept = 0;
    std::int64_t notAClass = 0;
    std::int64_t noConsensus = 0;
    std::optional<double> successRate;
    std::optional<Interval> successInterval;
    std::optional<double> votesPerItem;
    std::int64_t raters = 0;
    std::optional<double> fleissKappa;
    std::optional<double> krippendorffAlpha;
    std::string agreementNote;  ///< why there is no kappa; empty where there is one
    std::string measure;        ///< what the answers measure; see Measure
    BootstrappedRates rates;    ///< by consensus and by vote, with the two-way bootstrap's intervals: the primary ones
    AgreementTable onLabels;    ///< which label
    AgreementTable onChanged;   ///< changed or not
    Spread l0, l0Binarised, l1, l2, linf;
};

/// The interval to show for the share changed: the two-way bootstrap's, Wilson's where there is none.
std::optional<Interval> primaryInterval(const RunReport &run);

struct ModelReport {
    std::string run;
    std::string model;
    std::optional<double> agreement;         ///< model's answer on the example = people's, of those where people name a class
    std::optional<double> agreementChanged;  ///< the same, of the examples that people changed
    std::optional<double> predictionKept;    ///< same answer on source and example, of all examples
    std::optional<double> certifiedShare;    ///< of the examples that a certificate's radius reaches, those certified; null until certificates are computed
    std::optional<std::int64_t> invarianceSuccesses = {};  ///< kept, people changed, and right on the source
    std::optional<std::int64_t> certifiedInvariance = {};  ///< of those, certified; null without certificates
    std::int64_t proxyChanged = 0;           ///< the evaluator proxy reads another class than the source's, and the model was right on the source
    std::int64_t proxyKept = 0;              ///< of those, the model kept its answer
    std::int64_t proxyKeptCertified = 0;     ///< of those, certified
    bool isChosenFor = false;   ///< the run kept only what this model answers with the source's label: not free of it
};

/// What a proxy guessed of one example. Never a human label.
struct ProxyGuess {
    int sourceLabel = 0;
    std::optional<int> targetClass;
    std::optional<int> consensus;   ///< people's label, where they agree on one; see consensusOf
    int label = -1;                 ///< a class; -1 "not a class"
};

/// A proxy's guesses on the found examples of one run, and how they agree with people where people have labelled.
struct ProxyReport {
    std::string run;
    std::string role;               ///< "selector" or "evaluator"
    std::int64_t read = 0;
    std::int64_t changed = 0;       ///< another class than the source's
    std::int64_t target = 0;        ///< the class that the attack aimed at
    std::int64_t notAClass = 0;
    std::int64_t labelled = 0;      ///< with a human consensus that is a class or "not a class"
    std::int64_t agreed = 0;        ///< of those, the proxy says the same
    std::int64_t changedByPeople = 0, changedByBoth = 0;
};
ProxyReport reportProxy(const std::string &run, const std::string &role, const std::vector<ProxyGuess> &guesses);

/// Counts one run. `attempted` is the number of sources the run took in hand; all votes must be of one measure.
RunReport reportRun(const std::string &name, std::int64_t attempted, const std::vector<ReportedExample> &examples, const ConsensusRule &rule = {});

/// The votes of a run as the bootstrap takes them.
std::vector<VotedExample> votedExamples(const std::vector<ReportedExample> &examples);

/// Sets one model against people on one run.
ModelReport reportModel(const std::string &run, const ReportedModel &model, const std::vector<ReportedExample> &examples, const ConsensusRule &rule = {});

}  // namespace metamer
