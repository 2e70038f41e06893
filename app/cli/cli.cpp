#include "app/cli/cli.h"

#include <csignal>
#include <cstdio>

#include <unistd.h>

#include "core/base/error.h"
#include "core/base/text.h"

namespace metamer::cli {
namespace {

StopToken &interruption() {
    static StopToken token;
    return token;
}

void onInterrupt(int) {
    interruption().isStopRequested() ? interruption().requestAbort() : interruption().requestStop();
}

void showProgress(const Progress &progress) {
    static std::string shown;
    std::string line = progress.what;
    if (progress.total > 0) {
        line += "  " + std::to_string(progress.done) + " of " + std::to_string(progress.total) + (progress.unit.empty() ? "" : " " + progress.unit);
    }
    if (progress.secondsLeft >= 0) {
        line += "  " + durationText(progress.secondsLeft) + " left";
    }
    if (line != shown) {
        std::fprintf(stderr, "\r%s\033[K", line.c_str());
        shown = line;
    }
}

/// "one sentence" on one line, whatever a library put into it.
std::string oneLine(std::string text) {
    for (auto &c : text) {
        c = c == '\n' || c == '\r' ? ' ' : c;
    }
    return text;
}

int fail(const std::string &message, int status) {
    std::fprintf(stderr, "%smetamer-cli: %s\n", isatty(2) ? "\r\033[K" : "", oneLine(message).c_str());
    return status;
}

}  // namespace

JobContext terminalJob() {
    std::signal(SIGINT, onInterrupt);
    std::signal(SIGTERM, onInterrupt);
    JobContext job;
    job.stop = interruption();
    if (isatty(2)) {
        job.progress = showProgress;
    }
    return job;
}

std::map<std::string, std::string> ownOptions(const std::vector<std::string> &words) {
    std::map<std::string, std::string> options;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string &word = words[i];
        if (!word.starts_with("--") || word.size() < 3) {
            throw Error(ErrorCode::Usage, "'" + word + "' is not understood; see --help");
        }
        const auto equals = word.find('=');
        if (equals != std::string::npos) {
            options[word.substr(2, equals - 2)] = word.substr(equals + 1);
        } else if (i + 1 < words.size()) {
            options[word.substr(2)] = words[++i];
        } else {
            throw Error(ErrorCode::Usage, word + " needs a value");
        }
    }
    return options;
}

static Json describe(const Parameter &parameter) {
    static const char *kTypes[] = {"integer", "real", "choice", "text", "flag", "paragraph"};
    Json json;
    json["name"] = parameter.name;
    json["type"] = kTypes[static_cast<int>(parameter.type)];
    json["default"] = parameter.defaultValue;
    json["minimum"] = parameter.minimum;
    json["maximum"] = parameter.maximum;
    json["unit"] = parameter.unit;
    json["help"] = parameter.help;
    json["source"] = parameter.source;
    return json;
}

Json describe(const ParameterSchema &schema, std::string &text) {
    Json json = Json::array();
    for (const auto &parameter : schema.parameters()) {
        json.push_back(describe(parameter));
        text += "    --" + parameter.name + " " + parameter.defaultValue + (parameter.unit.empty() ? "" : " " + parameter.unit) + "  " +
                parameter.help + "\n";
    }
    return json;
}

CommandLine::CommandLine() : m_app("Metamer: invariance-based adversarial examples, made, labelled and exported.", "metamer-cli") {
    m_app.set_version_flag("--version", std::string("metamer-cli ") + METAMER_VERSION);
    m_app.require_subcommand(1);
}

CLI::App *CommandLine::noun(const std::string &name, const std::string &description) {
    auto *app = m_app.add_subcommand(name, description);
    app->require_subcommand(1);
    return app;
}

CLI::App *CommandLine::command(CLI::App *parent, const std::string &name, const std::string &description, Work work) {
    auto *app = parent->add_subcommand(name, description);
    app->add_flag("--json", m_isJson, "Print one JSON object on standard output and nothing else");
    app->callback([this, work = std::move(work)] { m_chosen = work; });
    return app;
}

int CommandLine::run(int argc, char **argv) {
    try {
        m_app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return error.get_exit_code() == 0 ? m_app.exit(error) : fail(std::string(error.what()) + "; see --help", 2);
    } catch (const Error &error) {
        return fail(error.what(), 2);
    }
    try {
        const Output output = m_chosen();
        if (isatty(2)) {
            std::fprintf(stderr, "\r\033[K");
        }
        const std::string text = m_isJson ? output.json.dump(2) + "\n" : output.text;
        std::fputs(text.c_str(), stdout);
        return std::fflush(stdout) == 0 ? output.status : fail("cannot write to standard output", 1);
    } catch (const Error &error) {
        return fail(error.what(), error.code() == ErrorCode::Usage ? 2 : 1);
    } catch (const std::exception &error) {
        return fail(std::string("internal fault: ") + error.what() + "; please report it with the command", 1);
    }
}

}  // namespace metamer::cli
