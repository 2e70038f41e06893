#include "core/base/json.h"
#include "core/study/protocol.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

class TestProtocol : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void jsonComesBack() {
        const Protocol measurement = Protocol::measurement();
        QVERIFY(Protocol::fromJson(measurement.toJson()).values() == measurement.values());
        QCOMPARE(Protocol::fromJson(measurement.toJson()).toJson(), measurement.toJson());
        QVERIFY(measurement.usesLists() && measurement.examplesPerControl() == 1 && measurement.repeatDistance() == 50);
        QCOMPARE(Protocol::quickLabelling().measure().name(), std::string("pair"));
        QCOMPARE(measurement.measure().name(), std::string("perturbed"));
    }

    void protocolsOfOlderFilesAreRead() {
        const Protocol old = Protocol::fromJson("{\"version\":1,\"presentation\":\"perturbed\",\"picture_side\":280,\"examples_per_control\":5,"
                                                "\"answers\":[\"class\",\"not_a_class\",\"unsure\"],\"interpolation\":\"nearest\",\"surround\":\"#777777\"}");
        QCOMPARE(old.measure().name(), std::string("perturbed"));
        QCOMPARE(old.display().pictureSide, 280);
        QVERIFY(!old.usesLists());
        QCOMPARE(Protocol::fromJson("{}").measure().name(), std::string("pair"));
    }

    void badProtocolsAreRefusedByName() {
        QVERIFY(says(errorOf([] { Protocol::fromJson("nonsense"); }), "JSON"));
        QVERIFY(says(errorOf([] { Protocol::fromJson("{\"version\":99}"); }), "version 99"));
        QVERIFY(says(errorOf([] { Protocol::fromJson("{\"exposure\":5}"); }), "'exposure'"));
        QVERIFY(says(errorOf([] { Protocol::fromValues({{"exposure-ms", "-5"}}); }), "exposure-ms"));
        QVERIFY(says(errorOf([] { Protocol::fromValues({{"surround", "grey"}}); }), "#777777"));
        QVERIFY(says(errorOf([] { Protocol::fromValues({{"key-unsure", "N"}}); }), "two answers"));
        QVERIFY(says(errorOf([] { Protocol::fromValues({{"key-unsure", "Esc"}}); }), "no key"));
        QVERIFY(says(errorOf([] { Protocol::fromValues({{"keys", "a s d a"}}); }), "two answers"));
    }

    void keysAreGivenOrAutomatic() {
        const auto automatic = Protocol().keys(12);
        QVERIFY(automatic.classes.size() == 12 && automatic.classes[9] == "9" && automatic.classes[11] == "B");
        const auto given = Protocol::fromValues({{"keys", "q w e"}}).keys(3);
        QVERIFY((given.classes == std::vector<std::string>{"Q", "W", "E"}));
    }

    void measuresAreNamed() {
        for (const char *name : {"perturbed", "pair", "sequence", "same-different", "perturbed-forced", "same-different-forced"}) {
            QCOMPARE(Measure::fromName(name).name(), std::string(name));
        }
        QVERIFY(says(errorOf([] { Measure::fromName("both"); }), "perturbed-forced"));
        QCOMPARE(Protocol::fromValues({{"presentation", "sequence"}, {"answers", "forced"}}).measure().name(), std::string("sequence-forced"));
    }

    void picturesAreShownAsAsked() {
        const Pixels stored = {10, 60, 110};
        QVERIFY(shownPixels(stored, {}) == stored);
        QVERIFY((shownPixels(stored, {336, false, true, false, ""}) == Pixels{245, 195, 145}));
        QVERIFY((shownPixels(stored, {336, false, false, true, ""}) == Pixels{0, 128, 255}));
        QVERIFY((shownPixels({7, 7}, {336, false, false, true, ""}) == Pixels{7, 7}));
    }
};

QTEST_GUILESS_MAIN(TestProtocol)
#include "test_protocol.moc"
