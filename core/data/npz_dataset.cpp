#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/dataset_formats.h"
#include "core/data/image_array.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

using Arrays = std::map<std::string, NpyArray>;

constexpr int kMostClasses = 1000;

const NpyArray *findArray(const Arrays &arrays, const std::vector<std::string> &keys) {
    for (const auto &key : keys) {
        if (const auto found = arrays.find(key); found != arrays.end()) {
            return &found->second;
        }
    }
    return nullptr;
}

std::string keysOf(const Arrays &arrays) {
    std::vector<std::string> keys;
    for (const auto &[key, array] : arrays) {
        keys.push_back(key);
    }
    return join(keys, ", ");
}

LabelledImages readPair(const NpyArray &images, const NpyArray &labels, LoadedDataset &data) {
    LabelledImages result;
    const ImageArray read = readImageArray(images, data.info.reading);
    data.info.reading.layout = read.reading.layout;   // what the first array settles, the second must follow
    data.info.reading.range = read.reading.range;
    data.notes.push_back(images.name.substr(images.name.rfind('[')) + " " + read.reading.description);
    result.images = toBytes(read);
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

}  // namespace

LoadedDataset loadNpzDataset(const fs::path &file, const DatasetReading &wanted) {
    const Arrays arrays = readNpz(file);
    LoadedDataset data;
    data.info.reading = wanted;
    data.info.path = fs::absolute(file).lexically_normal().string();
    const auto split = [&](const std::string &name) {
        return std::pair{findArray(arrays, {"x_" + name, name + "_images"}), findArray(arrays, {"y_" + name, name + "_labels"})};
    };
    const auto [xTrain, yTrain] = split("train");
    const auto [xTest, yTest] = split("test");
    if (xTrain && yTrain && xTest && yTest) {
        data.train = readPair(*xTrain, *yTrain, data);
        data.test = readPair(*xTest, *yTest, data);
        return data;
    }
    const NpyArray *images = findArray(arrays, {"images", "x", "X", "data"});
    const NpyArray *labels = findArray(arrays, {"labels", "y", "target", "targets"});
    if (!images || !labels || xTrain || xTest) {
        throw Error(ErrorCode::BadInput, file.string() + " has the arrays " + keysOf(arrays) +
                                             "; it needs x_train, y_train, x_test and y_test, or images and labels");
    }
    holdOut(data, readPair(*images, *labels, data));
    return data;
}

}  // namespace metamer
