// Each kind of data set: written small, loaded, attacked, labelled, exported, and the export compared with the source.

#include "core/base/rng.h"
#include "core/data/dataset_formats.h"
#include "core/data/digits.h"
#include "core/data/file_bytes.h"
#include "core/data/npy.h"
#include "core/image/codec.h"
#include "core/lab/attack_run.h"
#include "core/lab/create_study.h"
#include "core/lab/export_study.h"
#include "core/lab/labelling.h"
#include "core/lab/models.h"
#include "core/lab/report_study.h"
#include "core/lab/train_model.h"
#include "core/lab/verify_study.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

namespace fs = std::filesystem;

void putBigEndian(Pixels &file, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        file.push_back(static_cast<std::uint8_t>(number >> shift));
    }
}

void writeIdx(const fs::path &folder, const std::string &prefix, const LabelledImages &data) {
    Pixels images = {0, 0, 8, 3}, labels = {0, 0, 8, 1};
    for (const std::int64_t number : {data.count(), std::int64_t{data.images.shape.height}, std::int64_t{data.images.shape.width}}) {
        putBigEndian(images, static_cast<std::uint32_t>(number));
    }
    putBigEndian(labels, static_cast<std::uint32_t>(data.count()));
    images.insert(images.end(), data.images.bytes.begin(), data.images.bytes.end());
    labels.insert(labels.end(), data.labels.begin(), data.labels.end());
    writeFileBytes(folder / (prefix + "-images-idx3-ubyte"), images);
    writeFileBytes(folder / (prefix + "-labels-idx1-ubyte"), labels);
}

/// A coloured disc on a dark ground; the class says where it lies and how it is tinted.
Image picture(int label, int side, Rng &rng, int channels) {
    Image image{{channels, side, side}, Pixels(static_cast<std::size_t>(channels) * side * side)};
    const double centre = side * (0.3 + 0.2 * label), radius = side * rng.uniform(0.18, 0.26);
    for (int c = 0; c < channels; ++c) {
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                const bool isInside = std::hypot(x - centre, y - side * 0.5) < radius;
                const double ink = channels == 1 || c == label % 3 ? 230 : 90;
                image.pixels[(static_cast<std::size_t>(c) * side + y) * side + x] = static_cast<std::uint8_t>((isInside ? ink : 12) + rng.uniform(0, 12));
            }
        }
    }
    return image;
}

void writePicture(const fs::path &path, const Image &image) {
    fs::create_directories(path.parent_path());
    writeFileBytes(path, codec().encodePng(image));
}

NpyArray nhwc(const std::vector<Image> &images) {
    const ImageShape &shape = images[0].shape;
    std::vector<float> values;
    for (const auto &image : images) {
        for (int y = 0; y < shape.height; ++y) {
            for (int x = 0; x < shape.width; ++x) {
                for (int c = 0; c < shape.channels; ++c) {
                    values.push_back(static_cast<float>(image.at(c, y, x)) / 255.0f);
                }
            }
        }
    }
    return npyOf(values, {static_cast<std::int64_t>(images.size()), shape.height, shape.width, shape.channels});
}

void writeCifarBatch(const fs::path &path, int count, Rng &rng) {
    Pixels file;
    for (int i = 0; i < count; ++i) {
        const Image image = picture(i % 4, 32, rng, 3);
        file.push_back(static_cast<std::uint8_t>(i % 4));
        file.insert(file.end(), image.pixels.begin(), image.pixels.end());
    }
    writeFileBytes(path, file);
}

}  // namespace

