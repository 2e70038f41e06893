#include "core/lab/imported_models.h"

#include <cstdlib>
#include <fstream>

#include "core/attack/compute.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/data/file_bytes.h"
#include "core/lab/compute_loader.h"
#include "core/model/onnx.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

Json parametersOf(const ModelRecord &record) { return Json::parse(record.parametersJson); }

Normalisation normalisationOf(const ModelRecord &record) {
    const Json parameters = parametersOf(record);
    return {parameters.value("mean", std::vector<double>()), parameters.value("std", std::vector<double>())};
}

std::string hashNow(const ModelRecord &record) {
    if (record.architecture == kCommand) {
        const Json parameters = parametersOf(record);
        return hashOfCommandModel(parameters.value("command", ""), parameters.value("folder", ""));
    }
    return hashOfFileModel(record.architecture, record.weights, normalisationOf(record));
}

void requireUnchanged(const ModelRecord &record) {
    if (hashNow(record) == record.hash) {
        return;
    }
    if (record.architecture == kCommand) {
        throw Error(ErrorCode::BadInput, "the files of model '" + record.name + "' (" + parametersOf(record).value("command", "") + " in " + parametersOf(record).value("folder", "") +
                                             ") are gone or have changed since it was imported; put them back, or import it under another name");
    }
    throw Error(ErrorCode::Damaged, "model '" + record.name + "' is not what its hash names; import it again");
}

}  // namespace

fs::path trustedModelsFile() {
    if (const char *data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') {
        return fs::path(data) / "metamer" / "trusted-models";
    }
    const char *home = std::getenv("HOME");
    return fs::path(home != nullptr ? home : "/") / ".local" / "share" / "metamer" / "trusted-models";
}

std::string trustKeyOf(const ModelRecord &record) {
    if (record.architecture != kCommand) {
        return record.hash;
    }
    Sha256 key;   // a script of the same bytes in another folder may find other modules beside it
    key.add(record.hash + "\n" + parametersOf(record).value("folder", ""));
    return key.hex();
}

bool isTrusted(const ModelRecord &record) {
    if (!isImported(record.architecture)) {
        return true;
    }
    std::ifstream file(trustedModelsFile());
    const std::string key = trustKeyOf(record);
    for (std::string line; std::getline(file, line);) {
        if (trimmed(line) == key) {
            return true;
        }
    }
    return false;
}

void trustModel(const ModelRecord &record) {
    if (isTrusted(record)) {
        return;
    }
    const fs::path path = trustedModelsFile();
    std::error_code ignored;
    fs::create_directories(path.parent_path(), ignored);
    std::ofstream file(path, std::ios::app);
    file << trustKeyOf(record) << "\n";
    file.flush();
    if (!file) {
        throw Error(ErrorCode::Io, "cannot keep in " + path.string() + " that model '" + record.name + "' is trusted; make the folder writable");
    }
}

std::string whatRuns(const ModelRecord &record) {
    const Json parameters = parametersOf(record);
    if (record.architecture == kCommand) {
        std::string text = "the command '" + parameters.value("command", "") + "' in " + parameters.value("folder", "");
        for (const auto &file : filesOfCommand(parameters.value("command", ""), parameters.value("folder", ""))) {
            text += ", with the file " + file.string();
        }
        return text;
    }
    if (isImported(record.architecture)) {
        return std::string(record.architecture == kOnnx ? "the ONNX" : "the TorchScript") + " file " + parameters.value("file", "") + " (SHA-256 " +
               parameters.value("sha256", "") + ") that lies in the study";
    }
    return "nothing: its weights go into the architecture " + record.architecture + " of Metamer's own";
}

std::string notTrustedSentence(const ModelRecord &record) {
    return "model '" + record.name + "' came with the study and would run " + whatRuns(record) + "; if you trust it: metamer-cli model trust STUDY --model '" + record.name + "'";
}

CommandModel commandOf(const ModelRecord &record, const ImageShape &shape, int classCount) {
    const Json parameters = parametersOf(record);
    return {parameters.value("command", ""), parameters.value("folder", ""), adapterFolder(), shape, classCount};
}

std::unique_ptr<Classifier> loadImportedModel(const ModelRecord &record, const Dataset &dataset, const std::string &device) {
    requireUnchanged(record);
    if (!isTrusted(record)) {
        throw Error(ErrorCode::BadInput, notTrustedSentence(record));
    }
    const int classCount = static_cast<int>(dataset.classNames.size());
    if (record.architecture == kCommand) {
        return startCommandClassifier(commandOf(record, dataset.shape, classCount));
    }
    if (record.architecture == kOnnx) {
        return onnxRuntime().load(record.weights, dataset.shape, classCount, normalisationOf(record));
    }
    return compute().loadTorchScript(record.weights, dataset.shape, classCount, normalisationOf(record), device);
}

fs::path adapterFolder() {
    std::error_code ignored;
    const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path() / ".." / "share" / "metamer";
    return fs::exists(folder / "metamer_model.py", ignored) ? folder.lexically_normal() : fs::path();
}

}  // namespace metamer
