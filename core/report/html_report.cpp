#include "core/report/html_report.h"

#include <cstdio>

namespace metamer {
namespace {

constexpr double kLabelWidth = 230, kPlotWidth = 480, kRowHeight = 34, kTop = 30;

const char *kStyle = R"css(
:root { --ground: #fff; --text: #1b1b1b; --muted: #5a5a5a; --line: #d4d4d4; --accent: #2463c6; --changed: #d1242f; --kept: #9a9a9a; --noclass: #8a6d1f; --none: #cfcfcf; }
@media (prefers-color-scheme: dark) { :root { --ground: #1e1e1e; --text: #e8e8e8; --muted: #a8a8a8; --line: #454545; --accent: #6ea0ff; --changed: #ff6b74; --kept: #7d7d7d; --noclass: #d8b24a; --none: #4a4a4a; } }
@media print { :root { --ground: #fff; --text: #000; --muted: #444; --line: #bbb; } }
body { font: 14px/1.45 system-ui, sans-serif; color: var(--text); background: var(--ground); margin: 32px auto; max-width: 1180px; padding: 0 24px; }
h1 { font-size: 22px; margin: 0 0 4px; } h2 { font-size: 16px; margin: 32px 0 8px; } p { margin: 4px 0; } .muted { color: var(--muted); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 10px; text-align: right; white-space: nowrap; } th { font-weight: 600; border-bottom: 1px solid var(--line); vertical-align: bottom; white-space: normal; }
tr:hover td { background: color-mix(in srgb, var(--accent) 10%, transparent); } .left { text-align: left; }
svg text { fill: var(--text); font: 12px system-ui, sans-serif; } svg .muted { fill: var(--muted); }
)css";

std::string escaped(const std::string &text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&': result += "&amp;"; break;
            case '<': result += "&lt;"; break;
            case '>': result += "&gt;"; break;
            case '"': result += "&quot;"; break;
            default: result += c;
        }
    }
    return result;
}

template <typename... Values>
std::string format(const char *pattern, Values... values) {
    char text[512];
    std::snprintf(text, sizeof text, pattern, values...);
    return text;
}

std::string tableHtml(const ReportTable &table) {
    std::string html = "<h2>" + escaped(table.title) + "</h2>\n";
    if (table.rows.empty()) {
        return html + "<p class=\"muted\">Nothing yet.</p>\n";
    }
    html += "<div class=\"scroll\"><table>\n<thead><tr>";
    for (const auto &column : table.columns) {
        html += std::string("<th scope=\"col\"") + (column.isNumber ? "" : " class=\"left\"") + " title=\"" + escaped(column.help) + "\">" + escaped(column.title) + "</th>";
    }
    html += "</tr></thead>\n<tbody>\n";
    for (const auto &row : table.rows) {
        html += "<tr>";
        for (std::size_t i = 0; i < row.size(); ++i) {
            html += std::string("<td") + (table.columns[i].isNumber ? "" : " class=\"left\"") + ">" + escaped(row[i]) + "</td>";
        }
        html += "</tr>\n";
    }
    return html + "</tbody></table></div>\n";
}

/// The name in front of a row of a picture; a long one loses its middle, the whole is in the tooltip.
std::string rowLabel(const std::string &name, double y) {
    constexpr std::size_t kMost = 30;
    const std::string shown = name.size() <= kMost ? name : name.substr(0, kMost / 2) + "..." + name.substr(name.size() - kMost / 2 + 3);
    return format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">", kLabelWidth - 10, y + 4) + "<title>" + escaped(name) + "</title>" + escaped(shown) + "</text>\n";
}

std::string axis(double bottom, const std::string &title) {
    std::string svg;
    for (int tick = 0; tick <= 100; tick += 25) {
        const double x = kLabelWidth + kPlotWidth * tick / 100;
        svg += format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"var(--line)\"/>", x, kTop - 6, x, bottom) +
               format("<text class=\"muted\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%d</text>\n", x, bottom + 16, tick);
    }
    return svg + format("<text class=\"muted\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", kLabelWidth + kPlotWidth / 2, bottom + 34) + escaped(title) + "</text>\n";
}

std::string svgOf(const std::string &label, std::size_t rows, const std::string &body) {
    const double height = kTop + kRowHeight * static_cast<double>(rows) + 44;
    return format("<svg role=\"img\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" aria-label=\"", kLabelWidth + kPlotWidth + 60, height, kLabelWidth + kPlotWidth + 60, height) +
           escaped(label) + "\">\n" + body + "</svg>\n";
}

std::string verdictPicture(const std::vector<RunReport> &runs) {
    struct Part {
        const char *name;
        const char *colour;
        std::int64_t RunReport::*count;
    };
    static constexpr Part kParts[] = {{"changed", "var(--changed)", &RunReport::changed}, {"kept", "var(--kept)", &RunReport::kept},
                                      {"not a class", "var(--noclass)", &RunReport::notAClass}, {"no consensus", "var(--none)", &RunReport::noConsensus}};
    std::string svg = axis(kTop + kRowHeight * static_cast<double>(runs.size()), "Share of labelled examples, %");
    double keyX = kLabelWidth;
    for (const auto &part : kParts) {
        svg += format("<rect x=\"%.1f\" y=\"4\" width=\"12\" height=\"12\" fill=\"%s\"/><text x=\"%.1f\" y=\"14\">%s</text>\n", keyX, part.colour, keyX + 17, part.name);
        keyX += 110;
    }
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const double y = kTop + kRowHeight * (static_cast<double>(i) + 0.5);
        svg += rowLabel(runs[i].name, y);
        double x = kLabelWidth;
        for (const auto &part : kParts) {
            const std::int64_t count = runs[i].*part.count;
            const double width = runs[i].labelled > 0 ? kPlotWidth * static_cast<double>(count) / static_cast<double>(runs[i].labelled) : 0;
            if (count > 0) {
                svg += format("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"20\" fill=\"%s\"><title>%s: %lld</title></rect>", x, y - 10, width, part.colour, part.name,
                              static_cast<long long>(count));
                svg += width > 24 ? format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" style=\"fill:#fff;paint-order:stroke;stroke:#0008;stroke-width:2\">%lld</text>\n",
                                           x + width / 2, y + 4, static_cast<long long>(count)) : "\n";
            }
            x += width;
        }
    }
    return svgOf("What people said, by run", runs.size(), svg);
}

