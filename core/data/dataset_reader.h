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
    std::vector<std::string> notes;   ///< what was read, as people read it: layout, range and type, splits, resizing

    const LabelledImages &split(const std::string &name) const { return name == "train" ? train : test; }
};

/// Reads the data set that `spec` names:
/// - `builtin:digits`
/// - `mnist`, `fashion-mnist`, `kmnist`, `cifar10`: their files in `dataDir` or `dataDir`/NAME
/// - `idx:DIR`, `folder:DIR`, `npz:FILE`: see dataset_formats.h
/// `reading` settles what `folder:` and `npz:` would guess.
/// An empty `dataDir` means $METAMER_DATA_DIR, else the user's data folder.
/// Blocks for a second or so. Throws Error(Usage) for an unknown spec, else what the readers throw.
LoadedDataset loadDataset(const std::string &spec, const std::filesystem::path &dataDir, const DatasetReading &reading = {});

/// Reads the data set of a study again, from the path kept in it. Throws Error(NotFound) if it has moved and
/// Error(BadInput) if its SHA-256 differs from the study's.
LoadedDataset reloadDataset(const Dataset &dataset);

/// The data sets known by name, which `fetch` can fetch.
const std::vector<std::string> &namedDatasets();

/// Where they are kept: $METAMER_DATA_DIR, else the user's data folder.
std::filesystem::path userDataFolder();

}  // namespace metamer
