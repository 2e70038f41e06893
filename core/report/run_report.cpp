#include "core/report/run_report.h"

#include <algorithm>
#include <set>

namespace metamer {
namespace {

Spread spreadOf(std::vector<double> values) {
    if (values.empty()) {
        return {};
    }
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    const double median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    return {median, values.back()};
}

template <typename Measure>
Spread spreadOver(const std::vector<ReportedExample> &examples, Measure measure) {
    std::vector<double> values;
    for (const auto &example : examples) {
        if (example.outcome == ExampleOutcome::Found) {
            values.push_back(static_cast<double>(measure(example.norms)));
        }
    }
    return spreadOf(std::move(values));
}

void countNorms(RunReport &report, const std::vector<ReportedExample> &examples) {
    report.l0 = spreadOver(examples, [](const ByteNorms &norms) { return norms.l0; });
    report.l0Binarised = spreadOver(examples, [](const ByteNorms &norms) { return norms.l0Binarised; });
    report.l1 = spreadOver(examples, [](const ByteNorms &norms) { return norms.l1(); });
    report.l2 = spreadOver(examples, [](const ByteNorms &norms) { return norms.l2(); });
    report.linf = spreadOver(examples, [](const ByteNorms &norms) { return norms.linf(); });
}

/// The same votes, told only apart by whether they say that the label has changed.
VotesOfItem changedOrNot(const VotesOfItem &votes, int sourceLabel) {
    VotesOfItem result;
    for (const auto &[annotator, label] : votes) {
        result[annotator] = label == kUnsure ? kUnsure : (saysChanged(label, sourceLabel) ? kDifferent : kSame);
    }
    return result;
}

void countVerdict(RunReport &report, PeopleVerdict verdict) {
    switch (verdict) {
        case PeopleVerdict::NotLabelled: return;
        case PeopleVerdict::Kept: ++report.kept; break;
        case PeopleVerdict::Changed: ++report.changed; break;
        case PeopleVerdict::NotAClass: ++report.notAClass; break;
        case PeopleVerdict::NoConsensus: ++report.noConsensus; break;
    }
    ++report.labelled;
}

std::optional<double> share(std::int64_t part, std::int64_t whole) {
    return whole > 0 ? std::optional(static_cast<double>(part) / static_cast<double>(whole)) : std::nullopt;
}

}  // namespace

PeopleVerdict peopleVerdict(const VotesOfItem &votes, int sourceLabel, const ConsensusRule &rule) {
    if (votes.empty()) {
        return PeopleVerdict::NotLabelled;
    }
    const auto consensus = consensusOf(votes, rule);
    if (!consensus) {
        return PeopleVerdict::NoConsensus;
    }
    if (*consensus == kNotAClass) {
        return PeopleVerdict::NotAClass;
    }
    return saysChanged(*consensus, sourceLabel) ? PeopleVerdict::Changed : PeopleVerdict::Kept;
}

ModelVerdict modelVerdict(int onSource, int onExample, std::optional<int> consensus) {
    if (onExample == onSource) {
        return ModelVerdict::Kept;
    }
    return consensus && onExample == *consensus ? ModelVerdict::FollowedPeople : ModelVerdict::WentElsewhere;
}

std::optional<Interval> primaryInterval(const RunReport &run) {
    return run.rates.byConsensus.interval ? run.rates.byConsensus.interval : run.successInterval;
}

std::vector<VotedExample> votedExamples(const std::vector<ReportedExample> &examples) {
    std::vector<VotedExample> voted;
    for (const auto &example : examples) {
        if (example.outcome == ExampleOutcome::Found && !example.votes.empty()) {
            const SourceImageId own{-1 - static_cast<std::int64_t>(voted.size())};
            voted.push_back({example.source.isValid() ? example.source : own, example.sourceLabel, example.votes});
        }
    }
    return voted;
}

RunReport reportRun(const std::string &name, std::int64_t attempted, const std::vector<ReportedExample> &examples, const ConsensusRule &rule) {
    RunReport report;
    report.name = name;
    report.attempted = attempted;
    std::set<AnnotatorId> raters;
    std::vector<VotesOfItem> labels, changes;
    std::int64_t votes = 0;
    for (const auto &example : examples) {
        if (example.outcome != ExampleOutcome::Found) {
            continue;
        }
        ++report.examples;
        countVerdict(report, peopleVerdict(example.votes, example.sourceLabel, rule));
        labels.push_back(example.votes);
        changes.push_back(changedOrNot(example.votes, example.sourceLabel));
        for (const auto &[annotator, label] : example.votes) {
            votes += label != kUnsure;
            raters.insert(annotator);
        }
    }
    report.raters = static_cast<std::int64_t>(raters.size());
    report.successRate = share(report.changed, report.labelled);
    report.votesPerItem = share(votes, report.labelled);
    if (report.labelled > 0) {
        report.successInterval = wilsonInterval(report.changed, report.labelled);
    }
    report.onLabels = agreementOf(labels);
    report.onChanged = agreementOf(changes);
    report.fleissKappa = report.onLabels.fleiss.value;
    report.agreementNote = report.onLabels.fleiss.whyUndefined;
    report.krippendorffAlpha = report.onLabels.krippendorff.value;
    report.rates = bootstrapRates(votedExamples(examples), rule);
    countNorms(report, examples);
    return report;
}

ModelReport reportModel(const std::string &run, const ReportedModel &model, const std::vector<ReportedExample> &examples, const ConsensusRule &rule) {
    std::int64_t predicted = 0, kept = 0, named = 0, agreed = 0, changed = 0, agreedChanged = 0, invariance = 0, reached = 0, certified = 0, certifiedInvariance = 0, proxyChanged = 0, proxyKept = 0, proxyKeptCertified = 0;
    for (std::size_t i = 0; i < examples.size(); ++i) {
        const auto &before = model.onSource[i];
        const auto &after = model.onExample[i];
        if (examples[i].outcome != ExampleOutcome::Found || !before || !after) {
            continue;
        }
        ++predicted;
        kept += *before == *after;
        const auto consensus = consensusOf(examples[i].votes, rule);
        const bool isChanged = consensus && saysChanged(*consensus, examples[i].sourceLabel);
        const bool isInvariance = isChanged && *before == *after && *before == examples[i].sourceLabel;
        invariance += isInvariance;
        const bool isChangedByProxy = examples[i].evaluatorLabel.value_or(-1) >= 0 && *examples[i].evaluatorLabel != examples[i].sourceLabel && *before == examples[i].sourceLabel;
        const bool isKeptByProxy = isChangedByProxy && *before == *after;
        proxyChanged += isChangedByProxy;
        proxyKept += isKeptByProxy;
        if (const auto isCertified = i < model.isCertified.size() ? model.isCertified[i] : std::nullopt) {
            ++reached;
            certified += *isCertified;
            certifiedInvariance += *isCertified && isInvariance;
            proxyKeptCertified += *isCertified && isKeptByProxy;
        }
        if (!consensus || *consensus < 0) {   // "different" names no class to agree with
            continue;
        }
        ++named;
        agreed += *after == *consensus;
        changed += isChanged;
        agreedChanged += isChanged && *after == *consensus;
    }
    ModelReport report{run, model.name, share(agreed, named), share(agreedChanged, changed), share(kept, predicted), share(certified, reached)};
    report.proxyChanged = proxyChanged;
    report.proxyKept = proxyKept;
    report.proxyKeptCertified = proxyKeptCertified;
    if (predicted > 0) {
        report.invarianceSuccesses = invariance;
        report.certifiedInvariance = reached > 0 ? std::optional(certifiedInvariance) : std::nullopt;
    }
    return report;
}

ProxyReport reportProxy(const std::string &run, const std::string &role, const std::vector<ProxyGuess> &guesses) {
    ProxyReport report;
    report.run = run;
    report.role = role;
    for (const ProxyGuess &guess : guesses) {
        const bool isChanged = guess.label >= 0 && guess.label != guess.sourceLabel;
        ++report.read;
        report.changed += isChanged;
        report.target += guess.targetClass && guess.label == *guess.targetClass;
        report.notAClass += guess.label < 0;
        if (!guess.consensus || (*guess.consensus < 0 && *guess.consensus != kNotAClass)) {
            continue;
        }
        ++report.labelled;
        report.agreed += *guess.consensus == (guess.label < 0 ? kNotAClass : guess.label);
        const bool isChangedByPeople = saysChanged(*guess.consensus, guess.sourceLabel);
        report.changedByPeople += isChangedByPeople;
        report.changedByBoth += isChangedByPeople && isChanged;
    }
    return report;
}

}  // namespace metamer
