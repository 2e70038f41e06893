#pragma once

#include <filesystem>
#include <string>

#include "core/image/image.h"

namespace metamer {

/// Both splits of a data set, in memory.
struct LoadedDataset {
    Dataset info;             ///< without id and uuid
    LabelledImages train;
    LabelledImages test;

    const LabelledImages &split(const std::string &name) const { return name == "train" ? train : test; }
};

/// Reads the data set that `spec` names:
/// - `builtin:digits`
/// - `mnist`, `fashion-mnist`, `kmnist`: the four IDX files, plain or .gz, in `dataDir` or `dataDir`/NAME
/// - `idx:DIR`: the four IDX files in DIR
/// - `npz:FILE`: keys x_train, y_train, x_test, y_test (or train_images, train_labels, test_images, test_labels)
/// An empty `dataDir` means $METAMER_DATA_DIR, else the user's data folder.
/// Blocks for a second or so. Throws Error(Usage) for an unknown spec, else what the readers throw.
LoadedDataset loadDataset(const std::string &spec, const std::filesystem::path &dataDir);

/// Reads the data set of a study again, from the path kept in it. Throws Error(NotFound) if it has moved and
/// Error(BadInput) if its SHA-256 differs from the study's.
LoadedDataset reloadDataset(const Dataset &dataset);

}  // namespace metamer
