#include <memory>

#include "app/cli/cli.h"
#include "core/base/text.h"
#include "core/data/fetch.h"

namespace metamer::cli {
namespace {

Output describe(const std::string &name, const FetchOutcome &outcome) {
    Output output;
    output.json["dataset"] = name;
    output.json["folder"] = outcome.folder.string();
    output.json["end"] = outcome.end == JobEnd::Finished ? "finished" : "stopped";
    output.json["fetched"] = outcome.fetched;
    output.json["present"] = outcome.present;
    const bool isWhole = outcome.end == JobEnd::Finished;
    output.text = name + (isWhole ? " is in " : " is not complete yet in ") + outcome.folder.string() + ": " +
                  countOf(static_cast<std::int64_t>(outcome.fetched.size()), "file") + " fetched, " +
                  std::to_string(outcome.present.size()) + " there already" + (isWhole ? "" : "; run it again to go on") + "\n";
    output.status = isWhole ? 0 : 1;
    return output;
}

}  // namespace

void addDatasetCommands(CommandLine &line) {
    struct Options {
        std::string name, dataDir, mirror;
    };
    auto options = std::make_shared<Options>();
    auto *noun = line.noun("dataset", "Fetch data sets");
    auto *fetch = line.command(noun, "fetch", "Bring a data set's files here and check them", [options] {
        const JobContext job = terminalJob();
        return describe(options->name, fetchDataset(options->name, options->dataDir, options->mirror, job.stop, job.progress));
    });
    fetch->add_option("NAME", options->name, "mnist, fashion-mnist, kmnist or cifar10")->required();
    fetch->add_option("--data-dir", options->dataDir, "Folder to keep data sets in (default: METAMER_DATA_DIR, or your data folder)");
    fetch->add_option("--mirror", options->mirror, "URL or folder that holds the same files (default: where the authors keep them)");
}

}  // namespace metamer::cli
