#include <memory>

#include "app/cli/cli.h"
#include "core/base/text.h"
#include "core/lab/import_examples.h"
#include "core/lab/models.h"

namespace metamer::cli {
namespace {

/// Models answer imported images too; without models LibTorch stays closed. Those that could not be asked, a sentence each.
std::vector<std::string> predictImported(StudyGate &gate) {
    Dataset dataset;
    bool hasModels = false;
    gate.with([&](StudyFile &file) {
        dataset = DatasetTable(file).get();
        hasModels = !ModelTable(file).list().empty();
    });
    std::vector<ModelTrouble> troubles;
    if (hasModels) {
        const auto models = loadModels(gate, dataset, "cpu", false, &troubles);
        predictMissing(gate, models, dataset.shape, terminalJob(), &troubles);
    }
    std::vector<std::string> sentences;
    for (const auto &trouble : troubles) {
        sentences.push_back(sentenceOf(trouble));
    }
    return sentences;
}

Output describe(const ImportExamplesOutcome &outcome) {
    Json json;
    json["run"] = outcome.run.name;
    json["reading"] = outcome.reading;
    json["examples"] = outcome.examples;
    json["labels"] = outcome.labels;
    json["over_budget"] = outcome.overBudget;
    json["worst_excess"] = outcome.worstExcess.empty() ? Json(nullptr) : Json(outcome.worstExcess);
    std::string text = outcome.run.name + ": took " + outcome.reading + "; " + countOf(outcome.labels, "label") + "\n";
    if (outcome.overBudget > 0) {
        text += countOf(outcome.overBudget, "image") + " over the budget, at most " + outcome.worstExcess + "; 'verify' lists them\n";
    }
    return {json, text};
}

}  // namespace

void addExampleCommands(CommandLine &line) {
    struct Options {
        std::string study, images, indices, labels;
        ImportExamplesRequest request;
    };
    auto options = std::make_shared<Options>();
    auto *example = line.noun("example", "Import perturbed images made elsewhere");
    auto *import = line.command(example, "import", "Import perturbed images, and labels that people gave them", [options] {
        ImportExamplesRequest &request = options->request;
        request.images = options->images;
        if (!options->indices.empty()) {
            request.indices = options->indices;
        }
        if (!options->labels.empty()) {
            request.labels = options->labels;
        }
        StudyFile file = StudyFile::open(options->study);
        DirectGate gate(file);
        const auto outcome = importExamples(gate, request);
        const auto notAsked = predictImported(gate);
        Output output = describe(outcome);
        output.json["models_not_asked"] = notAsked;
        output.text += notAsked.empty() ? "" : join(notAsked, "\n") + "\n";
        return output;
    });
    import->add_option("STUDY", options->study, "The study file")->required();
    import->add_option("--images", options->images, ".npy, [N,H,W], [N,H,W,C] or [N,C,H,W], 0..1 or 0..255")->required();
    import->add_option("--split", options->request.split, "Split of the sources: test or train")->capture_default_str();
    import->add_option("--indices", options->indices, ".npy, row of each image's source (default 0, 1, 2 ...)");
    auto *labels = import->add_option("--labels", options->labels, ".npy, one label an image (-1 none, -2 not a class, -3 unsure)");
    import->add_option("--annotator", options->request.annotator, "Whose labels they are")->needs(labels);
    import->add_option("--measure", options->request.measure, "What the labels measure: perturbed, pair, perturbed-forced ...")->needs(labels)->capture_default_str();
    import->add_option("--norm", options->request.norm, "Norm of the budget that the images keep")->capture_default_str();
    import->add_option("--eps", options->request.eps, "Budget, like 8/255 or 0.4")->required();
    import->add_option("--name", options->request.name, "Name of the run (default: import-NORM-EPS)");
}

}  // namespace metamer::cli