class TestDatasetKinds : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void idxFiles() {
        Folder folder;
        writeIdx(folder / "", "train", makeDigits(200, 5));
        writeIdx(folder / "", "t10k", makeDigits(20, 6));
        useWhole("idx:" + (folder / "").string(), folder, {1, 28, 28}, 10);
    }

    void npzOfColourFloats() {
        Folder folder;
        Rng rng(3);
        std::vector<Image> images;
        std::vector<std::int64_t> labels;
        for (int i = 0; i < 60; ++i) {
            images.push_back(picture(i % 3, 16, rng, 3));
            labels.push_back(i % 3);
        }
        writeNpz(folder / "one.npz", {{"images", nhwc(images)}, {"labels", npyOf(labels, {60})}});
        useWhole("npz:" + (folder / "one.npz").string(), folder, {3, 16, 16}, 3);
        const LoadedDataset data = loadDataset("npz:" + (folder / "one.npz").string(), {});
        QCOMPARE(data.info.testCount, 12);   // the last of every five of each class
        QCOMPARE(data.info.reading.layout, std::string("NHWC"));
        QVERIFY(data.train.images.copyOf(0) == images[0].pixels);
    }

    void npzReadingCanBeCorrected() {
        Folder folder;
        // Sixteen images of 3 x 3 x 3 fit two layouts; whole numbers 0 and 1 fit two ranges.
        std::vector<std::int64_t> values(16 * 27);
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = static_cast<std::int64_t>(i % 2);
        }
        const std::vector<std::int64_t> labels = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
        writeNpz(folder / "a.npz", {{"x", npyOf(values, {16, 3, 3, 3})}, {"y", npyOf(labels, {16})}});
        const std::string spec = "npz:" + (folder / "a.npz").string();
        const LoadedDataset guessed = loadDataset(spec, {});
        QCOMPARE(guessed.info.reading.layout, std::string("NCHW"));
        QCOMPARE(int(guessed.train.images.bytes[1]), 1);
        DatasetReading wanted;
        wanted.layout = "NHWC";
        wanted.range = "0..1";
        const LoadedDataset corrected = loadDataset(spec, {}, wanted);
        QVERIFY((corrected.train.images.copyOf(0) != guessed.train.images.copyOf(0)));
        QCOMPARE(int(corrected.train.images.bytes[0]) + int(corrected.train.images.bytes[1]), 255);
        StudyFile file = createStudy(folder / "a.metamer", spec, {}, wanted);
        QCOMPARE(DatasetTable(file).get().reading.layout, std::string("NHWC"));
        QVERIFY(reloadDataset(DatasetTable(file).get()).train.images.bytes == corrected.train.images.bytes);
        wanted.layout = "NHW";
        QVERIFY(says(errorOf([&] { loadDataset(spec, {}, wanted); }), "cannot be read as NHW"));
        wanted.layout = "sideways";
        QCOMPARE(int(errorOf([&] { loadDataset(spec, {}, wanted); }).code()), int(ErrorCode::Usage));
    }

    void classFoldersInColour() {
        Folder folder;
        Rng rng(4);
        const fs::path root = folder / "pictures";
        const std::vector<std::string> names = {"Zebra", "ant", "bee"};   // byte order, as torchvision sorts: capitals first
        for (int label = 0; label < 3; ++label) {
            for (int i = 0; i < 20; ++i) {
                writePicture(root / names[static_cast<std::size_t>(label)] / (std::to_string(100 + i) + ".png"), picture(label, i < 15 ? 20 : 33, rng, 3));
            }
        }
        writePicture(root / "ant" / "deep" / "last.PNG", picture(1, 20, rng, 3));
        writeFileText(root / "bee" / "broken.jpg", "this is no picture");
        writeFileText(root / "bee" / "notes.txt", "nor is this");
        useWhole("folder:" + root.string(), folder, {3, 20, 20}, 3);
        const LoadedDataset data = loadDataset("folder:" + root.string(), {});
        QVERIFY(data.info.classNames == names);
        QCOMPARE(data.info.trainCount + data.info.testCount, 61);
        const auto isNoted = [&](const std::string &part) {
            return std::any_of(data.notes.begin(), data.notes.end(), [&](const std::string &note) { return note.find(part) != std::string::npos; });
        };
        QVERIFY(isNoted("62 picture files, RGB, 20x20"));
        QVERIFY(isNoted("15 of them scaled"));
        QVERIFY(isNoted("broken.jpg"));
        DatasetReading wanted;
        wanted.colour = "grey";
        wanted.size = "10x12";
        const LoadedDataset grey = loadDataset("folder:" + root.string(), {}, wanted);
        QVERIFY((grey.info.shape == ImageShape{1, 12, 10}));
        wanted.size = "10";
        QCOMPARE(int(errorOf([&] { loadDataset("folder:" + root.string(), {}, wanted); }).code()), int(ErrorCode::Usage));
    }

    void classFoldersWithASplitOfTheirOwn() {
        Folder folder;
        Rng rng(5);
        for (const char *split : {"train", "val"}) {
            for (int i = 0; i < 24; ++i) {
                writePicture(folder / "set" / split / (i % 2 ? "one" : "two") / (std::to_string(i) + ".png"), picture(i % 2, 12, rng, 1));
            }
        }
        useWhole("folder:" + (folder / "set").string(), folder, {1, 12, 12}, 2);
        QCOMPARE(loadDataset("folder:" + (folder / "set").string(), {}).info.testCount, 24);
        fs::create_directories(folder / "set" / "val" / "three");
        QVERIFY(says(errorOf([&] { loadDataset("folder:" + (folder / "set").string(), {}); }), "has no PNG"));
        fs::remove_all(folder / "set" / "val" / "three");
        fs::remove_all(folder / "set" / "val" / "two");
        QVERIFY(says(errorOf([&] { loadDataset("folder:" + (folder / "set").string(), {}); }), "same classes"));
    }

    void cifarBatches() {
        Folder folder;
        Rng rng(6);
        fs::create_directories(folder / "data" / "cifar10");
        writeCifarBatch(folder / "data" / "cifar10" / "data_batch_1.bin", 40, rng);
        writeCifarBatch(folder / "data" / "cifar10" / "data_batch_2.bin", 40, rng);
        writeCifarBatch(folder / "data" / "cifar10" / "test_batch.bin", 12, rng);
        useWhole("cifar10", folder, {3, 32, 32}, 10, folder / "data");
        QCOMPARE(loadDataset("cifar10", folder / "data").info.classNames[3], std::string("cat"));
        writeFileBytes(folder / "data" / "cifar10" / "test_batch.bin", Pixels(3072));
        QVERIFY(says(errorOf([&] { loadDataset("cifar10", folder / "data"); }), "no multiple of 3073"));
        QVERIFY(says(errorOf([&] { loadDataset("cifar10", folder / "elsewhere"); }), "dataset fetch cifar10"));
    }

