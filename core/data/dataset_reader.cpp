#include "core/data/dataset_reader.h"

#include <algorithm>
#include <cstdlib>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/data/digits.h"
#include "core/data/idx.h"
#include "core/data/image_array.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

constexpr int kMostClasses = 1000;

const std::vector<std::string> kFashionClasses = {"T-shirt", "trouser", "pullover", "dress", "coat",
                                                  "sandal", "shirt", "sneaker", "bag", "ankle boot"};
const std::vector<std::string> kKuzushijiClasses = {"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"};

fs::path userDataFolder() {
    if (const char *folder = std::getenv("METAMER_DATA_DIR")) {
        return folder;
    }
    if (const char *folder = std::getenv("XDG_DATA_HOME")) {
        return fs::path(folder) / "metamer" / "datasets";
    }
    const char *home = std::getenv("HOME");
    return fs::path(home ? home : "/") / ".local/share/metamer/datasets";
}

/// The plain file or its .gz in `folder`.
fs::path findIdxFile(const fs::path &folder, const std::string &name) {
    for (const fs::path &file : {folder / name, folder / (name + ".gz")}) {
        if (fs::exists(file)) {
            return file;
        }
    }
    throw Error(ErrorCode::NotFound, "there is no " + name + " (or " + name + ".gz) in " + folder.string() +
                                         "; name the folder that holds the four IDX files");
}

LoadedDataset loadIdxFolder(const fs::path &folder) {
    LoadedDataset data;
    data.train = readIdxPair(findIdxFile(folder, "train-images-idx3-ubyte"), findIdxFile(folder, "train-labels-idx1-ubyte"));
    data.test = readIdxPair(findIdxFile(folder, "t10k-images-idx3-ubyte"), findIdxFile(folder, "t10k-labels-idx1-ubyte"));
    data.info.path = fs::absolute(folder).lexically_normal().string();
    return data;
}

/// The folder of a data set known by name: `dataDir` itself, or its subfolder of that name.
fs::path namedFolder(const std::string &name, const fs::path &dataDir) {
    const fs::path base = dataDir.empty() ? userDataFolder() : dataDir;
    const fs::path sub = base / name;
    return fs::is_directory(sub) ? sub : base;
}

const NpyArray &findArray(const std::map<std::string, NpyArray> &arrays, const std::vector<std::string> &keys,
                          const fs::path &file) {
    for (const auto &key : keys) {
        if (const auto found = arrays.find(key); found != arrays.end()) {
            return found->second;
        }
    }
    throw Error(ErrorCode::BadInput, file.string() + " has no array " + join(keys, " or ") +
                                         "; save x_train, y_train, x_test and y_test with numpy.savez");
}

LabelledImages readNpzSplit(const std::map<std::string, NpyArray> &arrays, const std::string &split, const fs::path &file) {
    const NpyArray &images = findArray(arrays, {"x_" + split, split + "_images"}, file);
    const NpyArray &labels = findArray(arrays, {"y_" + split, split + "_labels"}, file);
    LabelledImages result;
    result.images = toBytes(readImageArray(images));
    for (const std::int64_t label : labels.asIntegers()) {
        if (label < 0 || label >= kMostClasses) {
            throw Error(ErrorCode::BadInput, labels.name + " has the label " + std::to_string(label) +
                                                 "; labels count from 0 to at most " + std::to_string(kMostClasses - 1));
        }
        result.labels.push_back(static_cast<int>(label));
    }
    if (result.count() != static_cast<std::int64_t>(result.labels.size())) {
        throw Error(ErrorCode::BadInput, images.name + " has " + std::to_string(result.count()) + " images but " + labels.name +
                                             " has " + std::to_string(result.labels.size()) + " labels");
    }
    return result;
}

LoadedDataset loadNpz(const fs::path &file) {
    const auto arrays = readNpz(file);
    LoadedDataset data;
    data.train = readNpzSplit(arrays, "train", file);
    data.test = readNpzSplit(arrays, "test", file);
    data.info.path = fs::absolute(file).lexically_normal().string();
    return data;
}

std::vector<std::string> numberedClasses(int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) {
        names.push_back(std::to_string(i));
    }
    return names;
}

std::string hashOf(const LoadedDataset &data) {
    Sha256 hash;
    for (const LabelledImages *split : {&data.train, &data.test}) {
        hash.add(split->images.bytes);
        const Pixels labels(split->labels.begin(), split->labels.end());
        hash.add(labels);
    }
    return hash.hex();
}

/// Fills in what follows from the images and checks that the splits fit each other.
void complete(LoadedDataset &data, const std::string &spec) {
    if (data.train.images.shape != data.test.images.shape) {
        throw Error(ErrorCode::BadInput, spec + ": training and test images differ in size; use one size");
    }
    int highest = 0;
    for (const LabelledImages *split : {&data.train, &data.test}) {
        if (split->labels.empty()) {
            throw Error(ErrorCode::BadInput, spec + ": one of the splits has no images");
        }
        highest = std::max(highest, *std::max_element(split->labels.begin(), split->labels.end()));
    }
    data.info.spec = spec;
    data.info.shape = data.train.images.shape;
    data.info.trainCount = data.train.count();
    data.info.testCount = data.test.count();
    if (data.info.classNames.size() != static_cast<std::size_t>(highest + 1)) {
        data.info.classNames = numberedClasses(highest + 1);
    }
    data.info.sha256 = hashOf(data);
}

LoadedDataset loadBuiltinDigits() {
    LoadedDataset data;
    data.train = makeDigits(kDigitsTrainCount, 1);
    data.test = makeDigits(kDigitsTestCount, 2);
    return data;
}

}  // namespace

LoadedDataset loadDataset(const std::string &spec, const fs::path &dataDir) {
    LoadedDataset data;
    if (spec == "builtin:digits") {
        data = loadBuiltinDigits();
    } else if (spec == "mnist" || spec == "fashion-mnist" || spec == "kmnist") {
        data = loadIdxFolder(namedFolder(spec, dataDir));
        data.info.classNames = spec == "mnist" ? numberedClasses(10) : (spec == "kmnist" ? kKuzushijiClasses : kFashionClasses);
    } else if (spec.starts_with("idx:")) {
        data = loadIdxFolder(spec.substr(4));
    } else if (spec.starts_with("npz:")) {
        data = loadNpz(spec.substr(4));
    } else {
        throw Error(ErrorCode::Usage, "data set '" + spec +
                                          "' is unknown; use builtin:digits, mnist, fashion-mnist, kmnist, idx:DIR or npz:FILE");
    }
    complete(data, spec);
    return data;
}

LoadedDataset reloadDataset(const Dataset &dataset) {
    const bool isNamed = dataset.spec.find(':') == std::string::npos;
    const std::string spec = isNamed || dataset.path.empty() ? dataset.spec
                                                             : dataset.spec.substr(0, dataset.spec.find(':') + 1) + dataset.path;
    LoadedDataset data = loadDataset(spec, dataset.path);
    if (data.info.sha256 != dataset.sha256) {
        throw Error(ErrorCode::BadInput, "the data set at " + dataset.path +
                                             " has changed since this study was created; put the original files back");
    }
    data.info = dataset;
    return data;
}

}  // namespace metamer
