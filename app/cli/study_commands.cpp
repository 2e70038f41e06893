#include <memory>

#include "app/cli/cli.h"
#include "core/base/text.h"
#include "core/lab/create_study.h"
#include "core/lab/demo.h"

namespace metamer::cli {
namespace {

Json describe(const Dataset &dataset) {
    Json json;
    json["spec"] = dataset.spec;
    json["path"] = dataset.path;
    json["sha256"] = dataset.sha256;
    json["shape"] = {dataset.shape.channels, dataset.shape.height, dataset.shape.width};
    json["classes"] = dataset.classNames;
    json["reading"] = {{"layout", dataset.reading.layout}, {"range", dataset.reading.range}, {"colour", dataset.reading.colour},
                       {"size", dataset.reading.size}};
    json["train"] = dataset.trainCount;
    json["test"] = dataset.testCount;
    return json;
}

Json describe(const StudyInfo &info) {
    Json json;
    json["path"] = info.path;
    json["schema"] = info.schema;
    json["journal"] = info.journal;
    json["read_only"] = info.isReadOnly;
    json["dataset"] = describe(info.dataset);
    json["models"] = Json::array();
    for (const auto &model : info.models) {
        json["models"].push_back(model.name);
    }
    json["runs"] = Json::array();
    for (const auto &[run, found, attempts] : info.runs) {
        json["runs"].push_back({{"name", run.name}, {"state", nameOf(run.state)}, {"attack", run.attack}, {"norm", run.norm},
                                {"eps", run.epsText}, {"sources", run.indices.size()}, {"examples", found}, {"attempts", attempts}});
    }
    json["annotators"] = Json::array();
    for (const auto &annotator : info.annotators) {
        json["annotators"].push_back(annotator.name);
    }
    json["answers"] = info.answers;
    return json;
}

std::string textOf(const StudyInfo &info) {
    const auto &dataset = info.dataset;
    std::string text = info.path + "\n  data set    " + dataset.spec + ", " + std::to_string(dataset.shape.width) + "x" +
                       std::to_string(dataset.shape.height) + ", " + std::to_string(dataset.classNames.size()) +
                       " classes, " + std::to_string(dataset.trainCount) + " train, " + std::to_string(dataset.testCount) + " test\n";
    for (const auto &model : info.models) {
        text += "  model       " + model.name + (model.cleanAccuracy ? ", " + formatNumber(100 * *model.cleanAccuracy) + " % clean" : "") + "\n";
    }
    for (const auto &[run, found, attempts] : info.runs) {
        text += "  run         " + run.name + ", " + nameOf(run.state) + ", " + countOf(found, "example") +
                (attempts > 0 ? ", " + countOf(attempts, "attempt") + " without success" : "") + "\n";
    }
    for (const auto &annotator : info.annotators) {
        text += "  annotator   " + annotator.name + (annotator.kind == AnnotatorKind::Person ? "" : std::string(" (") + nameOf(annotator.kind) + ")") + "\n";
    }
    return text + "  answers     " + std::to_string(info.answers) + "\n";
}

}  // namespace

void addStudyCommands(CommandLine &line) {
    struct Options {
        std::string study, dataset, dataDir, out;
        DatasetReading reading;
    };
    auto options = std::make_shared<Options>();
    auto *study = line.noun("study", "Create a study file, or look into one");

    auto *create = line.command(study, "create", "Make a study file for a data set", [options] {
        StudyFile file = createStudy(options->study, options->dataset, options->dataDir, options->reading);
        const StudyInfo info = studyInfo(file);
        return Output{describe(info), "created " + textOf(info)};
    });
    create->add_option("STUDY", options->study, "The file to make")->required();
    create->add_option("--dataset", options->dataset, "builtin:digits, mnist, fashion-mnist, kmnist, cifar10, idx:DIR, folder:DIR or npz:FILE")->required();
    create->add_option("--data-dir", options->dataDir, "Folder of the data set's files (default: METAMER_DATA_DIR, or your data folder)");
    create->add_option("--layout", options->reading.layout, "npz: auto, NHW, NHWC or NCHW")->capture_default_str();
    create->add_option("--range", options->reading.range, "npz: auto, 0..1 or 0..255")->capture_default_str();
    create->add_option("--colour", options->reading.colour, "folder: auto, grey or rgb")->capture_default_str();
    create->add_option("--size", options->reading.size, "folder: auto, or one size for all pictures, like 32x32")->capture_default_str();

    auto *info = line.command(study, "info", "Say what is in a study file", [options] {
        StudyFile file = StudyFile::open(options->study);
        const StudyInfo found = studyInfo(file);
        return Output{describe(found), textOf(found)};
    });
    info->add_option("STUDY", options->study, "The study file")->required();

    auto *demo = line.command(&line.app(), "demo", "Make a demo study and its contact sheet", [options] {
        const DemoOutcome made = makeDemo(options->out, terminalJob());
        Json json;
        json["study"] = made.study.string();
        json["contact_sheet"] = made.contactSheet.string();
        json["clean_accuracy"] = made.cleanAccuracy;
        json["examples"] = made.examples;
        return Output{json, "study          " + made.study.string() + "\ncontact sheet  " + made.contactSheet.string() + "\n"};
    });
    demo->add_option("--out", options->out, "Folder to make them in")->required();
}

}  // namespace metamer::cli
