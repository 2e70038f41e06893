#include <algorithm>
#include <memory>

#include "app/cli/cli.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/attack/compute.h"
#include "core/lab/certificates.h"
#include "core/lab/compute_loader.h"
#include "core/lab/models.h"
#include "core/lab/shipped_models.h"
#include "core/lab/train_model.h"

namespace metamer::cli {
namespace {

Json describe(const ModelRecord &model) {
    Json json;
    json["name"] = model.name;
    json["architecture"] = model.architecture;
    json["recipe"] = model.recipe;
    json["parameters"] = Json::parse(model.parametersJson);
    json["hash"] = model.hash;
    json["clean_accuracy"] = model.cleanAccuracy ? Json(*model.cleanAccuracy) : Json(nullptr);
    json["hidden"] = model.isHidden;
    json["confusion"] = Json::parse(model.confusionJson);
    json["curve"] = Json::parse(model.curveJson);
    return json;
}

Json describe(const std::vector<CertificateCount> &counts) {
    Json json = Json::array();
    for (const auto &count : counts) {
        json.push_back({{"norm", count.norm}, {"eps", count.epsText}, {"images", count.images}, {"certified", count.certified}, {"unknown", count.unknown}});
    }
    return json;
}

Json describe(const std::vector<Evaluation> &evaluations) {
    Json json = Json::array();
    for (const auto &each : evaluations) {
        json.push_back({{"attack", each.attack}, {"norm", each.norm}, {"eps", each.epsText}, {"parameters", Json::parse(each.parametersJson)}, {"seed", each.seed},
                        {"images", each.images}, {"clean_accuracy", each.cleanAccuracy}, {"attacked_accuracy", each.attackedAccuracy}});
    }
    return json;
}

Json describe(const TrainingRecord &training) {
    return {{"name", training.name}, {"recipe", training.recipe}, {"step", training.step}, {"steps", training.steps}, {"saved_utc", training.savedUtc}};
}

std::string textOf(const TrainingRecord &training) {
    return training.name + "  " + training.recipe + ", not finished: step " + std::to_string(training.step) + " of " + std::to_string(training.steps) + "\n";
}

std::string textOf(const ModelRecord &model) {
    return model.name + "  " + model.architecture + ", " + model.recipe +
           (model.cleanAccuracy ? ", " + formatNumber(100 * *model.cleanAccuracy) + " % of the test split right" : "") +
           (model.isHidden ? ", hidden" : "") + "\n";
}

Output describe(const TrainModelOutcome &outcome) {
    if (outcome.model) {
        Json json = describe(*outcome.model);
        json["end"] = "finished";
        return {json, textOf(*outcome.model)};
    }
    if (outcome.end == JobEnd::Aborted) {
        throw Error(ErrorCode::Aborted, "aborted; what the last checkpoint holds can go on with 'model train --resume " + outcome.name + "'");
    }
    Json json;
    json["name"] = outcome.name;
    json["end"] = "stopped";
    json["step"] = outcome.step;
    json["steps"] = outcome.steps;
    return {json, outcome.name + ": stopped at step " + std::to_string(outcome.step) + " of " + std::to_string(outcome.steps) +
                      "; go on with 'model train --resume " + outcome.name + "'\n"};
}

struct Options {
    std::string study, model, resume;
    TrainModelRequest train;
    CertifyRequest certify;
    EvaluateRequest evaluate;
    CLI::App *trainCommand = nullptr, *evaluateCommand = nullptr;
};

using SharedOptions = std::shared_ptr<Options>;

/// A command on one model of a study.
CLI::App *modelCommand(CommandLine &line, CLI::App *noun, const SharedOptions &options, const std::string &name, const std::string &description, Work work) {
    auto *command = line.command(noun, name, description, std::move(work));
    command->add_option("STUDY", options->study, "The study file")->required();
    command->add_option("--model", options->model, "Name of the model")->required();
    return command;
}

void addTrain(CommandLine &line, CLI::App *noun, const SharedOptions &options) {
    auto *train = line.command(noun, "train", "Train a model on the study's data set", [options] {
        options->train.options = ownOptions(options->trainCommand->remaining());
        StudyFile file = StudyFile::open(options->study);
        DirectGate gate(file);
        return describe(options->resume.empty() ? trainModel(gate, options->train, terminalJob()) : resumeTraining(gate, options->resume, terminalJob()));
    });
    options->trainCommand = train;
    train->allow_extras();
    train->add_option("STUDY", options->study, "The study file")->required();
    train->add_option("--name", options->train.name, "Name of the model (default: the recipe's)");
    train->add_option("--recipe", options->train.recipe, "How to train; 'model recipes' shows them with their own options")->capture_default_str();
    train->add_option("--seed", options->train.seed, "Seed of weights and order")->capture_default_str();
    train->add_option("--device", options->train.device, "auto, cpu or cuda:N")->capture_default_str();
    train->add_option("--resume", options->resume, "Go on with the stopped training of this name");
}

void addList(CommandLine &line, CLI::App *noun, const SharedOptions &options) {
    auto *list = line.command(noun, "list", "List the study's models and unfinished trainings", [options] {
        StudyFile file = StudyFile::open(options->study);
        Output output;
        output.json["models"] = Json::array();
        output.json["trainings"] = Json::array();
        for (const auto &model : ModelTable(file).list()) {
            Json json = describe(model);
            json["certificates"] = describe(CertificateTable(file).counts(model.hash));
            json["evaluations"] = describe(EvaluationTable(file).ofModel(model.hash));
            output.json["models"].push_back(std::move(json));
            output.text += textOf(model);
        }
        for (const auto &training : TrainingTable(file).list()) {
            output.json["trainings"].push_back(describe(training));
            output.text += textOf(training);
        }
        output.text = output.text.empty() ? "no models yet; train one with 'model train'\n" : output.text;
        return output;
    });
    list->add_option("STUDY", options->study, "The study file")->required();
    line.command(noun, "recipes", "List the training recipes with their options", [] {
        Output output;
        output.json["recipes"] = Json::array();
        for (const auto &recipe : compute().recipes()) {
            output.text += recipe.name + "  " + recipe.summary + "\n";
            output.json["recipes"].push_back({{"name", recipe.name}, {"title", recipe.title}, {"summary", recipe.summary},
                                              {"parameters", cli::describe(recipe.schema, output.text)}});
        }
        return output;
    });
}

void addEvaluate(CommandLine &line, CLI::App *noun, const SharedOptions &options) {
    auto *evaluate = modelCommand(line, noun, options, "evaluate", "Measure a model's accuracy on the test split, clean and under attack", [options] {
        StudyFile file = StudyFile::open(options->study);
        DirectGate gate(file);
        EvaluateRequest request = options->evaluate;
        request.model = options->model;
        request.options = ownOptions(options->evaluateCommand->remaining());
        const ModelEvaluation result = evaluateModel(gate, request, terminalJob());
        Json json = {{"model", result.model}, {"images", result.images}, {"clean_accuracy", result.cleanAccuracy}};
        std::string text = result.model + ": " + formatNumber(100 * result.cleanAccuracy) + " % of " + countOf(result.images, "image") + " right";
        if (result.attackedAccuracy) {
            json["attack"] = request.attack;
            json["norm"] = normName(parseNorm(request.norm));
            json["eps"] = request.epsText;
            json["attacked_accuracy"] = *result.attackedAccuracy;
            text += ", " + formatNumber(100 * *result.attackedAccuracy) + " % under " + request.attack + " at " + normTitle(parseNorm(request.norm)) + " " + request.epsText;
        }
        return Output{json, text + "\n"};
    });
    options->evaluateCommand = evaluate;
    evaluate->allow_extras();
    EvaluateRequest &request = options->evaluate;
    evaluate->add_option("--count", request.count, "Images to draw (default: the whole test split)")->check(CLI::PositiveNumber);
    evaluate->add_option("--attack", request.attack, "pgd or pgd-margin: also the accuracy under this attack");
    evaluate->add_option("--norm", request.norm, "linf or l2")->capture_default_str();
    evaluate->add_option("--eps", request.epsText, "Radius of the ball")->capture_default_str();
    evaluate->add_option("--seed", request.seed, "Seed of the draw and of the attack's start")->capture_default_str();
    evaluate->add_option("--device", request.device, "auto, cpu or cuda:N")->capture_default_str();
}

void addCertify(CommandLine &line, CLI::App *noun, const SharedOptions &options) {
    auto *certify = modelCommand(line, noun, options, "certify", "Prove for which images a model's answer cannot change in a ball", [options] {
        StudyFile file = StudyFile::open(options->study);
        DirectGate gate(file);
        CertifyRequest request = options->certify;
        request.model = options->model;
        const CertifyOutcome outcome = certifyModel(gate, request, terminalJob());
        if (outcome.end == JobEnd::Aborted) {
            throw Error(ErrorCode::Aborted, "aborted; certificates computed so far are kept, the same command goes on from there");
        }
        Json json = {{"model", outcome.model}, {"norm", outcome.norm}, {"eps", outcome.epsText}, {"images", outcome.images}, {"right", outcome.right},
                     {"certified", outcome.certified}, {"not_certified", outcome.notCertified}, {"unknown", outcome.unknown}, {"verified_accuracy", outcome.verifiedAccuracy()},
                     {"end", outcome.end == JobEnd::Finished ? "finished" : "stopped"}};
        return Output{json, outcome.model + ": verified accuracy " + formatNumber(100 * outcome.verifiedAccuracy()) + " % at " + normTitle(parseNorm(outcome.norm)) + " " + outcome.epsText +
                                " (" + std::to_string(outcome.certified) + " of " + countOf(outcome.images, "image") + " certified, " + std::to_string(outcome.notCertified) +
                                " not, " + std::to_string(outcome.unknown) + " unknown)\n"};
    });
    CertifyRequest &request = options->certify;
    certify->add_option("--norm", request.norm, "linf or l2")->capture_default_str();
    certify->add_option("--eps", request.epsText, "Radius of the ball around each source")->required();
    certify->add_option("--run", request.run, "Around the sources of this run (default: test images)");
    certify->add_option("--count", request.count, "Test images to draw")->check(CLI::PositiveNumber)->capture_default_str();
    certify->add_option("--seed", request.seed, "Seed of the draw")->capture_default_str();
    certify->add_option("--device", request.device, "auto, cpu or cuda:N")->capture_default_str();
}

void addShipped(CommandLine &line, CLI::App *noun, const SharedOptions &options) {
    auto *shipped = line.command(noun, "shipped", "Add the models that come with Metamer for the study's data set", [options] {
        StudyFile file = StudyFile::open(options->study);
        DirectGate gate(file);
        const auto added = addShippedModels(gate, terminalJob());
        Output output{{{"added", added}}, {}};
        for (const auto &model : shippedModels()) {
            if (std::find(added.begin(), added.end(), model.record.name) != added.end()) {
                output.text += model.record.name + "  " + model.summary + "\n";
            }
        }
        output.text = output.text.empty() ? "they are all in this study\n" : output.text;
        return output;
    });
    shipped->add_option("STUDY", options->study, "The study file")->required();
}

void addKeepHideRemove(CommandLine &line, CLI::App *noun, const SharedOptions &options) {
    modelCommand(line, noun, options, "keep", "Make a model of what a stopped training has reached", [options] {
        StudyFile file = StudyFile::open(options->study);
        DirectGate gate(file);
        return describe(keepTraining(gate, options->model, terminalJob()));
    });
    for (const bool isHidden : {true, false}) {
        const std::string verb = isHidden ? "hide" : "show";
        modelCommand(line, noun, options, verb, isHidden ? "Take a model out of tables, reports and attacks; nothing is lost" : "Bring a hidden model back",
                     [options, isHidden] {
                         StudyFile file = StudyFile::open(options->study);
                         DirectGate gate(file);
                         hideModel(file, options->model, isHidden);
                         if (!isHidden) {   // examples may have come while it was hidden
                             const Dataset dataset = DatasetTable(file).get();
                             predictMissing(gate, {loadModel(findModel(file, options->model), dataset, "cpu")}, dataset.shape, terminalJob());
                         }
                         const ModelRecord model = findModel(file, options->model);
                         return Output{describe(model), textOf(model)};
                     });
    }
    modelCommand(line, noun, options, "remove", "Remove a model that no labelled image has an answer of, or an unfinished training", [options] {
        StudyFile file = StudyFile::open(options->study);
        if (TrainingTable(file).find(options->model)) {
            TrainingTable(file).remove(options->model);
        } else {
            removeModel(file, options->model);
        }
        return Output{{{"removed", options->model}}, "removed " + options->model + "\n"};
    });
}

}  // namespace

Json describeModel(const ModelRecord &model) { return describe(model); }

std::string lineOfModel(const ModelRecord &model) { return textOf(model); }

CLI::App *addModelCommands(CommandLine &line) {
    auto options = std::make_shared<Options>();
    auto *noun = line.noun("model", "Train, import, list, evaluate and export models");
    addTrain(line, noun, options);
    addList(line, noun, options);
    addEvaluate(line, noun, options);
    addCertify(line, noun, options);
    addShipped(line, noun, options);
    addKeepHideRemove(line, noun, options);
    return noun;
}

}  // namespace metamer::cli
