// Gradient attacks on a linear model, whose least margin inside a ball is known.

#include <cmath>

#include "core/attack/sensitivity/pgd.h"
#include "core/base/rng.h"
#include "core/image/norms.h"
#include "tests/support/fixtures.h"

using namespace metamer;
using namespace metamer::test;

namespace {

constexpr ImageShape kShape{1, 4, 4};

/// Three classes; logits are dot products with fixed weights, alternating so that both directions of every pixel count.
class LinearModel final : public Classifier {
public:
    std::vector<std::vector<float>> logits(const ImageSet &images) const override {
        std::vector<float> x;
        for (const std::uint8_t byte : images.bytes) {
            x.push_back(static_cast<float>(byte) / 255.0f);
        }
        const auto all = logitsOf(x, images.count());
        std::vector<std::vector<float>> rows;
        for (std::int64_t i = 0; i < images.count(); ++i) {
            rows.emplace_back(all.begin() + 3 * i, all.begin() + 3 * i + 3);
        }
        seen.insert(seen.end(), images.bytes.begin(), images.bytes.end());
        return rows;
    }
    std::string device() const override { return "cpu"; }
    bool hasGradients() const override { return true; }

    std::vector<float> logitsOf(std::span<const float> x, std::int64_t count) const override {
        std::vector<float> all;
        for (std::int64_t i = 0; i < count; ++i) {
            for (int c = 0; c < 3; ++c) {
                float sum = c == 2 ? -3.0f : 0.0f;
                for (int p = 0; p < 16; ++p) {
                    sum += weight(c, p) * x[static_cast<std::size_t>(16 * i + p)];
                }
                all.push_back(sum);
            }
        }
        return all;
    }
    std::vector<float> gradients(std::span<const float>, std::int64_t count, std::span<const float> weights) const override {
        std::vector<float> all;
        for (std::int64_t i = 0; i < count; ++i) {
            for (int p = 0; p < 16; ++p) {
                float sum = 0;
                for (int c = 0; c < 3; ++c) {
                    sum += weights[static_cast<std::size_t>(3 * i + c)] * weight(c, p);
                }
                all.push_back(sum);
            }
        }
        return all;
    }

    static float weight(int c, int p) { return c == 0 ? 1.0f : c == 1 ? (p % 2 == 0 ? 0.5f : 1.4f) : (p % 3 == 0 ? -0.5f : 0.4f); }

    mutable Pixels seen;   ///< every image that it was asked about
};

class BlindModel final : public Classifier {
public:
    std::vector<std::vector<float>> logits(const ImageSet &images) const override { return std::vector<std::vector<float>>(static_cast<std::size_t>(images.count()), {1.0f, 0.0f}); }
    std::string device() const override { return "cpu"; }
};

/// Grey images, every pixel at least 60 from black and white, so that no ball of up to 60 levels is cut; labelled as the model says.
LabelledImages greys(const LinearModel &model, int count) {
    LabelledImages images{{kShape, {}}, {}};
    Rng rng(3);
    for (int i = 0; i < count; ++i) {
        Pixels pixels(16);
        for (auto &pixel : pixels) {
            pixel = static_cast<std::uint8_t>(60 + rng.below(136));
        }
        images.images.append(pixels);
    }
    for (const auto &row : model.logits(images.images)) {
        images.labels.push_back(predictedClass(row));
    }
    return images;
}

/// The least margin over all images of the ball: exact for a linear model.
double leastMargin(const LinearModel &model, const Pixels &pixels, int label, double levels, bool isLinf) {
    const auto row = model.logits({kShape, pixels}).front();
    double least = INFINITY;
    for (int c = 0; c < 3; ++c) {
        double sum = 0;
        for (int p = 0; p < 16; ++p) {
            const double difference = LinearModel::weight(label, p) - LinearModel::weight(c, p);
            sum += isLinf ? std::abs(difference) : difference * difference;
        }
        if (c != label) {
            least = std::min(least, static_cast<double>(row[static_cast<std::size_t>(label)] - row[static_cast<std::size_t>(c)]) - levels / 255 * (isLinf ? sum : std::sqrt(sum)));
        }
    }
    return least;
}

}  // namespace

