#include <thread>

#include "core/data/file_bytes.h"
#include "core/data/gzip.h"
#include "core/store/sql.h"
#include "core/store/study_file.h"
#include "core/store/tables.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

struct Filled {
    ItemId item;
    SessionId session;
    AnnotatorId annotator;
};

Filled fill(StudyFile &file) {
    Filled filled;
    file.transaction([&] {
        Dataset dataset;
        dataset.spec = "test";
        dataset.shape = {1, 1, 1};
        dataset.classNames = {"0", "1"};
        const DatasetId id = DatasetTable(file).insert(dataset);
        const StudyId study = StudyTable(file).insert({{}, {}, "labelling", "{}"});
        const SourceImageId source = SourceImageTable(file).ensure(id, {{}, {}, "test", 0, 1, {42}});
        filled.item = ItemTable(file).insert({{}, {}, study, ItemKind::Control, {}, source, std::nullopt});
        filled.annotator = AnnotatorTable(file).ensure("ada", AnnotatorKind::Person).id;
        SessionRecord session;
        session.studyId = study;
        session.annotatorId = filled.annotator;
        filled.session = SessionTable(file).insert(session);
    });
    return filled;
}

Answer answerOf(const Filled &filled, int label) {
    Answer answer;
    answer.itemId = filled.item;
    answer.sessionId = filled.session;
    answer.label = label;
    return answer;
}

}  // namespace

class TestStudyFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void createsAndOpensAgain() {
        Folder folder;
        {
            StudyFile file = StudyFile::create(folder / "a.metamer");
            fill(file);
        }
        StudyFile file = StudyFile::open(folder / "a.metamer");
        QCOMPARE(DatasetTable(file).get().classNames.size(), std::size_t(2));
        QCOMPARE(file.pragma("application_id"), std::to_string(kApplicationId));
        QCOMPARE(file.pragma("user_version"), std::to_string(schemaMigrations().back().to));
        QCOMPARE(file.pragma("foreign_keys"), std::string("1"));
        QCOMPARE(file.pragma("synchronous"), std::string("2"));   // FULL
        QCOMPARE(file.pragma("integrity_check"), std::string("ok"));
        QCOMPARE(int(errorOf([&] { StudyFile::create(folder / "a.metamer"); }).code()), int(ErrorCode::Exists));
    }

    void certificatesAreKeptUntilMoreIsKnown() {
        Folder folder;
        StudyFile file = StudyFile::create(folder / "a.metamer");
        fill(file);
        CertificateTable table(file);
        Certificate certificate{"hash", SourceImageId{1}, "linf", "0.3", CertificateStatus::Unknown, "crown", -0.5};
        table.save(certificate);
        QVERIFY(table.ofModel("hash") == std::vector<Certificate>{certificate});
        certificate.status = CertificateStatus::Certified;
        certificate.margin = 0.25;
        table.save(certificate);   // known now
        Certificate less = certificate;
        less.status = CertificateStatus::Unknown;
        table.save(less);          // what is known stays
        QVERIFY(table.ofSource(SourceImageId{1}) == std::vector<Certificate>{certificate});
        const auto counts = table.counts("hash");
        QCOMPARE(counts.size(), std::size_t(1));
        QVERIFY(counts[0].images == 1 && counts[0].certified == 1 && counts[0].unknown == 0);
    }

    void everyWrongFileHasItsOwnMessage() {
        Folder folder;
        QCOMPARE(int(errorOf([&] { StudyFile::open(folder / "none.metamer"); }).code()), int(ErrorCode::NotFound));
        QVERIFY(!std::filesystem::exists(folder / "none.metamer"));
        writeFileText(folder / "empty.metamer", "");
        QVERIFY(says(errorOf([&] { StudyFile::open(folder / "empty.metamer"); }), "not a Metamer study"));
        writeFileText(folder / "text.metamer", std::string(5000, 'x'));
        QVERIFY(says(errorOf([&] { StudyFile::open(folder / "text.metamer"); }), "not a Metamer study"));
        {
            StudyFile file = StudyFile::create(folder / "other.metamer");
            file.connection().run("PRAGMA application_id = 7");
        }
        QVERIFY(says(errorOf([&] { StudyFile::open(folder / "other.metamer"); }), "another program's"));
        {
            StudyFile file = StudyFile::create(folder / "newer.metamer");
            file.connection().run("PRAGMA user_version = 99");
        }
        QCOMPARE(int(errorOf([&] { StudyFile::open(folder / "newer.metamer"); }).code()), int(ErrorCode::Newer));
        {
            StudyFile file = StudyFile::create(folder / "cut.metamer");
            fill(file);
        }
        std::filesystem::resize_file(folder / "cut.metamer", std::filesystem::file_size(folder / "cut.metamer") - 4096);
        QCOMPARE(int(errorOf([&] { StudyFile::open(folder / "cut.metamer"); }).code()), int(ErrorCode::Damaged));
    }

    void overwrittenPagesAreDamageNotCrash() {
        Folder folder;
        {
            StudyFile file = StudyFile::create(folder / "a.metamer");
            fill(file);
        }
        Pixels bytes = readFileBytes(folder / "a.metamer");
        std::fill(bytes.begin() + 4096, bytes.end(), std::uint8_t(0xA5));
        writeFileBytes(folder / "a.metamer", bytes);
        const Error error = errorOf([&] {
            StudyFile file = StudyFile::open(folder / "a.metamer");
            DatasetTable(file).get();
        });
        QCOMPARE(int(error.code()), int(ErrorCode::Damaged));
    }

    void answersAreOnlyEverAdded() {
        Folder folder;
        StudyFile file = StudyFile::create(folder / "a.metamer");
        const Filled filled = fill(file);
        const Answer answer = AnswerTable(file).insert(answerOf(filled, 1));
        QVERIFY(answer.id.isValid() && answer.uuid.size() == 36);
        QVERIFY(says(errorOf([&] { file.connection().run("UPDATE answer SET label = 0"); }), "only ever added"));
        QVERIFY(says(errorOf([&] { file.connection().run("DELETE FROM answer"); }), "only ever added"));
        file.connection().run("UPDATE annotator SET erased_utc = '2026-01-01T00:00:00Z'");
        file.connection().run("DELETE FROM answer");   // a withdrawn consent is the one exception
        QCOMPARE(AnswerTable(file).count(), 0);
    }

    void foreignKeysHold() {
        Folder folder;
        StudyFile file = StudyFile::create(folder / "a.metamer");
        Filled filled = fill(file);
        filled.item.value = 999;
        errorOf([&] { AnswerTable(file).insert(answerOf(filled, 1)); });
        QCOMPARE(AnswerTable(file).count(), 0);
    }

    void failedTransactionLeavesNothing() {
        Folder folder;
        StudyFile file = StudyFile::create(folder / "a.metamer");
        const Filled filled = fill(file);
        errorOf([&] {
            file.transaction([&] {
                AnswerTable(file).insert(answerOf(filled, 1));
                throw Error(ErrorCode::Internal, "half-way");
            });
        });
        QCOMPARE(AnswerTable(file).count(), 0);
        AnswerTable(file).insert(answerOf(filled, 1));
        QCOMPARE(AnswerTable(file).count(), 1);
    }

    void fullDiskIsSaidAndLosesNothing() {
        Folder folder;
        StudyFile file = StudyFile::create(folder / "a.metamer");
        const Filled filled = fill(file);
        AnswerTable(file).insert(answerOf(filled, 1));
        file.connection().run("PRAGMA max_page_count = 1");   // clamps to the present size
        const Error error = errorOf([&] {
            for (int i = 0; i < 10000; ++i) {
                Answer answer = answerOf(filled, 0);
                answer.visibleJson = std::string(2000, 'x');
                AnswerTable(file).insert(answer);
            }
        });
        QVERIFY(says(error, "no room left"));
        QVERIFY(AnswerTable(file).count() >= 1);
        QCOMPARE(file.pragma("integrity_check"), std::string("ok"));
    }

    void twoConnectionsWriteWithoutLocked() {
        Folder folder;
        StudyFile file = StudyFile::create(folder / "a.metamer");
        const Filled filled = fill(file);
        std::thread other([&] {
            StudyFile second = StudyFile::open(folder / "a.metamer");
            for (int i = 0; i < 50; ++i) {
                second.transaction([&] { AnswerTable(second).insert(answerOf(filled, 0)); });
            }
        });
        for (int i = 0; i < 50; ++i) {
            file.transaction([&] { AnswerTable(file).insert(answerOf(filled, 1)); });
        }
        other.join();
        QCOMPARE(AnswerTable(file).count(), 100);
    }

    void migrationBacksUpFirst() {
        Folder folder;
        {
            StudyFile file = StudyFile::create(folder / "a.metamer");
            fill(file);
        }
        auto migrations = schemaMigrations();
        const int now = migrations.back().to;
        migrations.push_back({now + 1, {"ALTER TABLE study ADD COLUMN note TEXT"}});
        {
            StudyFile file = StudyFile::open(folder / "a.metamer", migrations);
            QCOMPARE(file.pragma("user_version"), std::to_string(now + 1));
            QCOMPARE(AnnotatorTable(file).list().size(), std::size_t(1));
        }
        StudyFile backup = StudyFile::open(folder / ("a.metamer.v" + std::to_string(now) + ".backup"));
        QCOMPARE(backup.pragma("user_version"), std::to_string(now));
        QCOMPARE(AnnotatorTable(backup).list().size(), std::size_t(1));
    }

    void failedMigrationKeepsTheOldFile() {
        Folder folder;
        {
            StudyFile file = StudyFile::create(folder / "a.metamer");
            fill(file);
        }
        auto migrations = schemaMigrations();
        const int now = migrations.back().to;
        migrations.push_back({now + 1, {"ALTER TABLE study ADD COLUMN note TEXT", "THIS IS NOT SQL"}});
        errorOf([&] { StudyFile::open(folder / "a.metamer", migrations); });
        StudyFile file = StudyFile::open(folder / "a.metamer");
        QCOMPARE(file.pragma("user_version"), std::to_string(now));
    }

    void aFileOfTheFirstVersionStillOpens() {
        Folder folder;
        writeFileBytes(folder / "old.metamer", readUnpackedBytes(METAMER_SOURCE_DIR "/tests/store/schema1.metamer.gz"));
        StudyFile file = StudyFile::open(folder / "old.metamer");
        QCOMPARE(file.pragma("user_version"), std::to_string(schemaMigrations().back().to));
        QVERIFY(std::filesystem::exists(folder / "old.metamer.v1.backup"));
        QCOMPARE(DatasetTable(file).get().reading.layout, std::string("auto"));
        QCOMPARE(ModelTable(file).list().size(), std::size_t(1));
        QCOMPARE(ExampleTable(file).ofRun(RunTable(file).list().at(0).id).size(), std::size_t(3));
        QCOMPARE(AnswerTable(file).count(), 3);
    }

    void answersOfTheSecondVersionKeepTheirMeasure() {
        Folder folder;
        const std::vector<Migration> upToTwo(schemaMigrations().begin(), schemaMigrations().begin() + 2);
        {
            // A file of schema 2, made from one of schema 1, with a pair's answer, one taken back, and one of the image alone.
            writeFileBytes(folder / "old.metamer", readUnpackedBytes(METAMER_SOURCE_DIR "/tests/store/schema1.metamer.gz"));
            StudyFile file = StudyFile::open(folder / "old.metamer", upToTwo);
            QCOMPARE(file.pragma("user_version"), std::string("2"));
            for (const char *sql : {R"(INSERT INTO answer VALUES (10, 'u10', 1, 1, 'class', 3, 700, '{"presentation":"pair","zoom":12}', NULL, '2026-01-01T00:00:00.000Z'))",
                                    R"(INSERT INTO answer VALUES (11, 'u11', 1, 1, 'withdrawal', NULL, NULL, '{}', 10, '2026-01-01T00:00:01.000Z'))",
                                    R"(INSERT INTO answer VALUES (12, 'u12', 1, 1, 'unsure', NULL, 900, '{"presentation":"perturbed","zoom":12}', NULL, '2026-01-01T00:00:02.000Z'))"}) {
                file.connection().run(sql);
            }
        }
        StudyFile file = StudyFile::open(folder / "old.metamer");
        QVERIFY(std::filesystem::exists(folder / "old.metamer.v2.backup"));
        const auto answers = AnswerTable(file).list();
        QCOMPARE(answers.size(), std::size_t(6));
        QCOMPARE(answers[0].answer.measure, std::string("pair"));
        QCOMPARE(answers[1].answer.withdraws.value, 10);
        QCOMPARE(answers[2].answer.measure, std::string("perturbed"));
        QCOMPARE(*answers[2].answer.responseMs, 900);
        QVERIFY(answers[2].answer.kind == AnswerKind::Unsure && answers[2].trialKind == TrialKind::Main);
        QCOMPARE(file.pragma("foreign_key_check"), std::string());
        QCOMPARE(int(errorOf([&] { file.connection().run("UPDATE answer SET label = 1 WHERE id = 10"); }).code()), int(ErrorCode::Internal));   // the trigger is back
        QCOMPARE(int(errorOf([&] { file.connection().run("DELETE FROM answer"); }).code()), int(ErrorCode::Internal));
    }

    void annotatorNamesKeepTheirKind() {
        Folder folder;
        StudyFile file = StudyFile::create(folder / "a.metamer");
        fill(file);
        QCOMPARE(int(errorOf([&] { AnnotatorTable(file).ensure("ada", AnnotatorKind::Import); }).code()), int(ErrorCode::Usage));
    }
};

QTEST_GUILESS_MAIN(TestStudyFile)
#include "test_study_file.moc"
