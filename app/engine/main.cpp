#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "app/engine/engine.h"
#include "core/base/error.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "core/model/devices.h"

namespace {

using namespace metamer;

constexpr const char *kUsage =
    "usage: metamer-engine --attack A --eps E --sources X.npy --labels Y.npy --donors D.npy --donor-labels L.npy --out EXAMPLES.npy\n"
    "                      [--norm linf] [--targets published|any|all|0,1,..] [--seed 0] [--device auto|cpu|cuda:0] [--time-limit SECONDS]\n"
    "                      [--proxies FOLDER] [the attack's own options]\n"
    "       metamer-engine --list        the attacks with their options\n"
    "       metamer-engine --devices     what attacks can run on here\n"
    "       metamer-engine --version\n"
    "Prints one JSON object a line on standard output, one an example or attempt; progress on standard error if that is a terminal.\n";

StopToken &interruption() {
    static StopToken token;
    return token;
}

std::string take(std::map<std::string, std::string> &options, const std::string &name, const std::string &fallback, bool isNeeded = false) {
    const auto found = options.find(name);
    if (found == options.end()) {
        if (isNeeded) {
            throw Error(ErrorCode::Usage, "--" + name + " is missing; see --help");
        }
        return fallback;
    }
    const std::string value = found->second;
    options.erase(found);
    return value;
}

double toNumber(const std::string &text, const std::string &name) {
    char *end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(number >= 0)) {
        throw Error(ErrorCode::Usage, "--" + name + " '" + text + "' is not allowed; use a number from 0");
    }
    return number;
}

/// "--name value" or "--name=value"; what the engine does not know itself is the attack's.
EngineRequest parse(int argc, char **argv) {
    std::map<std::string, std::string> options;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const auto equals = word.find('=');
        if (!word.starts_with("--")) {
            throw Error(ErrorCode::Usage, "'" + word + "' is not understood; see --help");
        }
        if (equals == std::string::npos && i + 1 >= argc) {
            throw Error(ErrorCode::Usage, word + " needs a value; see --help");
        }
        options[word.substr(2, equals == std::string::npos ? equals : equals - 2)] = equals == std::string::npos ? argv[++i] : word.substr(equals + 1);
    }
    EngineRequest request;
    request.attack = take(options, "attack", "", true);
    request.eps = take(options, "eps", "", true);
    request.sources = take(options, "sources", "", true);
    request.labels = take(options, "labels", "", true);
    request.donors = take(options, "donors", "", true);
    request.donorLabels = take(options, "donor-labels", "", true);
    request.out = take(options, "out", "", true);
    request.proxies = take(options, "proxies", "");
    request.norm = take(options, "norm", request.norm);
    request.targets = take(options, "targets", "");
    request.device = take(options, "device", request.device);
    request.seed = static_cast<std::int64_t>(toNumber(take(options, "seed", "0"), "seed"));
    request.timeLimitSeconds = toNumber(take(options, "time-limit", "0"), "time-limit");
    request.options = options;
    return request;
}

int fail(const Error &error) {
    std::fprintf(stderr, "%smetamer-engine: %s\n", isatty(2) ? "\r\033[K" : "", error.what());
    return error.code() == ErrorCode::Usage ? 2 : 1;
}

void showProgress(const Progress &progress) {
    std::fprintf(stderr, "\r%s  %lld of %lld, %.0f s left\033[K", progress.what.c_str(), static_cast<long long>(progress.done),
                 static_cast<long long>(progress.total), progress.secondsLeft);
}

int attack(const EngineRequest &request) {
    std::signal(SIGINT, [](int) { interruption().requestStop(); });
    std::signal(SIGTERM, [](int) { interruption().requestStop(); });
    const auto printLine = [](const std::string &json) {
        std::fputs((json + "\n").c_str(), stdout);
        std::fflush(stdout);
    };
    const EngineOutcome outcome = runEngine(request, interruption(), isatty(2) ? showProgress : [](const Progress &) {}, printLine);
    if (isatty(2)) {
        std::fprintf(stderr, "\r%s: %lld examples of %lld sources in %.2f s on %s\033[K\n", outcome.end == JobEnd::Finished ? "finished" : "stopped",
                     static_cast<long long>(outcome.examples), static_cast<long long>(outcome.sources), outcome.seconds, outcome.device.c_str());
    }
    return std::ferror(stdout) ? fail(Error(ErrorCode::Io, "cannot write to standard output")) : 0;
}

}  // namespace

int main(int argc, char **argv) {
    const std::string first = argc > 1 ? argv[1] : "--help";
    try {
        if (first == "--help" || first == "-h") {
            std::fputs(kUsage, argc > 1 ? stdout : stderr);
            return argc > 1 ? 0 : 2;
        }
        if (first == "--version") {
            std::printf("metamer-engine %s, LibTorch %s\n", METAMER_VERSION, torchVersionText().c_str());
            return 0;
        }
        prepareTorch();
        if (first == "--list" || first == "--devices") {
            std::fputs(first == "--list" ? describeAttacks().c_str() : (join(torchDevices(), "\n") + "\n").c_str(), stdout);
            return 0;
        }
        return attack(parse(argc, argv));
    } catch (const Error &error) {
        return fail(error);
    } catch (const std::exception &error) {
        return fail(Error(ErrorCode::Internal, std::string("internal fault: ") + error.what() + "; please report it with the command"));
    }
}
