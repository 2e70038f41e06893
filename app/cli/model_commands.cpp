#include <memory>

#include "app/cli/cli.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/lab/models.h"

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
    return json;
}

std::string textOf(const ModelRecord &model) {
    return model.name + "  " + model.architecture + ", " + model.recipe +
           (model.cleanAccuracy ? ", " + formatNumber(100 * *model.cleanAccuracy) + " % of the test split right" : "") + "\n";
}

}  // namespace

void addModelCommands(CommandLine &line) {
    struct Options {
        std::string study;
        TrainModelRequest train;
        std::string epochs, batchSize, learningRate, model;
        std::int64_t count = 0, seed = 0;
    };
    auto options = std::make_shared<Options>();
    auto *noun = line.noun("model", "Train, list and evaluate models");

    auto *train = line.command(noun, "train", "Train a model on the study's data set", [options] {
        StudyFile file = StudyFile::open(options->study);
        DirectGate gate(file);
        for (const auto &[name, value] : {std::pair{"epochs", options->epochs}, {"batch-size", options->batchSize}, {"learning-rate", options->learningRate}}) {
            if (!value.empty()) {
                options->train.options[name] = value;
            }
        }
        const TrainModelOutcome outcome = trainModel(gate, options->train, terminalJob());
        if (!outcome.model) {
            throw Error(ErrorCode::Aborted, "aborted; nothing was kept");
        }
        Json json = describe(*outcome.model);
        json["end"] = outcome.end == JobEnd::Finished ? "finished" : "stopped";
        return Output{json, textOf(*outcome.model)};
    });
    train->add_option("STUDY", options->study, "The study file")->required();
    train->add_option("--name", options->train.name, "Name of the model (default: the recipe's)");
    train->add_option("--recipe", options->train.recipe, "natural")->capture_default_str();
    train->add_option("--epochs", options->epochs, "Passes over the training images (default 3)");
    train->add_option("--batch-size", options->batchSize, "Images a step (default 100)");
    train->add_option("--learning-rate", options->learningRate, "Adam's step size (default 0.001)");
    train->add_option("--seed", options->train.seed, "Seed of weights and order")->capture_default_str();
    train->add_option("--device", options->train.device, "auto, cpu or cuda:N")->capture_default_str();

    auto *list = line.command(noun, "list", "List the study's models", [options] {
        StudyFile file = StudyFile::open(options->study);
        Output output;
        output.json["models"] = Json::array();
        for (const auto &model : ModelTable(file).list()) {
            output.json["models"].push_back(describe(model));
            output.text += textOf(model);
        }
        output.text = output.text.empty() ? "no models yet; train one with 'model train'\n" : output.text;
        return output;
    });
    list->add_option("STUDY", options->study, "The study file")->required();

    auto *evaluate = line.command(noun, "evaluate", "Measure a model's clean accuracy on the test split", [options] {
        StudyFile file = StudyFile::open(options->study);
        DirectGate gate(file);
        const ModelEvaluation result = evaluateModel(gate, options->model, options->count, options->seed, options->train.device);
        Json json;
        json["model"] = result.model;
        json["images"] = result.images;
        json["clean_accuracy"] = result.cleanAccuracy;
        return Output{json, result.model + ": " + formatNumber(100 * result.cleanAccuracy) + " % of " + countOf(result.images, "image") + " right\n"};
    });
    evaluate->add_option("STUDY", options->study, "The study file")->required();
    evaluate->add_option("--model", options->model, "Name of the model")->required();
    evaluate->add_option("--count", options->count, "Images to draw (default: the whole test split)")->check(CLI::PositiveNumber);
    evaluate->add_option("--seed", options->seed, "Seed of the draw")->capture_default_str();
    evaluate->add_option("--device", options->train.device, "auto, cpu or cuda:N")->capture_default_str();
}

}  // namespace metamer::cli