std::string intervalPicture(const std::vector<RunReport> &runs) {
    std::string svg = axis(kTop + kRowHeight * static_cast<double>(runs.size()), "Changed of labelled, %, with 95 % interval");
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const double y = kTop + kRowHeight * (static_cast<double>(i) + 0.5);
        svg += rowLabel(runs[i].name, y);
        const auto interval = primaryInterval(runs[i]);
        if (runs[i].successRate && interval) {
            const double low = kLabelWidth + kPlotWidth * interval->low, high = kLabelWidth + kPlotWidth * interval->high;
            svg += format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"var(--accent)\" stroke-width=\"3\"/>", low, y, high, y) +
                   format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"var(--accent)\"/>", kLabelWidth + kPlotWidth * *runs[i].successRate, y) +
                   format("<text x=\"%.1f\" y=\"%.1f\">%.1f %%</text>\n", high + 8, y + 4, 100 * *runs[i].successRate);
        } else {
            svg += format("<text class=\"muted\" x=\"%.1f\" y=\"%.1f\">not labelled yet</text>\n", kLabelWidth + 6, y + 4);
        }
    }
    return svgOf("Share that people changed, by run, with intervals", runs.size(), svg);
}

}  // namespace

std::string htmlReport(const HtmlReportHead &head, const ReportContent &content) {
    std::string html = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
                       escaped(head.study) + " - Metamer report</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n<h1>" + escaped(head.study) +
                       "</h1>\n<p>" + escaped(head.dataset) + "</p>\n<p class=\"muted\">Answers of " + escaped(head.annotators) + ". Written " +
                       escaped(head.createdUtc) + " by Metamer " + escaped(head.version) + ".</p>\n";
    for (const auto &note : head.notes) {
        html += "<p>" + escaped(note) + "</p>\n";
    }
    if (!head.analysisPlan.empty()) {
        html += "<details><summary>Analysis plan</summary><p style=\"white-space: pre-line\">" + escaped(head.analysisPlan) + "</p></details>\n";
    }
    const auto tables = reportTables(content);
    if (!content.runs.empty()) {
        html += "<h2>At a glance</h2>\n<div class=\"scroll\">" + verdictPicture(content.runs) + intervalPicture(content.runs) + "</div>\n";
    }
    for (const auto &table : tables) {
        html += tableHtml(table);
    }
    html += "<h2>How it is counted</h2>\n<p>The consensus on an example is the plurality of each person's last answer; \"not a class\" is a vote, "
            "\"unsure\" never is, and a tie is no consensus. Models never vote, repeats and practice never count. Answers of different measures (what was in "
            "sight, which answers were on offer) are never counted together. Intervals are at 95 %, from a two-way bootstrap over sources and annotators; Wilson's stands beside them. "
            "Point at a column's title for its meaning.</p>\n";
    return html + "</body>\n</html>\n";
}

}  // namespace metamer
