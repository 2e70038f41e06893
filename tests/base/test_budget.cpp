#include "core/base/budget.h"
#include "core/base/job.h"
#include "core/base/parameters.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

class TestBudget : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void epsIsExact_data() {
        QTest::addColumn<QString>("eps");
        QTest::addColumn<int>("levels");
        QTest::newRow("8/255") << "8/255" << 8;
        QTest::newRow("0.3") << "0.3" << 76;
        QTest::newRow("0.4") << "0.4" << 102;
        QTest::newRow("1") << "1" << 255;
        QTest::newRow("1/255") << "1/255" << 1;
        QTest::newRow("0.2") << "0.2" << 51;
        QTest::newRow("0.6") << "0.6" << 153;
        QTest::newRow(".5") << ".5" << 127;
    }
    void epsIsExact() {
        QFETCH(QString, eps);
        QTEST(Budget::parse(Norm::Linf, eps.toStdString()).greyLevels(), "levels");
    }

    void badEpsIsWrongUsage_data() {
        QTest::addColumn<QString>("norm");
        QTest::addColumn<QString>("eps");
        for (const char *eps : {"-0.1", "nan", "inf", "", "0.4x", "1/0", "1.01", "0", "0.003", "1e-2"}) {
            QTest::newRow(eps) << "linf" << eps;
        }
        QTest::newRow("half a pixel") << "l0" << "2.5";
    }
    void badEpsIsWrongUsage() {
        QFETCH(QString, norm);
        QFETCH(QString, eps);
        const Error error = errorOf([&] { Budget::parse(parseNorm(norm.toStdString()), eps.toStdString()); });
        QCOMPARE(int(error.code()), int(ErrorCode::Usage));
    }

    void schemaFillsInAndRefuses() {
        const ParameterSchema schema({{"steps", "Steps", ParameterType::Integer, "5", 1, 9, "", "", "", {}, false}});
        QCOMPARE(schema.check({}).integer("steps"), 5);
        QCOMPARE(schema.check({{"steps", "7"}}).toJson(), std::string("{\"steps\":7}"));
        for (const char *bad : {"0", "10", "2.5", "x", "", "nan"}) {
            const Error error = errorOf([&] { schema.check({{"steps", bad}}); });
            QVERIFY(says(error, "--steps"));
            QVERIFY(says(error, "from 1 to 9"));
        }
        QVERIFY(says(errorOf([&] { schema.check({{"stepz", "1"}}); }), "stepz"));
    }

    void abortOutranksStop() {
        StopToken token;
        const StopToken copy = token;
        token.requestStop();
        QVERIFY(copy.isStopRequested() && !copy.isAbortRequested());
        token.requestAbort();
        token.requestStop();
        QVERIFY(copy.end() == JobEnd::Aborted);
    }
};

QTEST_GUILESS_MAIN(TestBudget)
#include "test_budget.moc"
