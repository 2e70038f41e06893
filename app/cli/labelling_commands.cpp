#include <memory>

#include "app/cli/cli.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/file_bytes.h"
#include "core/lab/annotators.h"
#include "core/lab/bundle.h"
#include "core/lab/import_examples.h"
#include "core/lab/merge_studies.h"
#include "core/lab/study_setup.h"

namespace metamer::cli {
namespace {

Json describe(const ListsOutcome &lists) {
    return {{"lists", lists.lists}, {"trials", lists.trials}, {"examples", lists.examples}, {"answers_per_example", {lists.leastAnswers, lists.mostAnswers}}};
}

std::string textOf(const ListsOutcome &lists) {
    return countOf(lists.lists, "list") + " of " + countOf(lists.trials, "trial") + "; each of " + countOf(lists.examples, "example") + " on " +
           (lists.leastAnswers == lists.mostAnswers ? std::to_string(lists.leastAnswers) : std::to_string(lists.leastAnswers) + " to " + std::to_string(lists.mostAnswers)) + "\n";
}

Json describe(const FreezeStatus &status) {
    if (!status.freeze) {
        return nullptr;
    }
    return {{"hash", status.freeze->hash}, {"frozen_utc", status.freeze->createdUtc}, {"intact", status.isIntact}, {"departures", status.departures}};
}

Output describeProtocol(StudyFile &file) {
    const Protocol protocol = studyProtocol(file);
    const FreezeStatus freeze = freezeStatus(file);
    const ListsOutcome lists = describeLists(file);
    Output output;
    output.json["protocol"] = Json::parse(protocol.toJson());
    output.json["measure"] = protocol.measure().name();
    output.json["lists"] = lists.lists > 0 ? describe(lists) : Json(nullptr);
    output.json["freeze"] = describe(freeze);
    output.text = protocol.values().at("name") + ": " + describe(protocol) + "\n";
    for (const auto &[name, value] : protocol.values()) {
        output.text += value.empty() ? "" : "  " + name + "  " + split(value, '\n').front() + (value.find('\n') != std::string::npos ? " ..." : "") + "\n";
    }
    output.text += lists.lists > 0 ? textOf(lists) : "";
    output.text += freeze.freeze ? "frozen " + freeze.freeze->createdUtc + ", " + freeze.freeze->hash + "\n" : "not frozen\n";
    for (const auto &departure : freeze.departures) {
        output.text += "departure: " + departure + "\n";
    }
    return output;
}

std::string readText(const std::string &path) {
    const Pixels bytes = readFileBytes(path, std::size_t{16} << 20);
    return {bytes.begin(), bytes.end()};
}

void addProtocolCommands(CommandLine &line, CLI::App *study) {
    struct Options {
        std::string study, templateName, in, out, reason, plan, jspsych;
        std::vector<std::string> files;
        int lists = 0;
        bool isAfterAnswers = false;
        CLI::App *protocol = nullptr;
    };
    auto options = std::make_shared<Options>();
    auto *protocol = line.command(study, "protocol", "Show the labelling protocol, or put another in force", [options] {
        StudyFile file = StudyFile::open(options->study);
        auto changes = ownOptions(options->protocol->remaining());
        if (!options->templateName.empty() || !options->in.empty() || !changes.empty()) {
            Protocol wanted = studyProtocol(file);
            if (!options->templateName.empty()) {
                wanted = options->templateName == "measurement" ? Protocol::measurement() : Protocol::quickLabelling();
            }
            if (!options->in.empty()) {
                wanted = Protocol::fromJson(readText(options->in));
            }
            auto values = wanted.values();
            for (const auto &[name, value] : changes) {
                values[name] = value;
            }
            setProtocol(file, Protocol::fromValues(values), options->reason);
        }
        if (!options->out.empty()) {
            writeFileText(options->out, Json::parse(studyProtocol(file).toJson()).dump(2) + "\n");
        }
        return describeProtocol(file);
    });
    options->protocol = protocol;
    protocol->add_option("STUDY", options->study, "The study file")->required();
    protocol->add_option("--template", options->templateName, "Start from: quick or measurement")->check(CLI::IsMember({"quick", "measurement"}));
    protocol->add_option("--in", options->in, "Take the protocol of this JSON file");
    protocol->add_option("--out", options->out, "Write the protocol in force to this JSON file");
    protocol->add_option("--reason", options->reason, "Why, where the study is frozen: every report shows it");
    protocol->allow_extras();
    std::string footer = "Settings, each an option of its own:\n";
    cli::describe(Protocol::schema(), footer);
    protocol->footer(footer);

    auto *lists = line.command(study, "lists", "Make the annotators' lists anew, by the protocol", [options] {
        StudyFile file = StudyFile::open(options->study);
        const ListsOutcome made = makeStudyLists(file, options->lists);
        return Output{describe(made), textOf(made)};
    });
    lists->add_option("STUDY", options->study, "The study file")->required();
    lists->add_option("--lists", options->lists, "How many (default: what the protocol's answers an example take)")->check(CLI::Range(1, 100000));

    auto *freeze = line.command(study, "freeze", "Fix protocol, analysis plan, items and lists by hash, before the first answer", [options] {
        StudyFile file = StudyFile::open(options->study);
        if (!options->plan.empty()) {
            auto values = studyProtocol(file).values();
            values["analysis-plan"] = readText(options->plan);
            setProtocol(file, Protocol::fromValues(values));
        }
        if (options->lists > 0) {
            makeStudyLists(file, options->lists);
        }
        const Freeze made = freezeStudy(file, options->isAfterAnswers);
        const ListsOutcome found = describeLists(file);
        return Output{Json{{"hash", made.hash}, {"frozen_utc", made.createdUtc}, {"lists", found.lists > 0 ? describe(found) : Json(nullptr)}},
                      "frozen " + made.createdUtc + ", " + made.hash + "\n" + (found.lists > 0 ? textOf(found) : "")};
    });
    freeze->add_option("STUDY", options->study, "The study file")->required();
    freeze->add_option("--plan", options->plan, "Text file with the analysis plan");
    freeze->add_option("--lists", options->lists, "How many lists to make first")->check(CLI::Range(1, 100000));
    freeze->add_flag("--after-answers", options->isAfterAnswers, "Although people have answered; every report will show it");

    auto *merge = line.command(study, "merge", "Merge copies of a study that were labelled elsewhere", [options] {
        StudyFile file = StudyFile::open(options->study);
        Output output;
        output.json["into"] = options->study;
        output.json["files"] = Json::array();
        for (const auto &from : options->files) {
            const MergeCounts counts = mergeStudy(file, from);
            output.json["files"].push_back({{"file", from}, {"runs", counts.runs}, {"examples", counts.examples}, {"annotators", counts.annotators}, {"sessions", counts.sessions},
                                            {"answers", counts.answers}, {"events", counts.events}, {"erased", counts.erased}, {"conflicts", counts.conflicts}});
            output.text += from + ": " + countOf(counts.answers, "answer") + " of " + countOf(counts.sessions, "session") + ", " + countOf(counts.annotators, "new annotator") +
                           (counts.runs > 0 ? ", " + countOf(counts.runs, "run") + " with " + countOf(counts.examples, "example") : "") +
                           (counts.erased > 0 ? ", " + countOf(counts.erased, "answer") + " erased" : "") + "\n";
            for (const auto &conflict : counts.conflicts) {
                output.text += "conflict: " + conflict + "\n";
            }
        }
        return output;
    });
    merge->add_option("INTO", options->study, "The study file that takes the answers")->required();
    merge->add_option("FROM", options->files, "Copies of it")->required();

    auto *bundle = line.command(study, "bundle", "Write the frozen study as a web page for people elsewhere", [options] {
        StudyFile file = StudyFile::open(options->study);
        const BundleOutcome made = writeBundle(file, options->out, options->jspsych);
        return Output{Json{{"out", options->out}, {"hash", made.hash}, {"lists", made.lists}, {"trials", made.trials}, {"pictures", made.pictures}},
                      "wrote " + countOf(made.lists, "list") + " with " + countOf(made.pictures, "picture") + " to " + options->out + "\neach person opens index.html?list=N, N from 1 to " +
                          std::to_string(made.lists) + "; 'label import " + options->study + " --results FILE' takes the answers back\n"};
    });
    bundle->add_option("STUDY", options->study, "The study file")->required();
    bundle->add_option("--out", options->out, "Folder to write")->required();
    bundle->add_option("--jspsych", options->jspsych, "Folder of jsPsych (default: where packaging/jspsych puts it)");
}

void addLabelCommands(CommandLine &line) {
    struct Options {
        std::string study, run, votes, measure = "perturbed";
        std::vector<std::string> results;
        SimulatedPeople people;
        std::int64_t seed = 0;
        int examples = 0;
        bool isForecast = false;
    };
    auto options = std::make_shared<Options>();
    auto *label = line.noun("label", "Import labels, or simulate them for a dry run");
    auto *votes = line.command(label, "import", "Import votes on a run's examples, or the result files of a bundle", [options] {
        StudyFile file = StudyFile::open(options->study);
        Output output;
        if (!options->results.empty()) {
            std::int64_t answers = 0, known = 0, sessions = 0;
            Json notes = Json::array();
            for (const auto &path : options->results) {
                const auto outcome = importBundleResults(file, path);
                answers += outcome.answers;
                known += outcome.known;
                sessions += outcome.sessions;
                output.text += path + ": " + countOf(outcome.answers, "row") + (outcome.known > 0 ? ", " + std::to_string(outcome.known) + " known already" : "") + "\n";
                for (const auto &note : outcome.notes) {
                    notes.push_back(note);
                    output.text += "  " + note + "\n";
                }
            }
            output.json = {{"sessions", sessions}, {"answers", answers}, {"known", known}, {"notes", notes}};
            return output;
        }
        if (options->run.empty() || options->votes.empty()) {
            throw Error(ErrorCode::Usage, "label import takes --run RUN with --votes FILE, or --results FILE; see --help");
        }
        const auto outcome = importLabels(file, options->run, options->votes, options->measure);
        output.json = {{"run", options->run}, {"votes", outcome.votes}, {"raters", outcome.raters}};
        output.text = options->run + ": " + countOf(outcome.votes, "vote") + " of " + countOf(outcome.raters, "rater") + "\n";
        return output;
    });
    votes->add_option("STUDY", options->study, "The study file")->required();
    votes->add_option("--run", options->run, "Name of the run");
    votes->add_option("--votes", options->votes, ".csv with the columns task, worker, label; task counts from 0 in the run");
    votes->add_option("--measure", options->measure, "What the votes measure where the file does not tell: perturbed, pair, perturbed-forced ...")->capture_default_str();
    votes->add_option("--results", options->results, "Result files that people saved from a bundle's page");

    auto *simulate = line.command(label, "simulate", "Add answers of people who do not exist, or forecast how wide an interval will be", [options] {
        options->people.seed = static_cast<std::uint64_t>(options->seed);
        StudyFile file = StudyFile::open(options->study);
        if (options->isForecast) {
            int examples = options->examples;
            if (examples == 0) {
                examples = static_cast<int>(ExampleTable(file).count(findRun(file, options->run).id, ExampleOutcome::Found));
            }
            options->people.classes = static_cast<int>(DatasetTable(file).get().classNames.size());
            const PowerForecast forecast = forecastPower(examples, options->people);
            const auto share = [](double value) { return formatNumber(static_cast<double>(static_cast<int>(1000 * value + 0.5)) / 10) + " %"; };
            return Output{Json{{"examples", forecast.examples}, {"votes_per_item", forecast.votesPerItem}, {"mean_rate", forecast.meanRate}, {"rate_spread", forecast.rateSpread},
                               {"mean_interval_width", forecast.meanWidth}, {"widest_interval_width", forecast.widestWidth}},
                          countOf(forecast.examples, "example") + ", " + countOf(options->people.raters, "rater") + ", " + formatNumber(forecast.votesPerItem) +
                              " votes an example: the 95 % interval of the share changed will be " + share(forecast.meanWidth) + " wide on average, " + share(forecast.widestWidth) +
                              " at the most (40 simulated studies)\n"};
        }
        const SimulateOutcome made = simulateLabels(file, options->run, options->people);
        return Output{Json{{"run", made.run}, {"raters", made.raters}, {"answers", made.answers}, {"simulated", true}},
                      made.run + ": " + countOf(made.answers, "simulated answer") + " of " + countOf(made.raters, "simulated rater") + "; reports leave them out unless asked (--simulated)\n"};
    });
    simulate->add_option("STUDY", options->study, "The study file")->required();
    simulate->add_option("--run", options->run, "Name of the run")->required();
    simulate->add_option("--raters", options->people.raters, "How many people")->required()->check(CLI::Range(1, 10000));
    simulate->add_option("--error", options->people.error, "Probability that an answer names a class at random")->required()->check(CLI::Range(0.0, 1.0));
    simulate->add_option("--changed", options->people.changed, "Share of the examples that people in general read as the target")->check(CLI::Range(0.0, 1.0))->capture_default_str();
    simulate->add_option("--items", options->people.itemsPerRater, "Each labels so many examples (default: all)")->check(CLI::Range(1, 1000000));
    simulate->add_option("--seed", options->seed, "Seed")->capture_default_str();
    auto *forecast = simulate->add_flag("--forecast", options->isForecast, "Write nothing: simulate whole studies and say how wide the interval will be");
    simulate->add_option("--examples", options->examples, "Forecast for so many examples instead of the run's")->needs(forecast)->check(CLI::Range(2, 1000000));
}

void addAnnotatorCommands(CommandLine &line) {
    struct Options {
        std::string study, name;
    };
    auto options = std::make_shared<Options>();
    auto *annotator = line.noun("annotator", "Who has labelled, and withdrawn consent");
    auto *list = line.command(annotator, "list", "List the annotators", [options] {
        StudyFile file = StudyFile::open(options->study);
        Output output;
        output.json["annotators"] = Json::array();
        for (const auto &who : AnnotatorTable(file).list()) {
            const char *kind = nameOf(who.kind);
            const auto answers = static_cast<std::int64_t>(AnswerTable(file).ofAnnotator(who.id).size());
            output.json["annotators"].push_back({{"name", who.name}, {"kind", kind}, {"answers", answers}, {"erased_utc", who.erasedUtc.empty() ? Json(nullptr) : Json(who.erasedUtc)}});
            output.text += who.name + "  " + kind + ", " + countOf(answers, "answer") + (who.erasedUtc.empty() ? "" : ", erased " + who.erasedUtc) + "\n";
        }
        return output;
    });
    list->add_option("STUDY", options->study, "The study file")->required();
    auto *erase = line.command(annotator, "erase", "Erase everything of a person who has withdrawn consent; a dated mark stays", [options] {
        StudyFile file = StudyFile::open(options->study);
        const EraseOutcome outcome = eraseAnnotator(file, options->name);
        return Output{Json{{"answers", outcome.answers}, {"name", outcome.newName}},
                      countOf(outcome.answers, "answer") + " erased; what is left is called '" + outcome.newName + "'. Copies and backups of the file still hold them: merge this file into the copies, delete the backups\n"};
    });
    erase->add_option("STUDY", options->study, "The study file")->required();
    erase->add_option("--name", options->name, "The annotator's name")->required();
}

}  // namespace

void addLabellingCommands(CommandLine &line) {
    addProtocolCommands(line, line.app().get_subcommand("study"));
    addLabelCommands(line);
    addAnnotatorCommands(line);
}

}  // namespace metamer::cli
