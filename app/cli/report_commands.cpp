#include <cmath>
#include <memory>

#include "app/cli/cli.h"
#include "core/base/text.h"
#include "core/lab/doctor.h"
#include "core/lab/export_study.h"
#include "core/lab/report_study.h"
#include "core/lab/verify_study.h"

namespace metamer::cli {
namespace {

template <typename Value>
Json orNull(const std::optional<Value> &value) {
    return value ? Json(*value) : Json(nullptr);
}

Json describe(const Spread &spread) { return {{"median", orNull(spread.median)}, {"max", orNull(spread.highest)}}; }

Json describe(const std::optional<Interval> &interval) { return interval ? Json({interval->low, interval->high}) : Json(nullptr); }

Json describe(const AgreementTable &agreement) {
    const auto notes = agreement.fleiss.whyUndefined;
    return {{"pairwise", orNull(agreement.pairwise.value)}, {"fleiss_kappa", orNull(agreement.fleiss.value)}, {"krippendorff_alpha", orNull(agreement.krippendorff.value)},
            {"cohen_kappa", orNull(agreement.cohen.value)}, {"undefined", notes.empty() ? Json(nullptr) : Json(notes)}};
}

Json describe(const RunReport &run) {
    Json json;
    json["name"] = run.name;
    json["measure"] = run.measure;
    json["attempted"] = run.attempted;
    json["examples"] = run.examples;
    json["labelled"] = run.labelled;
    json["changed"] = run.changed;
    json["kept"] = run.kept;
    json["not_a_class"] = run.notAClass;
    json["no_consensus"] = run.noConsensus;
    json["success_rate"] = orNull(run.successRate);
    json["success_ci"] = describe(run.successInterval);
    json["success_ci_two_way"] = describe(run.rates.byConsensus.interval);
    json["vote_rate"] = orNull(run.rates.byVote.rate);
    json["vote_rate_ci_two_way"] = describe(run.rates.byVote.interval);
    json["votes_per_item"] = orNull(run.votesPerItem);
    json["raters"] = run.raters;
    json["fleiss_kappa"] = orNull(run.fleissKappa);
    json["krippendorff_alpha"] = orNull(run.krippendorffAlpha);
    json["agreement_note"] = run.agreementNote.empty() ? Json(nullptr) : Json(run.agreementNote);
    json["agreement"] = {{"label", describe(run.onLabels)}, {"changed", describe(run.onChanged)}};
    json["norms"] = {{"l0", describe(run.l0)}, {"l0_binarised", describe(run.l0Binarised)}, {"l1", describe(run.l1)},
                     {"l2", describe(run.l2)}, {"linf", describe(run.linf)}};
    return json;
}

Json describe(const ModelReport &model) {
    Json json;
    json["run"] = model.run;
    json["model"] = model.model;
    json["agreement"] = orNull(model.agreement);
    json["agreement_changed"] = orNull(model.agreementChanged);
    json["prediction_kept"] = orNull(model.predictionKept);
    json["certified_share"] = orNull(model.certifiedShare);
    json["invariance_successes"] = orNull(model.invarianceSuccesses);
    json["certified_invariance_successes"] = orNull(model.certifiedInvariance);
    json["proxy_changed"] = model.proxyChanged;
    json["proxy_kept"] = model.proxyKept;
    json["proxy_kept_certified"] = model.certifiedShare ? Json(model.proxyKeptCertified) : Json(nullptr);
    json["chosen_for_this_model"] = model.isChosenFor;
    return json;
}

Json describe(const ProxyReport &proxy) {
    return {{"run", proxy.run}, {"role", proxy.role}, {"read", proxy.read}, {"changed", proxy.changed}, {"target", proxy.target}, {"not_a_class", proxy.notAClass},
            {"labelled_by_people", proxy.labelled}, {"agreed_with_people", proxy.agreed}, {"changed_by_people", proxy.changedByPeople}, {"changed_by_both", proxy.changedByBoth}};
}

std::string percent(const std::optional<double> &share) { return share ? formatNumber(std::round(1000 * *share) / 10) + " %" : "-"; }

std::string textOf(const RunReport &run) {
    std::string text = run.name + (run.measure.empty() ? "" : " (" + Measure::fromName(run.measure).title() + ")") + "\n  " + countOf(run.attempted, "source") + " attempted, " + countOf(run.examples, "example") + ", " +
                       std::to_string(run.labelled) + " labelled\n";
    if (run.labelled == 0) {
        return text;
    }
    text += "  people changed " + std::to_string(run.changed) + ", kept " + std::to_string(run.kept) + ", not a class " +
            std::to_string(run.notAClass) + ", no consensus " + std::to_string(run.noConsensus) + "\n  success " + percent(run.successRate) +
            " (95 % interval " + percent(primaryInterval(run)->low) + " to " + percent(primaryInterval(run)->high) + "), " +
            formatNumber(run.votesPerItem.value_or(0)) + " votes an item, " + countOf(run.raters, "rater") + "\n";
    text += "  Fleiss' kappa " + (run.fleissKappa ? formatNumber(*run.fleissKappa) : "undefined: " + run.agreementNote) + "\n";
    return text;
}

std::string textOf(const ProxyReport &proxy) {
    std::string text = "  proxy " + proxy.role + " on " + proxy.run + " (an automatic guess): " + std::to_string(proxy.changed) + " of " + countOf(proxy.read, "example") +
                       " changed, " + std::to_string(proxy.target) + " to the target";
    if (proxy.labelled > 0) {
        text += "; agrees with people on " + std::to_string(proxy.agreed) + " of " + std::to_string(proxy.labelled);
    }
    return text + "\n";
}

std::string textOf(const ModelReport &model) {
    return "  " + model.model + (model.isChosenFor ? " (chosen for it)" : "") + " on " + model.run + ": agrees with people " + percent(model.agreement) + ", on changed " +
           percent(model.agreementChanged) + ", kept its answer " + percent(model.predictionKept) + ", invariance examples " +
           (model.invarianceSuccesses ? std::to_string(*model.invarianceSuccesses) : "-") +
           (model.certifiedShare ? ", certified " + percent(model.certifiedShare) + " (" + std::to_string(model.certifiedInvariance.value_or(0)) + " of them invariance examples)" : "") +
           (model.proxyChanged > 0 ? "; of " + std::to_string(model.proxyChanged) + " changed by the evaluator proxy (an automatic guess) it kept " + std::to_string(model.proxyKept) +
                                         (model.certifiedShare ? ", " + std::to_string(model.proxyKeptCertified) + " certified" : "") : "") + "\n";
}

Json describe(const AnnotatorReport &who) {
    Json json;
    json["name"] = who.name;
    json["kind"] = who.kind;
    json["measure"] = who.measure;
    json["answers"] = who.answers;
    json["unsure"] = who.unsure;
    json["flagged"] = who.flagged;
    json["median_response_ms"] = orNull(who.medianResponseMs);
    json["clean"] = {{"seen", who.cleanSeen}, {"right", who.cleanRight}};
    json["gold"] = {{"seen", who.goldSeen}, {"right", who.goldRight}};
    json["repeats"] = {{"seen", who.repeated}, {"same", who.repeatedSame}};
    json["dawid_skene_accuracy"] = who.skill ? Json(who.skill->accuracy) : Json(nullptr);
    return json;
}

Json describe(const RunComparison &pair) {
    return {{"first", pair.first}, {"second", pair.second}, {"measure", pair.measure}, {"sources", pair.changed.sources},
            {"difference", orNull(pair.changed.difference)}, {"difference_ci_two_way", describe(pair.changed.interval)}};
}

template <typename Rows>
Json describeAll(const Rows &rows) {
    Json list = Json::array();
    for (const auto &row : rows) {
        list.push_back(describe(row));
    }
    return list;
}

Output describe(const StudyReport &report) {
    Output output;
    output.json["runs"] = describeAll(report.runs);
    output.json["models"] = describeAll(report.models);
    output.json["proxies"] = describeAll(report.proxies);
    output.json["measure"] = report.measure;
    output.json["other_measures"] = describeAll(report.otherMeasures);
    output.json["controls"] = describeAll(report.controls);
    output.json["annotators"] = describeAll(report.annotators);
    output.json["comparisons"] = describeAll(report.comparisons);
    output.json["frozen"] = report.freeze.freeze ? Json{{"hash", report.freeze.freeze->hash}, {"utc", report.freeze.freeze->createdUtc}, {"intact", report.freeze.isIntact},
                                                        {"departures", report.freeze.departures}} : Json(nullptr);
    output.json["simulated"] = report.hasSimulated;
    for (const auto *part : {&report.runs, &report.otherMeasures, &report.controls}) {
        for (const auto &run : *part) {
            output.text += textOf(run);
        }
    }
    for (const auto &model : report.models) {
        output.text += textOf(model);
    }
    for (const auto &proxy : report.proxies) {
        output.text += textOf(proxy);
    }
    for (const auto &note : report.notes()) {
        output.text += note + "\n";
    }
    if (report.runs.empty()) {
        output.text = "no runs yet; make one with 'attack run'\n";
    }
    return output;
}

Output describe(const VerifyOutcome &outcome) {
    Output output;
    output.json["ok"] = outcome.isOk();
    output.json["integrity"] = outcome.integrity;
    output.json["examples"] = outcome.examples;
    output.json["predictions"] = outcome.predictions;
    output.json["not_compared"] = outcome.notCompared;
    output.json["models_not_asked"] = outcome.modelsNotAsked;
    output.text += outcome.modelsNotAsked.empty() ? "" : join(outcome.modelsNotAsked, "\n") + "\n";
    output.json["problems"] = Json::array();
    for (const auto &problem : outcome.problems) {
        output.json["problems"].push_back({{"run", problem.run}, {"task", problem.task}, {"source_index", problem.sourceIndex},
                                           {"what", problem.what}, {"detail", problem.detail}});
        output.text += problem.run + " #" + std::to_string(problem.task) + " (source " + std::to_string(problem.sourceIndex) + "): " +
                       problem.what + ", " + problem.detail + "\n";
    }
    output.text += countOf(outcome.examples, "example") + " and " + countOf(outcome.predictions, "prediction") + " checked, " +
                   countOf(static_cast<std::int64_t>(outcome.problems.size()), "problem") + "; file integrity " + outcome.integrity + "\n";
    if (outcome.notCompared > 0) {
        output.text += countOf(outcome.notCompared, "prediction") + " from another device or version or of a model that could not be asked, not compared\n";
    }
    output.status = outcome.isOk() ? 0 : 1;
    return output;
}

Output describe(const DoctorReport &report) {
    Json json;
    json["metamer"] = report.version;
    json["libtorch"] = report.libtorch;
    json["devices"] = report.devices;
    json["cores"] = report.cores;
    json["matrix_gflops"] = report.matrixGigaflops;
    json["sqlite"] = report.sqlite;
    json["study_folder"] = report.studyFolder;
    json["file_system"] = report.fileSystem;
    json["network_file_system"] = report.isNetworkFileSystem;
    json["free_bytes"] = report.freeBytes;
    json["warnings"] = report.warnings;
    std::string text = "Metamer        " + report.version + "\nLibTorch       " + report.libtorch + "\ndevices        " +
                       join(report.devices, ", ") + "\ncores          " + std::to_string(report.cores) + "\nBLAS           " +
                       formatNumber(std::round(report.matrixGigaflops)) + " GFLOP/s (float32 matrix product)\nSQLite         " + report.sqlite +
                       "\nstudy folder   " + report.studyFolder + " (" + report.fileSystem + ", " +
                       formatNumber(std::round(static_cast<double>(report.freeBytes) / (1 << 30))) + " GiB free)\n";
    for (const auto &warning : report.warnings) {
        text += "warning: " + warning + "\n";
    }
    return {json, text};
}

}  // namespace

void addReportCommands(CommandLine &line) {
    struct Options {
        std::string study, format, out, html, folder = ".";
        std::string annotators;
        ReportRequest report;
    };
    auto options = std::make_shared<Options>();
    auto *report = line.command(&line.app(), "report", "Count what people and models said", [options] {
        StudyFile file = StudyFile::open(options->study);
        options->report.annotators = split(options->annotators, ',');
        const StudyReport counted = reportStudy(file, options->report);
        if (!options->html.empty()) {
            writeHtmlReport(file, options->report, counted, options->html);
        }
        return describe(counted);
    });
    report->add_option("STUDY", options->study, "The study file")->required();
    report->add_option("--run", options->report.run, "Only this run");
    report->add_option("--html", options->html, "Also write it as one HTML page to this file");
    report->add_option("--measure", options->report.measure, "Answers of this measure: perturbed, pair, perturbed-forced ... (default: the protocol's)");
    report->add_flag("--simulated", options->report.withSimulated, "Count simulated annotators too");
    report->add_option("--annotators", options->annotators, "Only these people, separated by commas");

    auto *exporting = line.command(&line.app(), "export", "Write a labelled data set", [options] {
        StudyFile file = StudyFile::open(options->study);
        const auto count = exportStudy(file, options->format, options->out, options->report.run);
        Json json;
        json["format"] = options->format;
        json["out"] = options->out;
        json["examples"] = count;
        return Output{json, "wrote " + countOf(count, "example") + " to " + options->out + "\n"};
    });
    exporting->add_option("STUDY", options->study, "The study file")->required();
    exporting->add_option("--format", options->format, "npz, csv or contact-sheet")->required();
    exporting->add_option("--out", options->out, "File to write")->required();
    exporting->add_option("--run", options->report.run, "Only this run");

    auto *verify = line.command(&line.app(), "verify", "Recompute norms, budgets and predictions from the stored bytes", [options] {
        StudyFile file = StudyFile::open(options->study);
        DirectGate gate(file);
        return describe(verifyStudy(gate));
    });
    verify->add_option("STUDY", options->study, "The study file")->required();

    auto *doctor = line.command(&line.app(), "doctor", "Say what this machine offers and what will be slow or unsafe",
                                [options] { return describe(examine(options->folder)); });
    doctor->add_option("FOLDER", options->folder, "Folder that studies lie in")->capture_default_str();
}

}  // namespace metamer::cli
