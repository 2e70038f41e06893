#include "core/data/file_bytes.h"
#include "core/data/npy.h"
#include "core/exchange/labelled_set.h"
#include "core/image/codec.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

LabelledSet smallSet() {
    LabelledSet set{{1, 2, 2}, {"0", "1", "2"}, {"m"}, {"ada", "b, \"c\""}, {}};
    ExportedExample example;
    example.run = "r";
    example.norm = "linf";
    example.eps = 0.4;
    example.split = "test";
    example.sourceIndex = 17;
    example.originalLabel = 1;
    example.humanLabel = 2;
    example.verdict = 2;
    example.measure = "perturbed";
    example.clean = {0, 10, 20, 255};
    example.perturbed = {1, 9, 20, 250};
    example.modelAnswers = {1};
    example.votes = {{"ada", "class", 2, "perturbed", 3, "a \"tail\"", "[\"paused\"]", 812, R"({"presentation":"pair"})", "2026-01-01T00:00:00.000Z"}};
    set.examples = {example, example};
    set.examples[1].task = 1;
    set.examples[1].votes = {{"b, \"c\"", "not_a_class", -2, "perturbed", std::nullopt, "", "[]", std::nullopt, "{}", ""}};
    set.examples[1].votes.push_back({"ada", "class", 1, "pair", std::nullopt, "", "[]", 400, "{}", ""});   // another measure
    set.examples[1].humanLabel = -2;
    set.examples[1].verdict = -2;
    return set;
}

}  // namespace

class TestLabelledSet : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void npzHoldsBytesAndVotes() {
        Folder folder;
        writeLabelledNpz(smallSet(), folder / "set.npz");
        const auto arrays = readNpz(folder / "set.npz");
        QVERIFY((arrays.at("x_adv").shape == std::vector<std::int64_t>{2, 1, 2, 2}));
        QCOMPARE(float(arrays.at("x_adv").asDoubles()[3]), 250.0f / 255.0f);
        QVERIFY((arrays.at("y_human").asIntegers() == std::vector<std::int64_t>{2, -2}));
        QVERIFY((arrays.at("votes").asIntegers() == std::vector<std::int64_t>{2, -1, -1, -2}));
        QVERIFY((arrays.at("y_model").asIntegers() == std::vector<std::int64_t>{1, 1}));
        QCOMPARE(arrays.at("raters").typeName(), std::string("text"));
        QVERIFY(!std::filesystem::exists(folder / "set.npz.part"));
    }

    void csvComesBack() {
        Folder folder;
        writeVotesCsv(smallSet(), folder / "votes.csv");
        const auto votes = readVotesCsv(folder / "votes.csv", {"0", "1", "2"});
        QCOMPARE(votes.size(), std::size_t(3));
        QCOMPARE(votes[0].label, 2);
        QCOMPARE(votes[1].worker, std::string("b, \"c\""));
        QCOMPARE(votes[1].label, -2);
        QCOMPARE(votes[1].task, 1);
        QCOMPARE(votes[1].measure, std::string("perturbed"));
    }

    void csvRefusesByLine() {
        Folder folder;
        const auto refused = [&](const std::string &text, const std::string &why) {
            writeFileText(folder / "v.csv", text);
            const Error error = errorOf([&] { readVotesCsv(folder / "v.csv", {"cat", "dog"}); });
            return says(error, why);
        };
        QVERIFY(refused("", "empty"));
        QVERIFY(refused("task,label\n0,1\n", "'worker'"));
        QVERIFY(refused("task,worker,label\n0,a,7\n", "line 2"));
        QVERIFY(refused("task,worker,label\n0,a,cat\n-1,a,cat\n", "line 3"));
        QVERIFY(refused("task,worker,label\n0,a\n", "2 fields"));
        QVERIFY(refused("task,worker,label,measure\n0,a,cat,pair\n0,a,cat,both\n", "line 3: measure 'both'"));
        writeFileText(folder / "v.csv", "\xEF\xBB\xBFlabel,task,worker\r\ndog,4,\"x\"\r\nunsure,5,x");
        const auto votes = readVotesCsv(folder / "v.csv", {"cat", "dog"});
        QCOMPARE(votes.size(), std::size_t(2));
        QVERIFY(votes[0].label == 1 && votes[0].task == 4 && votes[1].label == -3);
    }

    void contactSheetIsAPicture() {
        Folder folder;
        writeContactSheet(smallSet(), folder / "sheet.png");
        const Image image = codec().decode(readFileBytes(folder / "sheet.png"), "sheet.png");
        QCOMPARE(image.shape.channels, 3);
        int red = 0;
        const std::size_t plane = image.pixels.size() / 3;
        for (std::size_t i = 0; i < plane; ++i) {
            red += image.pixels[i] == 0xD1 && image.pixels[plane + i] == 0x24 && image.pixels[2 * plane + i] == 0x2F;
        }
        QVERIFY(red > 100);   // the frame around the one example that people changed
    }
};

QTEST_GUILESS_MAIN(TestLabelledSet)
#include "test_labelled_set.moc"
