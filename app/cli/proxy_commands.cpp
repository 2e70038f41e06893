#include <memory>

#include "app/cli/cli.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/lab/compute_loader.h"
#include "core/lab/proxies.h"

namespace metamer::cli {
namespace {

struct Options {
    std::string study, run, device = "auto";
    ProxyTraining training;
};

Json describe(const ProxyRecord &proxy) {
    Json json = Json::parse(proxy.detailsJson);
    json["role"] = proxy.role;
    json["hash"] = proxy.hash;
    json["created_utc"] = proxy.createdUtc;
    return json;
}

Output listProxies(StudyFile &file) {
    Output output;
    output.json["proxies"] = Json::array();
    for (const auto &proxy : ProxyTable(file).list()) {
        const Json json = describe(proxy);
        output.json["proxies"].push_back(json);
        output.text += proxy.role + "  " + proxy.hash.substr(0, 12) + "  held-out accuracy " +
                       formatNumber(json.value("held_out_accuracy", 0.0)) + " on changed training images\n";
    }
    if (output.text.empty()) {
        output.text = "no proxy yet; 'proxy train' or the first attack that chooses by one makes both\n";
    }
    return output;
}

LoadedDataset loadData(StudyGate &gate) {
    Dataset dataset;
    gate.with([&](StudyFile &file) { dataset = DatasetTable(file).get(); });
    return reloadDataset(dataset);
}

}  // namespace

void addProxyCommands(CommandLine &line) {
    auto options = std::make_shared<Options>();
    auto *noun = line.noun("proxy", "The oracle proxy: automatic guesses at human labels, to choose and to rank by");

    auto *train = line.command(noun, "train", "Train selector and evaluator on the study's training split", [options] {
        StudyFile file = StudyFile::open(options->study);
        DirectGate gate(file);
        if (!trainProxies(gate, loadData(gate), compute().resolveDevice(options->device), options->training, terminalJob()).areComplete()) {
            throw Error(ErrorCode::Io, "stopped before both proxies were trained; run 'proxy train' again");
        }
        return listProxies(file);
    });
    train->add_option("STUDY", options->study, "The study file")->required();
    train->add_option("--steps", options->training.steps, "Steps of 128 images, each network; 0: four passes over the training split")->check(CLI::Range(0, 1000000))->capture_default_str();
    train->add_option("--members", options->training.members, "Networks in each proxy")->check(CLI::Range(1, 16))->capture_default_str();
    train->add_option("--seed", options->training.seed, "Seed of weights, order and changes")->capture_default_str();
    train->add_option("--device", options->device, "auto, cpu or cuda:N")->capture_default_str();

    auto *score = line.command(noun, "score", "Let both proxies read the examples of a run, or of all", [options] {
        StudyFile file = StudyFile::open(options->study);
        DirectGate gate(file);
        const JobContext job = terminalJob();
        const LoadedProxies proxies = ensureProxies(gate, loadData(gate), compute().resolveDevice(options->device), {}, job);
        if (!proxies.areComplete()) {
            throw Error(ErrorCode::Io, "stopped before both proxies were trained; run 'proxy score' again");
        }
        Output output;
        output.json["runs"] = Json::array();
        for (const auto &run : scoreRuns(gate, proxies, options->run, job)) {
            output.json["runs"].push_back({{"run", run.run}, {"scored", run.scored}});
            output.text += run.run + ": " + countOf(run.scored, "image") + " read; 'report' counts them\n";
        }
        return output;
    });
    score->add_option("STUDY", options->study, "The study file")->required();
    score->add_option("--run", options->run, "Only this run");
    score->add_option("--device", options->device, "auto, cpu or cuda:N")->capture_default_str();

    auto *list = line.command(noun, "list", "List the study's proxies", [options] {
        StudyFile file = StudyFile::open(options->study);
        return listProxies(file);
    });
    list->add_option("STUDY", options->study, "The study file")->required();
}

}  // namespace metamer::cli
