#include <sstream>

#include "core/base/error.h"
#include "core/data/dataset_formats.h"
#include "core/data/file_bytes.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

constexpr ImageShape kShape{3, 32, 32};
constexpr int kClassCount = 10;
constexpr int kMostBatches = 5;

const std::vector<std::string> kClasses = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};

void appendBatch(const fs::path &path, LabelledImages &images) {
    const Pixels bytes = readFileBytes(path);
    const std::size_t record = 1 + kShape.size();
    if (bytes.empty() || bytes.size() % record != 0) {
        throw Error(ErrorCode::BadInput, path.string() + " is not a CIFAR-10 batch: " + std::to_string(bytes.size()) +
                                             " bytes are no multiple of " + std::to_string(record) + "; fetch it again");
    }
    images.images.shape = kShape;
    for (std::size_t offset = 0; offset < bytes.size(); offset += record) {
        if (bytes[offset] >= kClassCount) {
            throw Error(ErrorCode::BadInput, path.string() + " has the label " + std::to_string(bytes[offset]) + " in record " +
                                                 std::to_string(offset / record) + "; CIFAR-10 has the labels 0 to 9");
        }
        images.labels.push_back(bytes[offset]);
        images.images.append({bytes.data() + offset + 1, kShape.size()});
    }
}

}  // namespace

LoadedDataset loadCifar10(const fs::path &folder) {
    const fs::path sub = folder / "cifar-10-batches-bin";
    const fs::path base = fs::is_directory(sub) ? sub : folder;
    LoadedDataset data;
    for (int i = 1; i <= kMostBatches; ++i) {
        const fs::path batch = base / ("data_batch_" + std::to_string(i) + ".bin");
        if (i == 1 || fs::exists(batch)) {
            appendBatch(batch, data.train);
        }
    }
    appendBatch(base / "test_batch.bin", data.test);
    data.info.classNames = kClasses;
    data.info.path = fs::absolute(base).lexically_normal().string();
    data.notes = {"CIFAR-10 binary version, 32x32, RGB, uint8 0..255"};
    return data;
}

}  // namespace metamer
