// Attacks on models: on linear models whose weakest point is known, the ball, the range, the seed, and models without gradients.

#include <cmath>
#include <numeric>

#include "core/attack/sensitivity/model_attack.h"
#include "core/base/rng.h"
#include "core/image/norms.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

const ImageShape kShape{1, 6, 6};

/// z_k = w_k . (x - 1/2).
class LinearModel final : public Classifier {
public:
    explicit LinearModel(int classCount, bool hasGradients = true) : m_hasGradients(hasGradients) {
        Rng rng(5);
        for (int k = 0; k < classCount; ++k) {
            weights.emplace_back();
            for (std::size_t p = 0; p < kShape.size(); ++p) {
                weights.back().push_back(static_cast<float>(rng.uniform(-1, 1)));
            }
            offsets.push_back(-0.5f * std::accumulate(weights.back().begin(), weights.back().end(), 0.0f));   // no class has even grey for its own
        }
    }

    std::vector<std::vector<float>> logits(const ImageSet &images) const override {
        std::vector<std::vector<float>> rows;
        for (std::int64_t i = 0; i < images.count(); ++i) {
            std::vector<float> x;
            for (const auto byte : images.at(i)) {
                x.push_back(static_cast<float>(byte) / 255.0f);
            }
            rows.push_back(row(x));
        }
        return rows;
    }
    std::string device() const override { return "cpu"; }
    bool hasGradients() const override { return m_hasGradients; }
    std::vector<float> logitsOf(std::span<const float> x, std::int64_t count) const override {
        std::vector<float> all;
        for (std::int64_t i = 0; i < count; ++i) {
            const auto one = row(x.subspan(static_cast<std::size_t>(i) * kShape.size(), kShape.size()));
            all.insert(all.end(), one.begin(), one.end());
        }
        return all;
    }
    std::vector<float> gradients(std::span<const float>, std::int64_t count, std::span<const float> factors) const override {
        std::vector<float> all;
        for (std::int64_t i = 0; i < count; ++i) {
            for (std::size_t p = 0; p < kShape.size(); ++p) {
                float sum = 0;
                for (std::size_t k = 0; k < weights.size(); ++k) {
                    sum += factors[static_cast<std::size_t>(i) * weights.size() + k] * weights[k][p];
                }
                all.push_back(sum);
            }
        }
        return all;
    }

    std::vector<std::vector<float>> weights;
    std::vector<float> offsets;

private:
    std::vector<float> row(std::span<const float> x) const {
        std::vector<float> z;
        for (std::size_t k = 0; k < weights.size(); ++k) {
            double sum = offsets[k];
            for (std::size_t p = 0; p < x.size(); ++p) {
                sum += static_cast<double>(weights[k][p]) * static_cast<double>(x[p]);
            }
            z.push_back(static_cast<float>(sum));
        }
        return z;
    }
    bool m_hasGradients;
};

/// Grey images far from black and white, with the model's own answers for labels.
LabelledImages sourcesFor(const Classifier &model, std::int64_t count) {
    Rng rng(9);
    LabelledImages sources{{kShape, {}}, {}};
    for (std::size_t i = 0; i < static_cast<std::size_t>(count) * kShape.size(); ++i) {
        sources.images.bytes.push_back(static_cast<std::uint8_t>(100 + rng.below(56)));
    }
    for (const auto &row : model.logits(sources.images)) {
        sources.labels.push_back(predictedClass(row));
    }
    return sources;
}

/// The least size of a shift that makes a linear model name another class: margin over the dual norm of the weights' difference.
double leastEps(const LinearModel &model, const LabelledImages &sources, std::int64_t index, Norm norm) {
    const auto z = model.logits({kShape, sources.images.copyOf(index)})[0];
    const auto own = static_cast<std::size_t>(sources.labels[static_cast<std::size_t>(index)]);
    double least = 1e9;
    for (std::size_t k = 0; k < z.size(); ++k) {
        double sum = 0, squares = 0;
        for (std::size_t p = 0; p < kShape.size(); ++p) {
            const double difference = static_cast<double>(model.weights[own][p]) - static_cast<double>(model.weights[k][p]);
            sum += std::abs(difference);
            squares += difference * difference;
        }
        if (k != own) {
            least = std::min(least, static_cast<double>(z[own] - z[k]) / (norm == Norm::Linf ? sum : std::sqrt(squares)));
        }
    }
    return least;
}

std::vector<AttackedImage> attacked(const std::string &attack, const Classifier &model, const LabelledImages &sources, Norm norm, const std::string &eps,
                                    std::map<std::string, std::string> options = {}, std::int64_t seed = 1) {
    return attackModel(attack, model, sources, {Budget::parse(norm, eps), modelAttackInfos()[0].schema.check(options), seed}, {}, [](const Progress &) {});
}

}  // namespace

