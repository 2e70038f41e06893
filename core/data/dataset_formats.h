#pragma once

#include "core/data/dataset_reader.h"

namespace metamer {

// One reader a format: each fills in both splits, class names where the files name them, the reading as taken, the notes
// and the path; loadDataset completes the rest. All throw Error(BadInput) or Error(NotFound) naming the file.

/// The four IDX files, plain or .gz, in one folder.
LoadedDataset loadIdxFolder(const std::filesystem::path &folder);

/// A .npz: x_train, y_train, x_test, y_test (or train_images, train_labels, test_images, test_labels), or one pair images
/// and labels (or x and y), which is then split by holdOut.
LoadedDataset loadNpzDataset(const std::filesystem::path &file, const DatasetReading &wanted);

/// CIFAR-10, binary version: data_batch_1.bin ... and test_batch.bin, in `folder` or in its cifar-10-batches-bin.
/// Source: the format's description by Krizhevsky, 2009.
LoadedDataset loadCifar10(const std::filesystem::path &folder);

/// Picture files, one folder a class, either below `root`/train and `root`/test (or val) or below `root` itself, which is
/// then split by holdOut. Classes count in the byte order of their folders' names, pictures in that of their paths (as
/// torchvision's ImageFolder). PNG, JPEG and BMP. Pictures of other sizes than the reading's are scaled to cover it and cut
/// evenly; a picture that cannot be read is left out and named in the notes.
LoadedDataset loadClassFolders(const std::filesystem::path &root, const DatasetReading &wanted);

/// Moves the last of every five images of each class to the test split (of a class with two to four images, the last one).
void holdOut(LoadedDataset &data, LabelledImages all);

}  // namespace metamer
