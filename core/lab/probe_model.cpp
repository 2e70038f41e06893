#include "core/lab/probe_model.h"

#include <csignal>
#include <cstdlib>

#include "core/base/child_process.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/data/file_bytes.h"
#include "core/data/npy.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

constexpr auto kLookEvery = std::chrono::milliseconds(200);   // whether somebody wants it to end
constexpr std::size_t kMostAnswer = std::size_t{1} << 20;

/// A folder of our own that goes away.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (fs::temp_directory_path() / "metamer-probe-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) {
            throw Error(ErrorCode::Io, "cannot make a folder in " + fs::temp_directory_path().string() + "; make room there");
        }
        m_path = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    fs::path operator/(const char *name) const { return m_path / name; }

private:
    fs::path m_path;
};

fs::path writeRequest(const TemporaryFolder &folder, const ProbeRequest &request) {
    const ImageSet &images = request.sample->images;
    const NpyArray array{"", 'u', 1, {images.count(), images.shape.channels, images.shape.height, images.shape.width}, images.bytes};
    writeFileBytes(folder / "images.npy", formatNpy(array));
    Json json;
    json["file"] = fs::absolute(request.file).string();
    json["architecture"] = request.architecture;
    json["mean"] = request.normalisation.mean;
    json["std"] = request.normalisation.std;
    json["images"] = (folder / "images.npy").string();
    json["labels"] = request.sample->labels;
    json["classes"] = request.classCount;
    json["memory_mib"] = request.memoryMib;
    writeFileText(folder / "request.json", json.dump());
    return folder / "request.json";
}

ChildProcess::Result readAnswer(ChildProcess &child, std::string &answer, const ProbeRequest &request) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(request.timeoutMs);
    for (;;) {
        const auto look = std::min(end, std::chrono::steady_clock::now() + kLookEvery);
        const auto result = child.readToEnd(answer, kMostAnswer, look);
        if (result != ChildProcess::Result::TimedOut || look == end) {
            return result;
        }
        if (request.stop.isStopRequested()) {
            throw Error(ErrorCode::Aborted, "ended before the model was taken; nothing was kept");
        }
    }
}

Error endedBadly(const ChildProcess &child, const std::string &how) {
    if (child.endSignal() == SIGABRT || child.endSignal() == SIGSEGV || child.endSignal() == SIGBUS || child.endSignal() == SIGFPE || child.endSignal() == SIGILL) {
        return Error(ErrorCode::BadInput, "loading it crashed the probe (" + how + "): the file is damaged, or made to do harm; save it again where it comes from");
    }
    const std::string line = child.lastErrorLine();
    return Error(ErrorCode::BadInput, "the probe ended (" + how + ") before it could tell" + (line.empty() ? "" : ": " + line) + "; save the model again, or free some memory");
}

ProbeResult read(const Json &json) {
    if (json.contains("error")) {
        throw Error(static_cast<ErrorCode>(json.at("code").get<int>()), json.at("error").get<std::string>());
    }
    ProbeResult result;
    result.checks.classes = json.at("classes");
    result.checks.hasGradients = json.at("gradients");
    result.checks.images = json.at("images");
    result.checks.accuracy = json.at("accuracy");
    result.checks.secondsAnImage = json.at("seconds_an_image");
    result.checks.warnings = json.at("warnings").get<std::vector<std::string>>();
    result.normalisation = {json.at("mean").get<std::vector<double>>(), json.at("std").get<std::vector<double>>()};
    result.isFromFile = json.at("from_file");
    result.normalisesInside = json.at("normalises_inside");
    return result;
}

}  // namespace

ProbeResult probeModel(const ProbeRequest &request) {
    const TemporaryFolder folder;
    const fs::path asked = writeRequest(folder, request);
    std::error_code ignored;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path() / "metamer-probe";
    if (!fs::exists(program)) {
        throw Error(ErrorCode::Internal, "metamer-probe is not beside the program; build or install Metamer again");
    }
    ChildProcess child({{program.string(), asked.string()}, {}, {}});
    std::string answer;
    const auto result = readAnswer(child, answer, request);
    const std::string how = child.finish();
    if (result == ChildProcess::Result::TimedOut) {
        throw Error(ErrorCode::BadInput, "it did not load and answer " + countOf(request.sample->count(), "image") + " within " + formatNumber(request.timeoutMs / 1000.0) +
                                             " s, so it was stopped: an endless loop, or far too slow; try it in Python first");
    }
    const Json json = Json::parse(answer, nullptr, false);
    if (json.is_discarded() || !json.is_object()) {
        throw endedBadly(child, how);
    }
    return read(json);
}

}  // namespace metamer
