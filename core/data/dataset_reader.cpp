#include "core/data/dataset_reader.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/data/dataset_formats.h"
#include "core/data/digits.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kFashionClasses = {"T-shirt", "trouser", "pullover", "dress", "coat",
                                                  "sandal", "shirt", "sneaker", "bag", "ankle boot"};
const std::vector<std::string> kKuzushijiClasses = {"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"};

/// The folder of a data set known by name: `dataDir` itself, or its subfolder of that name.
fs::path namedFolder(const std::string &name, const fs::path &dataDir) {
    const fs::path base = dataDir.empty() ? userDataFolder() : dataDir;
    const fs::path sub = base / name;
    return fs::is_directory(sub) ? sub : base;
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
            throw Error(ErrorCode::BadInput, spec + ": one of the splits has no images; give each class two or more");
        }
        highest = std::max(highest, *std::max_element(split->labels.begin(), split->labels.end()));
    }
    data.info.spec = spec;
    data.info.shape = data.train.images.shape;
    data.info.trainCount = data.train.count();
    data.info.testCount = data.test.count();
    if (data.info.classNames.size() <= static_cast<std::size_t>(highest)) {
        data.info.classNames = numberedClasses(highest + 1);
    }
    data.info.sha256 = hashOf(data);
}

LoadedDataset loadBuiltinDigits() {
    LoadedDataset data;
    data.train = makeDigits(kDigitsTrainCount, 1);
    data.test = makeDigits(kDigitsTestCount, 2);
    data.notes = {"made by the program, 28x28, grey, uint8 0..255"};
    return data;
}

void requireOneOf(const std::string &value, const std::vector<std::string> &allowed, const std::string &what) {
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
        throw Error(ErrorCode::Usage, what + " '" + value + "' is unknown; use " + join(allowed, ", "));
    }
}

void checkReading(const DatasetReading &reading) {
    requireOneOf(reading.layout, {"auto", "NHW", "NCHW", "NHWC"}, "layout");
    requireOneOf(reading.range, {"auto", "0..1", "0..255"}, "range");
    requireOneOf(reading.colour, {"auto", "grey", "rgb"}, "colour");
}

LoadedDataset loadNamed(const std::string &name, const fs::path &dataDir) {
    const fs::path folder = namedFolder(name, dataDir);
    try {
        LoadedDataset data = name == "cifar10" ? loadCifar10(folder) : loadIdxFolder(folder);
        if (name != "cifar10") {
            data.info.classNames = name == "mnist" ? numberedClasses(10) : (name == "kmnist" ? kKuzushijiClasses : kFashionClasses);
        }
        return data;
    } catch (const Error &error) {
        if (error.code() != ErrorCode::NotFound) {
            throw;
        }
        throw Error(ErrorCode::NotFound, name + " is not in " + folder.string() + "; fetch it with 'metamer-cli dataset fetch " + name +
                                             "', or say where it is with --data-dir");
    }
}

}  // namespace

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

const std::vector<std::string> &namedDatasets() {
    static const std::vector<std::string> kNames = {"mnist", "fashion-mnist", "kmnist", "cifar10"};
    return kNames;
}

void holdOut(LoadedDataset &data, LabelledImages all) {
    std::map<int, std::int64_t> sizes, seen;
    for (const int label : all.labels) {
        ++sizes[label];
    }
    data.train.images.shape = data.test.images.shape = all.images.shape;
    for (std::int64_t i = 0; i < all.count(); ++i) {
        const int label = all.labels[static_cast<std::size_t>(i)];
        const std::int64_t position = ++seen[label], size = sizes[label];
        const bool isTest = size < 5 ? size > 1 && position == size : position % 5 == 0;
        LabelledImages &split = isTest ? data.test : data.train;
        split.images.append(all.images.at(i));
        split.labels.push_back(label);
    }
    data.notes.push_back("no split given: the last of every five images of each class is the test split");
}

LoadedDataset loadDataset(const std::string &spec, const fs::path &dataDir, const DatasetReading &reading) {
    checkReading(reading);
    LoadedDataset data;
    const auto &names = namedDatasets();
    if (spec == "builtin:digits") {
        data = loadBuiltinDigits();
    } else if (std::find(names.begin(), names.end(), spec) != names.end()) {
        data = loadNamed(spec, dataDir);
    } else if (spec.starts_with("idx:")) {
        data = loadIdxFolder(spec.substr(4));
    } else if (spec.starts_with("folder:")) {
        data = loadClassFolders(spec.substr(7), reading);
    } else if (spec.starts_with("npz:")) {
        data = loadNpzDataset(spec.substr(4), reading);
    } else {
        throw Error(ErrorCode::Usage, "data set '" + spec + "' is unknown; use builtin:digits, " + join(names, ", ") + ", idx:DIR, folder:DIR or npz:FILE");
    }
    complete(data, spec);
    return data;
}

LoadedDataset reloadDataset(const Dataset &dataset) {
    const bool isNamed = dataset.spec.find(':') == std::string::npos;
    const std::string spec = isNamed || dataset.path.empty() ? dataset.spec
                                                             : dataset.spec.substr(0, dataset.spec.find(':') + 1) + dataset.path;
    LoadedDataset data = loadDataset(spec, dataset.path, dataset.reading);
    if (data.info.sha256 != dataset.sha256) {
        throw Error(ErrorCode::BadInput, "the data set at " + dataset.path +
                                             " has changed since this study was created; put the original files back");
    }
    data.info = dataset;
    return data;
}

}  // namespace metamer