class TestModelAttacks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void foolsALinearModelJustWhereItCanBeFooled_data() {
        QTest::addColumn<QString>("attack");
        QTest::addColumn<int>("norm");
        for (const char *attack : {"pgd", "pgd-margin"}) {
            QTest::addRow("%s linf", attack) << attack << int(Norm::Linf);
            QTest::addRow("%s l2", attack) << attack << int(Norm::L2);
        }
    }

    void foolsALinearModelJustWhereItCanBeFooled() {
        QFETCH(QString, attack);
        QFETCH(int, norm);
        const LinearModel model(attack == "pgd" ? 2 : 5);   // of two classes cross-entropy has one way to go
        const auto sources = sourcesFor(model, 120);        // more than a batch
        const double eps = Norm(norm) == Norm::Linf ? 3.0 / 255 : 0.06, lost = Norm(norm) == Norm::Linf ? 0 : 6.0 / 255;   // by rounding, half a level a pixel
        const auto images = attacked(attack.toStdString(), model, sources, Norm(norm), Norm(norm) == Norm::Linf ? "3/255" : "0.06");
        QCOMPARE(images.size(), std::size_t(120));
        std::int64_t fooled = 0, held = 0;
        for (std::int64_t i = 0; i < 120; ++i) {
            const auto &image = images[static_cast<std::size_t>(i)];
            const double least = leastEps(model, sources, i, Norm(norm));
            QVERIFY(image.isRight);
            QVERIFY2(least < eps + 1e-6 || !image.isFooled, "fooled outside the ball");
            QVERIFY2(least > eps - lost - 1e-4 || image.isFooled, qPrintable(QString("%1 would have been enough").arg(least)));
            fooled += image.isFooled;
            held += !image.isFooled;
        }
        QVERIFY(fooled > 5 && held > 5);
    }

    void staysInBallAndRange() {
        const LinearModel model(4);
        LabelledImages sources = sourcesFor(model, 20);
        for (std::size_t i = 0; i < sources.images.bytes.size(); i += 3) {
            sources.images.bytes[i] = i % 2 == 0 ? 0 : 255;
        }
        sources.labels.clear();
        for (const auto &row : model.logits(sources.images)) {
            sources.labels.push_back(predictedClass(row));
        }
        sources.labels[3] = (sources.labels[3] + 1) % 4;
        for (const auto &[norm, eps] : {std::pair(Norm::Linf, "0.3"), std::pair(Norm::Linf, "1/255"), std::pair(Norm::L2, "1.5"), std::pair(Norm::L2, "0.1")}) {
            for (const char *attack : {"pgd", "pgd-margin"}) {
                const auto images = attacked(attack, model, sources, norm, eps, {{"steps", "10"}, {"restarts", "2"}, {"step-size", "0.5"}});
                for (std::int64_t i = 0; i < 20; ++i) {
                    const auto &image = images[static_cast<std::size_t>(i)];
                    QVERIFY(isWithin(measureNorms(kShape, sources.images.at(i), image.pixels), Budget::parse(norm, eps)));
                    QCOMPARE(image.isFooled, image.isRight && predictedClass(model.logits({kShape, image.pixels})[0]) != sources.labels[static_cast<std::size_t>(i)]);
                    QVERIFY(image.isRight == (i != 3) && (image.isRight || image.pixels == sources.images.copyOf(i)));
                }
            }
        }
    }

    void sameSeedSameBytes() {
        const LinearModel model(4);
        const auto sources = sourcesFor(model, 110);
        const auto bytesOf = [&](std::int64_t seed) {
            Pixels bytes;
            for (const auto &image : attacked("pgd", model, sources, Norm::L2, "0.05", {{"steps", "1"}, {"step-size", "0.001"}}, seed)) {
                bytes.insert(bytes.end(), image.pixels.begin(), image.pixels.end());
            }
            return bytes;
        };
        QCOMPARE(bytesOf(1), bytesOf(1));
        QVERIFY(bytesOf(1) != bytesOf(2));
    }

    void stopsBetweenBatches() {
        const LinearModel model(3);
        const auto sources = sourcesFor(model, 250);
        StopToken stop;
        const auto images = attackModel("pgd", model, sources, {Budget::parse(Norm::Linf, "0.1"), modelAttackInfos()[0].schema.check({}), 1}, stop,
                                        [&](const Progress &) { stop.requestStop(); });
        QCOMPARE(images.size(), std::size_t(100));
    }

    void whatCannotBeJudgedIsSaid() {
        const LinearModel without(3, false), with(3);
        const auto sources = sourcesFor(with, 2);
        const Error error = errorOf([&] { attacked("pgd", without, sources, Norm::Linf, "0.1"); });
        QVERIFY2(error.code() == ErrorCode::Usage && says(error, "no gradients"), error.what());
        QVERIFY(says(errorOf([&] { attacked("cw", with, sources, Norm::Linf, "0.1"); }), "use pgd, pgd-margin"));
        QVERIFY(says(errorOf([&] { attacked("pgd", with, sources, Norm::L1, "0.1"); }), "linf or l2"));
    }
};

QTEST_GUILESS_MAIN(TestModelAttacks)
#include "test_model_attacks.moc"