class TestPgd : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsWhatALinearModelAllows_data() {
        QTest::addColumn<QString>("attack");
        QTest::addColumn<QString>("norm");
        QTest::addColumn<QString>("eps");
        for (const char *attack : {"pgd", "pgd-margin"}) {
            QTest::addRow("%s linf", attack) << attack << "linf" << "20/255";
            QTest::addRow("%s l2", attack) << attack << "l2" << "0.35";
        }
    }

    void findsWhatALinearModelAllows() {
        QFETCH(QString, attack);
        QFETCH(QString, norm);
        QFETCH(QString, eps);
        const LinearModel model;
        const LabelledImages images = greys(model, 150);
        const Budget budget = Budget::parse(parseNorm(norm.toStdString()), eps.toStdString());
        const auto withstood = withstandsAttack(model, images, {attack.toStdString(), budget, 40, 5}, StopToken(), [](const Progress &) {});
        QCOMPARE(withstood.size(), images.labels.size());
        QVERIFY(withstandsAttack(model, images, {attack.toStdString(), budget, 40, 5}, StopToken(), [](const Progress &) {}) == withstood);
        const bool isLinf = budget.norm() == Norm::Linf;
        int fallen = 0, clear = 0;
        for (std::size_t i = 0; i < withstood.size(); ++i) {
            const auto bytes = images.images.at(static_cast<std::int64_t>(i));
            const Pixels pixels(bytes.begin(), bytes.end());
            fallen += !withstood[i];
            QVERIFY(withstood[i] || leastMargin(model, pixels, images.labels[i], 255 * budget.eps() + 1e-3, isLinf) <= 0);   // nothing outside the ball
            if (leastMargin(model, pixels, images.labels[i], 255 * budget.eps() - 4, isLinf) < 0) {   // even with what rounding to bytes takes
                ++clear;
                QVERIFY(!withstood[i]);
            }
        }
        QVERIFY(clear > 10 && fallen < static_cast<int>(withstood.size()) - 10);   // the test can fail both ways
    }

    void staysInTheBallOnBytes() {
        const LinearModel model;
        LabelledImages one = greys(model, 1);
        const auto bytes = one.images.at(0);
        const Pixels source(bytes.begin(), bytes.end());
        for (const auto &[norm, eps] : {std::pair{Norm::Linf, "20/255"}, {Norm::L2, "0.35"}}) {
            model.seen.clear();
            const Budget budget = Budget::parse(norm, eps);
            withstandsAttack(model, one, {"pgd-margin", budget, 10, 1}, StopToken(), [](const Progress &) {});
            QVERIFY(model.seen.size() >= 32);
            for (std::size_t start = 0; start < model.seen.size(); start += 16) {
                const ByteNorms norms = measureNorms(kShape, source, std::span(model.seen).subspan(start, 16));
                QVERIFY(norm == Norm::Linf ? norms.linfLevels <= 20 : norms.l2() <= 0.35);
            }
        }
    }

    void whatCannotBeAttackedIsSaid() {
        const LinearModel model;
        const LabelledImages images = greys(model, 2);
        const auto attacked = [&](const Classifier &on, const std::string &name, Norm norm) {
            return errorOf([&] { withstandsAttack(on, images, {name, Budget::parse(norm, "1"), 4, 0}, StopToken(), [](const Progress &) {}); });
        };
        QVERIFY(says(attacked(BlindModel(), "pgd", Norm::Linf), "gives no gradients"));
        QVERIFY(says(attacked(model, "autoattack", Norm::Linf), "pgd, pgd-margin"));
        QVERIFY(says(attacked(model, "pgd", Norm::L0), "use linf or l2"));
    }

    void stopIsHeard() {
        const LinearModel model;
        StopToken stop;
        stop.requestStop();
        QVERIFY(withstandsAttack(model, greys(model, 5), {"pgd", Budget::parse(Norm::Linf, "0.1"), 4, 0}, stop, [](const Progress &) {}).empty());
    }
};

QTEST_GUILESS_MAIN(TestPgd)
#include "test_pgd.moc"
