#include "core/model/model_file.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/file_bytes.h"
#include "core/data/zip_names.h"
#include "core/model/imported.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

std::string extentText(const ImageShape &shape) {
    return std::to_string(shape.channels) + ", " + std::to_string(shape.height) + ", " + std::to_string(shape.width);
}

/// Three lines of Python on one line; `load` makes `model`.
std::string snippet(const fs::path &path, const ImageShape &shape, const std::string &load) {
    const std::string target = path.stem().string() + "-script.pt";
    return load + "; script = torch.jit.trace(model.eval(), torch.zeros(1, " + extentText(shape) + ")); script.save('" + target + "')";
}

std::string stateSnippet(const fs::path &path, const ImageShape &shape) {
    return snippet(path, shape, "model = YourNet(); model.load_state_dict(torch.load('" + path.filename().string() + "'))");
}

std::string moduleSnippet(const fs::path &path, const ImageShape &shape) {
    return snippet(path, shape, "model = torch.load('" + path.filename().string() + "', weights_only=False)");
}

bool isHarmlessGlobal(const std::string &module) {
    return module == "collections" || module == "torch" || module == "torch._utils" || module == "torch._tensor" || module.starts_with("torch.storage") ||
           module.starts_with("numpy") || module == "torch.nn.parameter" || module == "argparse" || module == "pathlib" || module == "__builtin__" || module == "builtins" || module == "_codecs";
}

/// The first class that a pickle would build and that is none of tensors and containers: "Net of __main__". Read from the
/// opcode GLOBAL (c MODULE \n NAME \n); nothing is unpickled.
std::string classInPickle(const std::string &pickle) {
    const auto isName = [](const std::string &text) {
        return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; });
    };
    std::size_t next = 0;
    for (std::size_t at = pickle.find('c'); at != std::string::npos; at = pickle.find('c', next)) {
        next = at + 1;
        const auto first = pickle.find('\n', at), second = first == std::string::npos ? first : pickle.find('\n', first + 1);
        if (second == std::string::npos || second - at > 300) {
            continue;
        }
        const std::string module = pickle.substr(at + 1, first - at - 1), name = pickle.substr(first + 1, second - first - 1);
        if (isName(module) && isName(name)) {
            if (!isHarmlessGlobal(module)) {
                return name + " of " + module;
            }
            next = second;
        }
    }
    return {};
}

[[noreturn]] void refuse(const fs::path &path, const std::string &what) { throw Error(ErrorCode::BadInput, path.string() + " " + what); }

[[noreturn]] void refusePickle(const fs::path &path, const ImageShape &shape, const std::string &pickle, const std::string &how) {
    const std::string found = classInPickle(pickle);
    if (!found.empty()) {
        refuse(path, "is a whole module pickled" + how + " (class " + found + "), which only the code that made it can open, and Metamer never unpickles; in Python: " +
                         moduleSnippet(path, shape));
    }
    refuse(path, "is a state_dict or checkpoint" + how + ": weights without the network that they belong to; in Python: " + stateSnippet(path, shape));
}

std::string architectureOfZip(const fs::path &path, const ImageShape &shape) {
    std::vector<std::string> names;
    try {
        names = zipNames(path);
    } catch (const Error &) {
        refuse(path, "is cut short or damaged: the end of the archive is missing; copy or save it again");
    }
    const auto has = [&](const std::string &part) {
        return std::find_if(names.begin(), names.end(), [&](const std::string &name) { return name.find(part) != std::string::npos; });
    };
    if (has("constants.pkl") != names.end() && has("/code/") != names.end()) {
        return kTorchScript;
    }
    const auto data = has("data.pkl");
    if (data == names.end()) {
        refuse(path, "is a zip archive, but not of TorchScript; export the model with torch.jit.trace(...).save('model.pt')");
    }
    refusePickle(path, shape, readZipEntry(path, *data), "");
}

std::string startOf(const fs::path &path, std::size_t most) {
    std::string start;
    try {
        forEachBlock(path, [&](std::span<const std::uint8_t> block) {
            start.append(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(std::min(block.size(), most - start.size())));
            if (start.size() == most) {
                throw std::length_error("enough");
            }
        });
    } catch (const std::length_error &) {
    }
    return start;
}

bool isSafetensors(const std::string &start) {
    return start.size() > 9 && start[8] == '{' && start[7] == 0 && start[6] == 0 && start[5] == 0;
}

}  // namespace

std::string architectureOfFile(const fs::path &path, const ImageShape &shape) {
    requireFile(path);
    const std::string start = startOf(path, std::size_t{1} << 20);
    if (start.empty()) {
        refuse(path, "is empty; copy or save it again");
    }
    if (start.starts_with("PK\x03\x04")) {
        return architectureOfZip(path, shape);
    }
    if (start[0] == '\x80' && start.size() > 1 && start[1] >= 1 && start[1] <= 5) {
        refusePickle(path, shape, start, " in the old format of torch.save, or by pickle");
    }
    if (isSafetensors(start) || path.extension() == ".safetensors") {
        refuse(path, "holds tensors only (safetensors), not the network that they belong to; in Python: " +
                         snippet(path, shape, "model = YourNet(); model.load_state_dict(safetensors.torch.load_file('" + path.filename().string() + "'))"));
    }
    if (start.starts_with("\x89HDF")) {
        refuse(path, "is an HDF5 file, as Keras saves models; export it as ONNX, or answer with --command and metamer_model.py");
    }
    if (start.starts_with("version https://git-lfs")) {
        refuse(path, "is a Git LFS pointer, not the file itself; run 'git lfs pull'");
    }
    if (start.find("<html") != std::string::npos || start.starts_with("<!")) {
        refuse(path, "is a page of the web, not a model; download the file itself");
    }
    if (path.extension() == ".onnx" || start[0] == '\x08') {
        return kOnnx;   // a protobuf says nothing of its kind; reading it will tell
    }
    refuse(path, "is neither TorchScript nor ONNX; export the model with torch.jit.trace(...).save('model.pt'), or answer with --command and metamer_model.py");
}

}  // namespace metamer
