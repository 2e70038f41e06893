// Fetching, against a server on the loopback that breaks off, lies about the size, and serves wrong bytes.

#include <zlib.h>

#include "core/base/sha256.h"
#include "core/data/fetch.h"
#include "core/data/file_bytes.h"
#include "core/data/gzip.h"
#include "tests/support/broken_server.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

std::string sha256Of(const std::string &text) {
    Sha256 hash;
    hash.add(text);
    return hash.hex();
}

std::string packed(const std::string &text, const Folder &folder) {
    gzFile file = gzopen((folder / "scratch").c_str(), "wb1");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    const Pixels bytes = readFileBytes(folder / "scratch");
    return {bytes.begin(), bytes.end()};
}

std::string contentOf(const std::filesystem::path &path) {
    const Pixels bytes = readUnpackedBytes(path);
    return {bytes.begin(), bytes.end()};
}

/// Text that gzip cannot shrink to nothing.
std::string longText() {
    std::string text;
    for (std::uint32_t i = 1, x = 7; i < 40000; ++i) {
        x = x * 1664525u + 1013904223u;
        text += static_cast<char>(x >> 24);
    }
    return text;
}

}  // namespace

class TestFetch : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        m_text = longText();
        m_packed = packed(m_text, m_folder);
        m_file = {"", "images.gz", m_text.size(), sha256Of(m_text), "", false};
    }

    void whatIsRightIsKept() {
        Folder folder;
        BrokenServer server([&](std::size_t, std::size_t) { return Reply{200, m_packed}; });
        const FetchOutcome first = fetch(folder, server.url());
        QCOMPARE(first.fetched.size(), std::size_t(1));
        QCOMPARE(contentOf(folder / "set" / "images.gz"), m_text);
        QVERIFY(!std::filesystem::exists(folder / "set" / "images.gz.part"));
        const FetchOutcome second = fetch(folder, server.url());   // nothing is asked for what is there and right
        QCOMPARE(second.present.size(), std::size_t(1));
        QCOMPARE(server.offsets().size(), std::size_t(1));
    }

    void goesOnWhereTheServerBrokeOff() {
        Folder folder;
        BrokenServer server([&](std::size_t request, std::size_t offset) {
            const std::string rest = m_packed.substr(offset);
            return request < 2 ? Reply{offset > 0 ? 206 : 200, rest.substr(0, 9000), static_cast<long long>(rest.size())} : Reply{206, rest};
        });
        fetch(folder, server.url());
        QCOMPARE(contentOf(folder / "set" / "images.gz"), m_text);
        QCOMPARE(server.offsets(), (std::vector<std::size_t>{0, 9000, 18000}));
    }

    void startsAgainWhereTheServerCannotResume() {
        Folder folder;
        BrokenServer server([&](std::size_t request, std::size_t) {
            return request == 0 ? Reply{200, m_packed.substr(0, 9000), static_cast<long long>(m_packed.size())} : Reply{200, m_packed};
        });
        fetch(folder, server.url());
        QCOMPARE(contentOf(folder / "set" / "images.gz"), m_text);
    }

    void keepsWhatCameWhenTheServerBreaksOffForGood() {
        Folder folder;
        bool isWell = false;
        BrokenServer server([&](std::size_t request, std::size_t offset) {
            const std::string rest = m_packed.substr(offset);
            const std::size_t most = isWell ? rest.size() : (request == 0 ? 5000 : 0);
            return Reply{offset > 0 ? 206 : 200, rest.substr(0, most), static_cast<long long>(rest.size())};
        });
        const Error error = errorOf([&] { fetch(folder, server.url()); });
        QVERIFY2(says(error, "breaks off") && says(error, "try again later"), error.what());
        QCOMPARE(std::filesystem::file_size(folder / "set" / "images.gz.part"), std::uintmax_t(5000));
        isWell = true;
        fetch(folder, server.url());
        QCOMPARE(contentOf(folder / "set" / "images.gz"), m_text);
        QCOMPARE(server.offsets().back(), std::size_t(5000));
    }

    void aServerThatClaimsLessIsFoundOut() {
        Folder folder;
        BrokenServer server([&](std::size_t, std::size_t) { return Reply{200, m_packed, 20000}; });
        const Error error = errorOf([&] { fetch(folder, server.url()); });
        QVERIFY2(error.code() == ErrorCode::BadInput && says(error, "cut short"), error.what());
        QVERIFY(nothingIsKept(folder));
    }

    void aServerThatSendsWithoutEndIsCutOff() {
        Folder folder;
        BrokenServer server([&](std::size_t, std::size_t) { return Reply{200, std::string(3 << 20, 'x')}; });
        const Error error = errorOf([&] { fetch(folder, server.url()); });
        QVERIFY2(error.code() == ErrorCode::Io && says(error, "sends more than"), error.what());
        QVERIFY(!std::filesystem::exists(folder / "set" / "images.gz"));
    }

    void wrongBytesAreRefused() {
        Folder folder;
        const std::string wrong = packed(m_text.substr(1) + "y", m_folder);
        BrokenServer server([&](std::size_t, std::size_t) { return Reply{200, wrong}; });
        const Error error = errorOf([&] { fetch(folder, server.url()); });
        QVERIFY2(error.code() == ErrorCode::BadInput && says(error, "SHA-256") && says(error, "nothing was kept"), error.what());
        QVERIFY(nothingIsKept(folder));
    }

    void anOldPartOfAnotherFileDoesNotSpoilTheFetch() {
        Folder folder;
        std::filesystem::create_directories(folder / "set");
        writeFileText(folder / "set" / "images.gz.part", std::string(700, 'z'));
        BrokenServer server([&](std::size_t, std::size_t offset) { return Reply{offset > 0 ? 206 : 200, m_packed.substr(offset)}; });
        fetch(folder, server.url());
        QCOMPARE(contentOf(folder / "set" / "images.gz"), m_text);
    }

    void aRefusalAndASilentPortAreNamed() {
        Folder folder;
        std::string gone;
        {
            BrokenServer server([](std::size_t, std::size_t) { return Reply{404, "no"}; });
            QVERIFY(says(errorOf([&] { fetch(folder, server.url()); }), "answers 404"));
            gone = server.url();
        }
        const Error error = errorOf([&] { fetch(folder, gone); });
        QVERIFY2(says(error, "check the network") && says(error, "--mirror"), error.what());
    }

    void stopKeepsThePart() {
        Folder folder;
        StopToken stop;
        BrokenServer server([&](std::size_t, std::size_t offset) { stop.requestStop(); return Reply{offset > 0 ? 206 : 200, m_packed.substr(offset)}; });
        const FetchOutcome outcome = fetchFiles({m_file}, folder / "set", server.url(), stop, [](const Progress &) {});
        QVERIFY(outcome.end == JobEnd::Stopped);
        QVERIFY(!std::filesystem::exists(folder / "set" / "images.gz"));
    }

    void aFolderCanBeTheMirrorPackedOrNot() {
        Folder folder;
        std::filesystem::create_directories(folder / "mirror");
        writeFileText(folder / "mirror" / "images", m_text);
        fetch(folder, (folder / "mirror").string());
        QCOMPARE(contentOf(folder / "set" / "images"), m_text);
        QCOMPARE(fetch(folder, (folder / "mirror").string()).present.size(), std::size_t(1));
        QVERIFY(says(errorOf([&] { fetchFiles({{"", "other.gz", 3, "00", "", false}}, folder / "set", (folder / "mirror").string(), {}, [](const Progress &) {}); }), "there is no other.gz"));
    }

    void anArchiveIsUnpackedAndMissedFilesAreBroughtAgain() {
        Folder folder;
        std::filesystem::create_directories(folder / "made" / "batches");
        writeFileText(folder / "made" / "batches" / "one.bin", "first");
        writeFileText(folder / "made" / "batches" / "two.bin", "second file");
        writeFileText(folder / "made" / "batches" / "readme.html", "left out");
        const std::string command = "tar -czf '" + (folder / "made" / "set.tar.gz").string() + "' -C '" + (folder / "made").string() + "' batches";
        QCOMPARE(std::system(command.c_str()), 0);
        const Pixels bytes = readFileBytes(folder / "made" / "set.tar.gz");
        const std::string packedText(bytes.begin(), bytes.end());
        const RemoteFile archive{"", "set.tar.gz", packedText.size(), "", sha256Of(packedText), true};
        BrokenServer server([&](std::size_t, std::size_t) { return Reply{200, packedText}; });
        const auto bring = [&] { return fetchFiles({archive}, folder / "set", server.url(), {}, [](const Progress &) {}); };
        QCOMPARE(bring().fetched.size(), std::size_t(1));
        QCOMPARE(contentOf(folder / "set" / "two.bin"), std::string("second file"));
        QVERIFY(!std::filesystem::exists(folder / "set" / "readme.html") && !std::filesystem::exists(folder / "set" / "set.tar.gz.part"));
        QCOMPARE(bring().present.size(), std::size_t(1));
        std::filesystem::remove(folder / "set" / "one.bin");
        QCOMPARE(bring().fetched.size(), std::size_t(1));
        QCOMPARE(contentOf(folder / "set" / "one.bin"), std::string("first"));
    }

    void theRealMnistPassesAndKnownNamesHaveHashes() {
        for (const char *name : {"mnist", "fashion-mnist", "kmnist", "cifar10"}) {
            for (const auto &file : remoteFiles(name)) {
                QVERIFY2((file.sha256.size() == 64) != (file.packedSha256.size() == 64), file.name.c_str());
            }
        }
        QCOMPARE(int(errorOf([] { remoteFiles("imagenet"); }).code()), int(ErrorCode::Usage));
        if (!std::filesystem::exists(sharedFolder() / "mnist")) {
            QSKIP("the MNIST files are not here; set METAMER_SHARED");
        }
        Folder folder;
        const FetchOutcome outcome = fetchDataset("mnist", folder / "data", (sharedFolder() / "mnist").string(), {}, [](const Progress &) {});
        QCOMPARE(outcome.fetched.size(), std::size_t(4));
    }

private:
    FetchOutcome fetch(const Folder &folder, const std::string &mirror) {
        return fetchFiles({m_file}, folder / "set", mirror, {}, [](const Progress &) {});
    }

    static bool nothingIsKept(const Folder &folder) { return std::filesystem::is_empty(folder / "set"); }

    Folder m_folder;
    std::string m_text, m_packed;
    RemoteFile m_file;
};

QTEST_GUILESS_MAIN(TestFetch)
#include "test_fetch.moc"