private:
    /// Create, train, attack, label by a person, report, verify, export.
    void useWhole(const std::string &spec, const Folder &folder, const ImageShape &shape, int classCount, const fs::path &dataDir = {}) {
        StudyFile file = createStudy(folder / "study.metamer", spec, dataDir);
        DirectGate gate(file);
        const Dataset dataset = DatasetTable(file).get();
        QVERIFY(dataset.shape == shape);
        QCOMPARE(dataset.classNames.size(), static_cast<std::size_t>(classCount));
        trainModel(gate, {"m", "natural", {{"epochs", "1"}}, 0, "cpu"}, {});
        AttackRunRequest request;
        request.count = 3;
        request.device = "cpu";
        request.options = {{"rotation-steps", "3"}, {"shift-steps", "3"}};
        const AttackRunOutcome attacked = runAttack(gate, request, {}, [](const Example &) {});
        QCOMPARE(attacked.found, 3);
        if (DatasetTable(file).get().shape.channels == 3) {   // strokes are grey; nothing is written
            request.attack = "linf-semantic";
            request.options.clear();
            QVERIFY(says(errorOf([&] { runAttack(gate, request, {}, [](const Example &) {}); }), "3 channels; use linf-nearest"));
            QCOMPARE(RunTable(file).list().size(), std::size_t(1));
        }
        Labelling labelling(file, {"ada", "{}", 0});
        int given = 0;
        while (const auto task = labelling.next(file)) {
            GivenAnswer answer;
            answer.label = given++ % classCount;
            labelling.answer(file, *task, answer);
        }
        QVERIFY(given >= 3);
        QCOMPARE(reportStudy(file, {}).runs[0].labelled, 3);
        QVERIFY(verifyStudy(gate).isOk());
        exportStudy(file, "npz", folder / "out.npz", {});
        exportStudy(file, "contact-sheet", folder / "out.png", {});
        const auto arrays = readNpz(folder / "out.npz");
        const NpyArray &adversarial = arrays.at("x_adv"), &clean = arrays.at("x_clean");
        QVERIFY((adversarial.shape == std::vector<std::int64_t>{3, shape.channels, shape.height, shape.width}));
        const auto sources = arrays.at("source_index").asIntegers();
        const auto values = clean.asDoubles(), moved = adversarial.asDoubles();
        const LoadedDataset data = reloadDataset(dataset);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto source = data.test.images.at(sources[i / shape.size()]);
            QCOMPARE(static_cast<float>(values[i]), static_cast<float>(source[i % shape.size()]) / 255.0f);
            QVERIFY(std::abs(moved[i] - values[i]) <= 102.0 / 255 + 1e-6);
        }
        QVERIFY(values != moved);
        for (const auto label : arrays.at("y_human").asIntegers()) {
            QVERIFY(label >= 0 && label < classCount);
        }
        fs::remove(folder / "study.metamer");
    }
};

QTEST_GUILESS_MAIN(TestDatasetKinds)
#include "test_dataset_kinds.moc"
