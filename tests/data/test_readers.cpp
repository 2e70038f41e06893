#include <zlib.h>

#include "core/data/dataset_reader.h"
#include "core/data/file_bytes.h"
#include "core/data/idx.h"
#include "core/data/image_array.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

Pixels idxImages(std::uint32_t count, std::uint32_t side, std::size_t dataSize) {
    Pixels file = {0, 0, 8, 3};
    for (const std::uint32_t number : {count, side, side}) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            file.push_back(static_cast<std::uint8_t>(number >> shift));
        }
    }
    for (std::size_t i = 0; i < dataSize; ++i) {
        file.push_back(static_cast<std::uint8_t>(i));
    }
    return file;
}

Pixels idxLabels(std::uint8_t count) {
    Pixels file = {0, 0, 8, 1, 0, 0, 0, count};
    for (std::uint8_t i = 0; i < count; ++i) {
        file.push_back(i % 10);
    }
    return file;
}

void writeGz(const std::filesystem::path &path, const Pixels &bytes) {
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
}

}  // namespace

class TestReaders : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void idxPlainAndGzip() {
        Folder folder;
        writeFileBytes(folder / "plain", idxImages(3, 4, 48));
        writeGz(folder / "packed.gz", idxImages(3, 4, 48));
        const ImageSet plain = readIdxImages(folder / "plain");
        QCOMPARE(plain.count(), 3);
        QVERIFY(plain.bytes == readIdxImages(folder / "packed.gz").bytes);
        QCOMPARE(int(plain.at(1)[0]), 16);
    }

    void idxRefusesWhatCannotBe() {
        Folder folder;
        const auto refused = [&](const Pixels &bytes, const std::string &why) {
            writeFileBytes(folder / "file", bytes);
            const Error error = errorOf([&] { readIdxImages(folder / "file"); });
            return error.code() == ErrorCode::BadInput && says(error, why);
        };
        QVERIFY(refused(idxImages(3, 4, 47), "cut short"));
        QVERIFY(refused(idxImages(3, 4, 49), "too long"));
        QVERIFY(refused(idxImages(0xFFFFFFFF, 0xFFFF, 8), "impossible size"));
        QVERIFY(refused(idxLabels(3), "not an IDX image file"));
        QVERIFY(refused({}, "not an IDX image file"));
        QVERIFY(refused({0, 0, 8, 3, 0}, "cut short inside its header"));
        Pixels text(200, 'x');
        QVERIFY(refused(text, "not an IDX image file"));
        QCOMPARE(int(errorOf([&] { readIdxImages(folder / "missing"); }).code()), int(ErrorCode::NotFound));
    }

    void truncatedGzipIsNamed() {
        Folder folder;
        writeGz(folder / "whole.gz", idxImages(100, 28, 78400));
        Pixels packed;
        {
            std::FILE *file = std::fopen((folder / "whole.gz").c_str(), "rb");
            packed.resize(300);
            packed.resize(std::fread(packed.data(), 1, packed.size(), file));
            std::fclose(file);
        }
        writeFileBytes(folder / "cut.gz", packed);
        QVERIFY(says(errorOf([&] { readIdxImages(folder / "cut.gz"); }), "cut short"));
    }

    void idxPairMustAgree() {
        Folder folder;
        writeFileBytes(folder / "images", idxImages(3, 4, 48));
        writeFileBytes(folder / "labels", idxLabels(4));
        QVERIFY(says(errorOf([&] { readIdxPair(folder / "images", folder / "labels"); }), "3 images"));
    }

    void npyRoundTrip() {
        const NpyArray array = npyOf(std::vector<double>{1, 2, 3, 4, 5, 6}, {2, 3});
        const NpyArray read = parseNpy(formatNpy(array), "array");
        QVERIFY(read.shape == array.shape);
        QVERIFY(read.asDoubles() == array.asDoubles());
        QCOMPARE(read.typeName(), std::string("float64"));
    }

    void npyRefusesPicklesAndDamage() {
        Pixels file = formatNpy(npyOf(std::vector<float>{1, 2}, {2}));
        Pixels cut(file.begin(), file.end() - 1), grown = file;
        grown.push_back(0);
        QVERIFY(says(errorOf([&] { parseNpy(cut, "a"); }), "cut short"));
        QVERIFY(says(errorOf([&] { parseNpy(grown, "a"); }), "too long"));
        QVERIFY(says(errorOf([&] { parseNpy({0x80, 4, 0x95}, "a"); }), "pickle") || says(errorOf([&] { parseNpy({0x80, 4, 0x95}, "a"); }), "not a .npy"));
        std::string text(file.begin(), file.end());
        text.replace(text.find("<f4"), 3, "|O8");
        QVERIFY(says(errorOf([&] { parseNpy(Pixels(text.begin(), text.end()), "a"); }), "pickle"));
        text.replace(text.find("(2,)"), 4, "(2,9");
        QVERIFY(errorOf([&] { parseNpy(Pixels(text.begin(), text.end()), "a"); }).code() == ErrorCode::BadInput);
    }

    void npyFortranAndBigEndian() {
        // numpy.array([[1, 2], [3, 4]], '>i2', order='F')
        std::string header = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2), }";
        header.resize(117, ' ');
        header += '\n';
        Pixels file = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
        file.insert(file.end(), header.begin(), header.end());
        for (const std::uint8_t byte : {0, 1, 0, 3, 0, 2, 0, 4}) {
            file.push_back(byte);
        }
        QVERIFY((parseNpy(file, "a").asDoubles() == std::vector<double>{1, 2, 3, 4}));
    }

    void imageRangeAndTypeAreFoundApart() {
        const auto reading = [](const NpyArray &array) { return readImageArray(array).reading.description; };
        QCOMPARE(reading(npyOf(std::vector<float>{0, 0.5, 1, 0.25}, {1, 2, 2})), std::string("1 image 2x2, grey, float32 0..1, layout NHW"));
        QCOMPARE(reading(npyOf(std::vector<float>{0, 99.5, 255, 3}, {1, 2, 2, 1})), std::string("1 image 2x2, grey, float32 0..255, layout NHWC"));
        QCOMPARE(reading(npyOf(std::vector<std::int64_t>{0, 1, 1, 0}, {1, 1, 2, 2})), std::string("1 image 2x2, grey, int64 0..255, layout NCHW"));
        for (const float bad : {-1.0f, 256.0f, NAN}) {
            QVERIFY(says(errorOf([&] { reading(npyOf(std::vector<float>{0, bad, 1, 1}, {1, 2, 2})); }), "must lie in"));
        }
        QVERIFY(says(errorOf([&] { reading(npyOf(std::vector<float>{0, 1}, {2})); }), "not images"));
    }

    void npzDatasetIsReadAndChecked() {
        Folder folder;
        const auto images = npyOf(std::vector<float>(2 * 64, 0.5f), {2, 8, 8});
        const auto labels = npyOf(std::vector<std::int64_t>{0, 1}, {2});
        writeNpz(folder / "data.npz", {{"x_train", images}, {"y_train", labels}, {"x_test", images}, {"y_test", labels}});
        const LoadedDataset data = loadDataset("npz:" + (folder / "data.npz").string(), {});
        QCOMPARE(data.info.testCount, 2);
        QCOMPARE(data.info.classNames.size(), std::size_t(2));
        QCOMPARE(reloadDataset(data.info).info.sha256, data.info.sha256);
        writeNpz(folder / "data.npz", {{"x_train", images}, {"y_train", labels}, {"x_test", images}, {"y_test", npyOf(std::vector<std::int64_t>{1, 1}, {2})}});
        QVERIFY(says(errorOf([&] { reloadDataset(data.info); }), "has changed"));
        writeNpz(folder / "half.npz", {{"x_train", images}});
        QVERIFY(says(errorOf([&] { loadDataset("npz:" + (folder / "half.npz").string(), {}); }), "y_train"));
        writeFileText(folder / "text.npz", "not a zip");
        QVERIFY(says(errorOf([&] { loadDataset("npz:" + (folder / "text.npz").string(), {}); }), "not a .npz"));
        QCOMPARE(int(errorOf([&] { loadDataset("imagenet", {}); }).code()), int(ErrorCode::Usage));
    }
};

QTEST_GUILESS_MAIN(TestReaders)
#include "test_readers.moc"
