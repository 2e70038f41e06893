#include <cmath>
#include <memory>

#include "app/cli/cli.h"
#include "core/base/text.h"
#include "core/lab/doctor.h"
#include "core/lab/report_study.h"
#include "core/lab/verify_study.h"

namespace metamer::cli {
namespace {

template <typename Value>
Json orNull(const std::optional<Value> &value) {
    return value ? Json(*value) : Json(nullptr);
}

Json describe(const Spread &spread) { return {{"median", orNull(spread.median)}, {"max", orNull(spread.highest)}}; }

Json describe(const RunReport &run) {
    Json json;
    json["name"] = run.name;
    json["attempted"] = run.attempted;
    json["examples"] = run.examples;
    json["labelled"] = run.labelled;
    json["changed"] = run.changed;
    json["kept"] = run.kept;
    json["not_a_class"] = run.notAClass;
    json["no_consensus"] = run.noConsensus;
    json["success_rate"] = orNull(run.successRate);
    json["success_ci"] = run.successInterval ? Json({run.successInterval->low, run.successInterval->high}) : Json(nullptr);
    json["votes_per_item"] = orNull(run.votesPerItem);
    json["raters"] = run.raters;
    json["fleiss_kappa"] = orNull(run.fleissKappa);
    json["krippendorff_alpha"] = orNull(run.krippendorffAlpha);
    json["agreement_note"] = run.agreementNote.empty() ? Json(nullptr) : Json(run.agreementNote);
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
    return json;
}

std::string percent(const std::optional<double> &share) { return share ? formatNumber(std::round(1000 * *share) / 10) + " %" : "-"; }

std::string textOf(const RunReport &run) {
    std::string text = run.name + "\n  " + countOf(run.attempted, "source") + " attempted, " + countOf(run.examples, "example") + ", " +
                       std::to_string(run.labelled) + " labelled\n";
    if (run.labelled == 0) {
        return text;
    }
    text += "  people changed " + std::to_string(run.changed) + ", kept " + std::to_string(run.kept) + ", not a class " +
            std::to_string(run.notAClass) + ", no consensus " + std::to_string(run.noConsensus) + "\n  success " + percent(run.successRate) +
            " (95 % interval " + percent(run.successInterval->low) + " to " + percent(run.successInterval->high) + "), " +
            formatNumber(run.votesPerItem.value_or(0)) + " votes an item, " + countOf(run.raters, "rater") + "\n";
    text += "  Fleiss' kappa " + (run.fleissKappa ? formatNumber(*run.fleissKappa) : "undefined: " + run.agreementNote) + "\n";
    return text;
}

std::string textOf(const ModelReport &model) {
    return "  " + model.model + " on " + model.run + ": agrees with people " + percent(model.agreement) + ", on changed " +
           percent(model.agreementChanged) + ", kept its answer " + percent(model.predictionKept) + ", invariance examples " +
           (model.invarianceSuccesses ? std::to_string(*model.invarianceSuccesses) : "-") + "\n";
}

Output describe(const StudyReport &report) {
    Output output;
    output.json["runs"] = Json::array();
    output.json["models"] = Json::array();
    for (const auto &run : report.runs) {
        output.json["runs"].push_back(describe(run));
        output.text += textOf(run);
    }
    for (const auto &model : report.models) {
        output.json["models"].push_back(describe(model));
        output.text += textOf(model);
    }
    output.text = output.text.empty() ? "no runs yet; make one with 'attack run'\n" : output.text;
    return output;
}

Output describe(const VerifyOutcome &outcome) {
    Output output;
    output.json["ok"] = outcome.isOk();
    output.json["integrity"] = outcome.integrity;
    output.json["examples"] = outcome.examples;
    output.json["predictions"] = outcome.predictions;
    output.json["not_compared"] = outcome.notCompared;
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
        output.text += countOf(outcome.notCompared, "prediction") + " from another device or version, not compared\n";
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
