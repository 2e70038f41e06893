#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/base/json.h"
#include "core/base/parameters.h"
#include "core/base/records.h"
#include "core/lab/job_context.h"
#include "core/store/study_file.h"

namespace metamer::cli {

/// What a command has to say: the JSON object for --json, the text otherwise, and the exit status.
struct Output {
    Json json = Json::object();
    std::string text;
    int status = 0;
};

/// A command's work; runs after all options have been read. The parser keeps references into whatever it captured.
using Work = std::function<Output()>;

/// The parser and the command that was chosen.
class CommandLine {
public:
    CommandLine();

    CLI::App &app() { return m_app; }

    /// A noun that only groups verbs.
    CLI::App *noun(const std::string &name, const std::string &description);

    /// A command with --json; `work` runs if it was chosen.
    CLI::App *command(CLI::App *parent, const std::string &name, const std::string &description, Work work);

    /// Parses, runs and prints; the exit status.
    int run(int argc, char **argv);

private:
    CLI::App m_app;
    Work m_chosen;
    bool m_isJson = false;
};

/// A job's context for the terminal: progress on standard error if that is a terminal; Ctrl+C stops, twice aborts.
JobContext terminalJob();

/// The options that the parser left over, "--name value" or "--name=value": an attack's or a recipe's own.
/// Throws Error(Usage) for what is neither.
std::map<std::string, std::string> ownOptions(const std::vector<std::string> &words);

/// A model as `model list` shows it.
Json describeModel(const ModelRecord &model);

/// Same, one line of text.
std::string lineOfModel(const ModelRecord &model);

/// A schema's parameters as JSON; a line each is added to `text`.
Json describe(const ParameterSchema &schema, std::string &text);

// One function a noun adds its commands.
void addDatasetCommands(CommandLine &line);
void addStudyCommands(CommandLine &line);
CLI::App *addModelCommands(CommandLine &line);   // the noun
void addModelImportCommands(CommandLine &line, CLI::App *noun);
void addAttackCommands(CommandLine &line);
void addExampleCommands(CommandLine &line);
void addLabellingCommands(CommandLine &line);
void addProxyCommands(CommandLine &line);
void addReportCommands(CommandLine &line);

}  // namespace metamer::cli
