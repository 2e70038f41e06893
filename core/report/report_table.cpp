#include "core/report/report_table.h"

#include <cmath>
#include <cstdio>

#include "core/base/text.h"

namespace metamer {
namespace {

const std::string kNone = "-";

std::string fixed(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

std::string percent(const std::optional<double> &share) { return share ? fixed(100 * *share, 1) : kNone; }
std::string decimal(const std::optional<double> &value, int decimals) { return value ? fixed(*value, decimals) : kNone; }
std::string count(std::int64_t value) { return std::to_string(value); }

ReportTable peopleTable(const std::vector<RunReport> &runs) {
    ReportTable table{"people", "What people said", {
        {"Run", "The attack run, or imported set", false},
        {"Attempted", "Sources that the run took in hand"},
        {"Examples", "Perturbed images that it made"},
        {"Labelled", "Examples with at least one answer"},
        {"Changed", "People name a class other than the data set's label"},
        {"Kept", "People name the data set's label"},
        {"Not a class", "Most say that it is none of the classes"},
        {"No consensus", "A tie, or only 'unsure'"},
        {"Changed, %", "Changed of labelled"},
        {"95 % interval", "Wilson's score interval for that share"},
        {"Votes an item", "Answers on each labelled example, unsure ones left out"},
        {"Raters", "People with an answer in this run"},
        {"Fleiss' kappa", "Agreement beyond chance; generalised to missing answers"},
        {"Krippendorff's alpha", "Agreement beyond chance, nominal"}}, {}};
    for (const auto &run : runs) {
        const std::string interval = run.successInterval ? percent(run.successInterval->low) + " to " + percent(run.successInterval->high) : kNone;
        table.rows.push_back({run.name, count(run.attempted), count(run.examples), count(run.labelled), count(run.changed), count(run.kept),
                              count(run.notAClass), count(run.noConsensus), percent(run.successRate), interval, decimal(run.votesPerItem, 1),
                              count(run.raters), decimal(run.fleissKappa, 3), decimal(run.krippendorffAlpha, 3)});
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
        {"Certified, %", "Its answer provably cannot change in the ball around the source"},
        {"Invariance examples", "It kept a right answer that people changed"}}, {}};
    for (const auto &model : models) {
        table.rows.push_back({model.run, model.model, percent(model.agreement), percent(model.agreementChanged), percent(model.predictionKept),
                              percent(model.certifiedShare), model.invarianceSuccesses ? count(*model.invarianceSuccesses) : kNone});
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

std::vector<ReportTable> reportTables(const std::vector<RunReport> &runs, const std::vector<ModelReport> &models) {
    return {peopleTable(runs), modelTable(models), sizeTable(runs)};
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
