#include <memory>

#include "app/cli/cli.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/lab/export_model.h"
#include "core/lab/import_model.h"
#include "core/lab/imported_models.h"
#include "core/lab/models.h"

namespace metamer::cli {
namespace {

struct Options {
    std::string study, name, file, command, mean, std, out;
    bool isDryRun = false;
};

using SharedOptions = std::shared_ptr<Options>;

Output describe(const ImportModelOutcome &outcome) {
    const ModelChecks &checks = outcome.checks;
    Json json = describeModel(outcome.model);
    json["checks"] = {{"images", checks.images}, {"accuracy", checks.accuracy}, {"classes", checks.classes}, {"gradients", checks.hasGradients}};
    json["normalisation"] = {{"from", outcome.normalisationFrom}, {"mean", outcome.normalisation.mean}, {"std", outcome.normalisation.std}};
    json["warnings"] = checks.warnings;
    std::string text = lineOfModel(outcome.model) + "right on " + formatNumber(100 * checks.accuracy) + " % of " + countOf(checks.images, "clean test image") + "; " +
                       (checks.hasGradients ? "gradients" : "no gradients") + "; normalisation: " + outcome.normalisationFrom + "\n";
    for (const auto &warning : checks.warnings) {
        text += "warning: " + warning + "\n";
    }
    return {json, text};
}

void addImport(CommandLine &line, CLI::App *noun, const SharedOptions &options) {
    auto *import = line.command(noun, "import", "Take in a model: TorchScript, ONNX, or a program that answers", [options] {
        ImportModelRequest request;
        request.name = options->name;
        request.file = options->file;
        request.command = options->command;
        request.normalisation = {parseChannelValues(options->mean, "--mean"), parseChannelValues(options->std, "--std")};
        StudyFile file = StudyFile::open(options->study);
        DirectGate gate(file);
        return describe(importModel(gate, request, terminalJob()));
    });
    import->add_option("STUDY", options->study, "The study file")->required();
    import->add_option("--name", options->name, "Name of the model in this study")->required();
    import->add_option("--file", options->file, "TorchScript (.pt) or ONNX (.onnx)");
    import->add_option("--command", options->command, "A program that speaks metamer_model.py's protocol: \"python3 my_model.py\"");
    import->add_option("--mean", options->mean, "Of the file's normalisation, for pixels in 0..1: one value or one a channel, 0.49,0.48,0.45");
    import->add_option("--std", options->std, "The same");
}

/// Its answers on what came while it was not loaded; a sentence if it cannot be asked.
std::vector<std::string> askNow(StudyFile &file, const ModelRecord &model) {
    DirectGate gate(file);
    const Dataset dataset = DatasetTable(file).get();
    try {
        predictMissing(gate, {loadModel(model, dataset, "cpu")}, dataset.shape, terminalJob());
    } catch (const Error &error) {
        return {sentenceOf({model.name, error.code(), error.what()})};
    }
    return {};
}

void addTrust(CommandLine &line, CLI::App *noun, const SharedOptions &options) {
    auto *trust = line.command(noun, "trust", "Agree to run a model that came with a study, and say what that runs", [options] {
        StudyFile file = StudyFile::open(options->study);
        const ModelRecord model = findModel(file, options->name);
        std::vector<std::string> notAsked;
        if (!options->isDryRun) {
            trustModel(model);
            notAsked = askNow(file, model);
        }
        const bool isAgreed = isTrusted(model);
        return Output{{{"model", model.name}, {"hash", model.hash}, {"runs", whatRuns(model)}, {"trusted", isAgreed}, {"models_not_asked", notAsked}},
                      model.name + (isAgreed ? " is trusted on this machine; it runs " : " is not trusted on this machine; it would run ") + whatRuns(model) + "\n" +
                          (notAsked.empty() ? "" : join(notAsked, "\n") + "\n")};
    });
    trust->add_option("STUDY", options->study, "The study file")->required();
    trust->add_option("--model", options->name, "Name of the model")->required();
    trust->add_flag("--dry-run", options->isDryRun, "Only say what it would run");
}

void addExport(CommandLine &line, CLI::App *noun, const SharedOptions &options) {
    auto *exporting = line.command(noun, "export", "Write a model as TorchScript that Python loads, with a model card beside it", [options] {
        StudyFile file = StudyFile::open(options->study);
        const ExportedModel exported = exportModel(file, options->name, options->out);
        return Output{{{"model", options->name}, {"file", exported.file.string()}, {"card", exported.card.string()}},
                      "wrote " + exported.file.string() + " and " + exported.card.string() + "\n"};
    });
    exporting->add_option("STUDY", options->study, "The study file")->required();
    exporting->add_option("--name,--model", options->name, "Name of the model")->required();
    exporting->add_option("--out", options->out, "File to write: F.pt; the card is F.md")->required();
}

}  // namespace

void addModelImportCommands(CommandLine &line, CLI::App *noun) {
    const auto options = std::make_shared<Options>();
    addImport(line, noun, options);
    addTrust(line, noun, options);
    addExport(line, noun, options);
}

}  // namespace metamer::cli
