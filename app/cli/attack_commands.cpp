#include <memory>

#include "app/cli/cli.h"
#include "core/attack/compute.h"
#include "core/base/budget.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/npy.h"
#include "core/lab/attack_run.h"
#include "core/lab/compute_loader.h"

namespace metamer::cli {
namespace {

Output listAttacks() {
    Output output;
    output.json["attacks"] = Json::array();
    for (const auto &attack : compute().attacks()) {
        Json json;
        json["name"] = attack.name;
        json["title"] = attack.title;
        json["family"] = attack.family;
        json["summary"] = attack.summary;
        json["source"] = attack.source;
        json["norms"] = Json::array();
        for (const Norm norm : attack.norms) {
            json["norms"].push_back(normName(norm));
        }
        output.text += attack.name + "  (" + attack.family + ")  " + attack.summary + "\n";
        json["default_eps"] = attack.defaultEps;
        json["uses_proxy"] = attack.usesSelector;
        json["parameters"] = cli::describe(attack.schema, output.text);
        output.json["attacks"].push_back(json);
    }
    return output;
}

Output describe(const AttackRunOutcome &outcome) {
    const Run &run = outcome.run;
    Json json;
    json["run"] = run.name;
    json["state"] = nameOf(run.state);
    json["attack"] = run.attack;
    json["norm"] = run.norm;
    json["eps"] = run.epsText;
    json["grey_levels"] = run.norm == "linf" ? Json(Budget::parse(Norm::Linf, run.epsText).greyLevels()) : Json(nullptr);
    json["sources"] = run.indices.size();
    json["examples"] = outcome.found;
    json["attempts"] = outcome.attempts;
    json["seconds"] = outcome.seconds;
    json["device"] = run.device;
    json["median_donor_l2"] = outcome.medianDonorDistance ? Json(*outcome.medianDonorDistance) : Json(nullptr);
    json["models_not_asked"] = outcome.modelsNotAsked;
    const std::string notAsked = outcome.modelsNotAsked.empty() ? "" : join(outcome.modelsNotAsked, "\n") + "\n";
    return {json, notAsked + run.name + ": " + nameOf(run.state) + ", " + countOf(outcome.found, "example") + " made" +
                      (outcome.attempts > 0 ? ", " + countOf(outcome.attempts, "attempt") + " without success" : "") + " in " +
                      formatNumber(outcome.seconds) + " s\n"};
}

struct Options {
    std::string study;
    AttackRunRequest request;
    std::string indices, resume;
    CLI::App *command = nullptr;
};

void addRun(CommandLine &line, CLI::App *noun, const std::shared_ptr<Options> &options) {
    auto *run = line.command(noun, "run", "Run an attack and keep its examples in the study", [options] {
        options->request.options = ownOptions(options->command->remaining());
        StudyFile file = StudyFile::open(options->study);
        DirectGate gate(file);
        const auto ignore = [](const Example &) {};
        if (!options->resume.empty()) {
            return describe(resumeAttack(gate, options->resume, options->request.timeLimitSeconds, terminalJob(), ignore));
        }
        if (options->request.attack.empty()) {
            throw Error(ErrorCode::Usage, "--attack is missing; see 'attack list'");
        }
        if (!options->indices.empty()) {
            options->request.indices = readNpy(options->indices).asIntegers();
        }
        return describe(runAttack(gate, options->request, terminalJob(), ignore));
    });
    options->command = run;
    AttackRunRequest &request = options->request;
    request.attack.clear();
    run->allow_extras();
    run->add_option("STUDY", options->study, "The study file")->required();
    run->add_option("--attack", request.attack, "Name of the attack; 'attack list' shows them with their own options");
    run->add_option("--name", request.name, "Name of the run (default: ATTACK-NORM-EPS)");
    run->add_option("--model", request.modelName, "Keep only examples that this model answers with the source's label; the run is then marked as made for it");
    run->add_option("--norm", request.norm, "linf, l2, l1 or l0 (default: the attack's first)");
    run->add_option("--eps", request.eps, "Budget, like 8/255 or 0.4; pixels for l0 (default: the attack's own)");
    run->add_option("--targets", request.targets, "published (the default for digits), any (the best of all classes), all (one each), or classes like 3,8");
    run->add_option("--split", request.split, "test or train")->capture_default_str();
    auto *indices = run->add_option("--indices", options->indices, ".npy with the rows of the sources");
    run->add_option("--count", request.count, "Sources to draw without replacement")->capture_default_str()->excludes(indices);
    run->add_option("--seed", request.seed, "Seed of the draw and the attack")->capture_default_str();
    run->add_option("--device", request.device, "auto, cpu or cuda:N")->capture_default_str();
    run->add_option("--time-limit", request.timeLimitSeconds, "Stop after so many seconds, keeping what is done")->check(CLI::NonNegativeNumber);
    run->add_option("--resume", options->resume, "Go on with this run");
}

}  // namespace

void addAttackCommands(CommandLine &line) {
    auto options = std::make_shared<Options>();
    auto *noun = line.noun("attack", "List attacks and run them");
    line.command(noun, "list", "List the attacks with their options", [] { return listAttacks(); });
    addRun(line, noun, options);
}

}  // namespace metamer::cli
