#include "core/report/report_table.h"

#include <cmath>
#include <cstdio>

#include "core/base/text.h"
#include "core/study/measure.h"

namespace metamer {
namespace {

const std::string kNone = "-";

std::string fixed(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    const bool isZero = std::string(text).find_first_of("123456789") == std::string::npos;
    return text[0] == '-' && isZero ? text + 1 : text;   // no "-0.000"
}

std::string percent(const std::optional<double> &share) { return share ? fixed(100 * *share, 1) : kNone; }
std::string decimal(const std::optional<double> &value, int decimals) { return value ? fixed(*value, decimals) : kNone; }
std::string count(std::int64_t value) { return std::to_string(value); }

std::string percents(const std::optional<Interval> &interval) {
    return interval ? percent(interval->low) + " to " + percent(interval->high) : kNone;
}

std::string ofAll(std::int64_t part, std::int64_t whole) { return whole > 0 ? count(part) + " of " + count(whole) : kNone; }

std::string measureTitle(const std::string &measure) { return measure.empty() ? kNone : Measure::fromName(measure).title(); }

/// Every set of answers that is counted by itself: the runs, their other measures, the clean controls.
std::vector<const RunReport *> countedSets(const ReportContent &content) {
    std::vector<const RunReport *> sets;
    for (const auto *part : {&content.runs, &content.otherMeasures, &content.controls}) {
        for (const auto &run : *part) {
            sets.push_back(&run);
        }
    }
    return sets;
}

ReportTable peopleTable(const ReportContent &content) {
    ReportTable table{"people", "What people said", {
        {"Run", "The attack run, imported set, or the clean controls", false},
        {"Measure", "What was in sight, and which answers were on offer; measures are never counted together", false},
        {"Attempted", "Sources that the run took in hand"},
        {"Examples", "Perturbed images that it made"},
        {"Labelled", "Examples with at least one answer"},
        {"Changed", "People name a class other than the data set's label"},
        {"Kept", "People name the data set's label"},
        {"Not a class", "Most say that it is none of the classes"},
        {"No consensus", "A tie, too few votes for the protocol's rule, or only 'unsure'"},
        {"Changed, %", "Changed of labelled"},
        {"95 % interval", "Two-way bootstrap over sources and annotators: for other pictures and other people"},
        {"Wilson, %", "Wilson's score interval: for other pictures and the same people"},
        {"By vote, %", "Votes for another class, of all votes"},
        {"Votes an item", "Answers on each labelled example, unsure ones left out"},
        {"Raters", "People with an answer in this run"}}, {}};
    for (const auto *run : countedSets(content)) {
        table.rows.push_back({run->name, measureTitle(run->measure), count(run->attempted), count(run->examples), count(run->labelled), count(run->changed), count(run->kept),
                              count(run->notAClass), count(run->noConsensus), percent(run->successRate), percents(run->rates.byConsensus.interval),
                              percents(run->successInterval), percent(run->rates.byVote.rate), decimal(run->votesPerItem, 1), count(run->raters)});
    }
    return table;
}

std::string statistic(const Agreement &agreement) { return agreement.value ? fixed(*agreement.value, 3) : kNone; }

ReportTable agreementTable(const ReportContent &content) {
    ReportTable table{"agreement", "Agreement between people", {
        {"Run", "The attack run, imported set, or the clean controls", false},
        {"Measure", "What was in sight, and which answers were on offer", false},
        {"On", "Which label, or only whether it has changed", false},
        {"Pairwise, %", "Pairs of votes that agree, of all pairs on the same item"},
        {"Fleiss' kappa", "Beyond chance; generalised to missing answers"},
        {"Krippendorff's alpha", "Beyond chance, nominal, with missing answers"},
        {"Cohen's kappa", "Beyond chance, of exactly two raters"},
        {"Undefined", "Why there is no kappa", false}}, {}};
    for (const auto *run : countedSets(content)) {
        if (run->labelled == 0) {
            continue;
        }
        for (const auto &[what, on] : {std::pair{"label", &run->onLabels}, std::pair{"changed or not", &run->onChanged}}) {
            table.rows.push_back({run->name, measureTitle(run->measure), what, percent(on->pairwise.value), statistic(on->fleiss), statistic(on->krippendorff),
                                  statistic(on->cohen), on->fleiss.whyUndefined});
        }
    }
    return table;
}

ReportTable comparisonTable(const ReportContent &content) {
    ReportTable table{"comparisons", "Runs compared on the sources that both share", {
        {"First", "A run", false},
        {"Second", "Another run", false},
        {"Measure", "What was in sight, and which answers were on offer", false},
        {"Sources", "With answers in both runs"},
        {"Difference, points", "Share changed, first minus second, in percentage points"},
        {"95 % interval", "Paired, two-way bootstrap over sources and annotators"}}, {}};
    for (const auto &pair : content.comparisons) {
        table.rows.push_back({pair.first, pair.second, measureTitle(pair.measure), count(pair.changed.sources), percent(pair.changed.difference), percents(pair.changed.interval)});
    }
    return table;
}

ReportTable annotatorTable(const ReportContent &content) {
    ReportTable table{"annotators", "Annotators", {
        {"Annotator", "The name or pseudonym", false},
        {"Kind", "person, import or simulated", false},
        {"Measure", "What was in sight, and which answers were on offer", false},
        {"Answers", "Standing ones, practice aside"},
        {"Unsure", "Of these"},
        {"Flagged", "Given while something disturbed: the window left, a pause, a clock that jumped"},
        {"Median time, s", "From the first paint to the key"},
        {"Clean right", "Clean controls answered with the data set's label"},
        {"Gold right", "Of the clean controls that everybody gets"},
        {"Repeats same", "Asked twice, answered the same"},
        {"Dawid-Skene, %", "Share of right answers by Dawid and Skene's model; a view, it weighs nobody's votes"}}, {}};
    for (const auto &who : content.annotators) {
        const auto seconds = who.medianResponseMs ? std::optional(*who.medianResponseMs / 1000) : std::nullopt;
        table.rows.push_back({who.name, who.kind, measureTitle(who.measure), count(who.answers), count(who.unsure), count(who.flagged), decimal(seconds, 2), ofAll(who.cleanRight, who.cleanSeen),
                              ofAll(who.goldRight, who.goldSeen), ofAll(who.repeatedSame, who.repeated),
                              who.skill ? percent(who.skill->accuracy) : kNone});
    }
    return table;
}

ReportTable modelTable(const std::vector<ModelReport> &models) {
    ReportTable table{"models", "Models against people", {
        {"Run", "The attack run, or imported set", false},
        {"Model", "Its name in the study", false},
        {"Agrees, %", "Its answer on the example is people's, where people name a class"},
        {"Agrees on changed, %", "The same, only where people changed the label"},
        {"Answer kept, %", "Same answer on source and example"},
        {"Certified, %", "Its answer provably cannot change in a ball around the source that reaches the example"},
        {"Invariance examples", "It kept a right answer that people changed"},
        {"Certified ones", "Invariance examples within the radius of a certificate"}}, {}};
    for (const auto &model : models) {
        table.rows.push_back({model.run, model.model + (model.isChosenFor ? " (chosen for it)" : ""), percent(model.agreement), percent(model.agreementChanged), percent(model.predictionKept),
                              percent(model.certifiedShare), model.invarianceSuccesses ? count(*model.invarianceSuccesses) : kNone,
                              model.certifiedInvariance ? count(*model.certifiedInvariance) : kNone});
    }
    return table;
}

ReportTable modelProxyTable(const std::vector<ModelReport> &models) {
    ReportTable table{"models_proxy", "Models against the evaluator proxy: automatic guesses, not people", {
        {"Run", "The attack run, or imported set", false},
        {"Model", "Its name in the study", false},
        {"Proxy says changed", "Examples in which the evaluator proxy reads another class, of sources that the model names right"},
        {"Model kept", "Of those, the model gives the source's label still"},
        {"Certified", "Of those, its answer provably cannot change in a ball that reaches the example"}}, {}};
    for (const auto &model : models) {
        if (model.proxyChanged > 0) {
            table.rows.push_back({model.run, model.model + (model.isChosenFor ? " (chosen for it)" : ""), count(model.proxyChanged), count(model.proxyKept),
                                  model.certifiedShare ? count(model.proxyKeptCertified) : kNone});
        }
    }
    return table;
}

std::optional<double> shareOf(std::int64_t count, std::int64_t total) {
    return total > 0 ? std::optional(static_cast<double>(count) / static_cast<double>(total)) : std::nullopt;
}

ReportTable proxyTable(const std::vector<ProxyReport> &proxies) {
    ReportTable table{"proxies", "Proxies: automatic guesses, not people", {
        {"Run", "The attack run, or imported set", false},
        {"Proxy", "The selector is what attacks choose by, so that its word on what it chose means little; the evaluator only reports", false},
        {"Images", "Found examples that it has read"},
        {"Guessed changed, %", "It names another class than the source's"},
        {"Guessed target, %", "It names the class that the attack aimed at"},
        {"Guessed no class, %", "It takes them for no figure of any class"},
        {"Agrees with people, %", "It says what people say, where they agree on something"},
        {"Of people's changes, %", "It finds changed what people changed"}}, {}};
    for (const auto &proxy : proxies) {
        const auto ofRead = [&](std::int64_t count) { return percent(shareOf(count, proxy.read)); };
        table.rows.push_back({proxy.run, proxy.role + " (proxy)", count(proxy.read), ofRead(proxy.changed), ofRead(proxy.target), ofRead(proxy.notAClass),
                              percent(shareOf(proxy.agreed, proxy.labelled)), percent(shareOf(proxy.changedByBoth, proxy.changedByPeople))});
    }
    return table;
}

ReportTable sizeTable(const std::vector<RunReport> &runs) {
    ReportTable table{"sizes", "Sizes of the perturbations", {{"Run", "The attack run, or imported set", false}}, {}};
    for (const char *norm : {"L0, pixels", "L0 binarised, pixels", "L1", "L2", "Linf"}) {
        table.columns.push_back({std::string(norm) + ", median", "Over the run's examples"});
        table.columns.push_back({std::string(norm) + ", max", "Over the run's examples"});
    }
    for (const auto &run : runs) {
        std::vector<std::string> row = {run.name};
        int decimals = 0;
        for (const Spread *spread : {&run.l0, &run.l0Binarised, &run.l1, &run.l2, &run.linf}) {
            decimals = spread == &run.l1 || spread == &run.l2 ? 2 : (spread == &run.linf ? 3 : 0);
            row.push_back(decimal(spread->median, decimals));
            row.push_back(decimal(spread->highest, decimals));
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

std::string latexCell(const std::string &text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '\\') {
            escaped += "\\textbackslash{}";
        } else if (c == '~' || c == '^') {
            escaped += std::string("\\") + c + "{}";
        } else {
            escaped += std::string(std::string("&%$#_{}").find(c) != std::string::npos ? "\\" : "") + c;
        }
    }
    return escaped;
}

template <typename Cell>
std::string joined(const std::vector<std::string> &cells, const std::string &separator, const Cell &cell) {
    std::vector<std::string> texts;
    for (const auto &text : cells) {
        texts.push_back(cell(text));
    }
    return join(texts, separator);
}

std::vector<std::string> titles(const ReportTable &table) {
    std::vector<std::string> texts;
    for (const auto &column : table.columns) {
        texts.push_back(column.title);
    }
    return texts;
}

}  // namespace

std::vector<ReportTable> reportTables(const ReportContent &content) {
    return {peopleTable(content), agreementTable(content), comparisonTable(content), modelTable(content.models), modelProxyTable(content.models), proxyTable(content.proxies), annotatorTable(content), sizeTable(content.runs)};
}

std::string toCsv(const ReportTable &table) {
    std::string text = joined(titles(table), ",", csvField) + "\r\n";
    for (const auto &row : table.rows) {
        text += joined(row, ",", csvField) + "\r\n";
    }
    return text;
}

std::string toLatex(const ReportTable &table) {
    std::string text = "\\begin{tabular}{";
    for (const auto &column : table.columns) {
        text += column.isNumber ? 'r' : 'l';
    }
    text += "}\n\\toprule\n" + joined(titles(table), " & ", latexCell) + " \\\\\n\\midrule\n";
    for (const auto &row : table.rows) {
        text += joined(row, " & ", latexCell) + " \\\\\n";
    }
    return text + "\\bottomrule\n\\end{tabular}\n";
}

}  // namespace metamer
