// Bounds on small networks: exact minima by dense sampling and by enumeration are never under them, they are exact where
// they must be, and no point of the ball breaks a certificate.

#include <torch/torch.h>

#include "core/attack/compute.h"
#include "core/lab/compute_loader.h"
#include "core/model/bounds.h"
#include "tests/support/small_digits.h"

using namespace metamer;
using namespace metamer::test;

namespace {

constexpr double kNoLimit = 1e18;
constexpr BoundMethod kMethods[] = {BoundMethod::Interval, BoundMethod::CrownInterval, BoundMethod::Crown};

LayerSpec linear(const std::string &name, std::int64_t outputs) { return {LayerKind::Linear, name, outputs}; }
LayerSpec convolution(const std::string &name, std::int64_t channels, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
    return {LayerKind::Convolution, name, channels, kernel, stride, padding};
}
const LayerSpec kRelu = {LayerKind::Relu}, kPool = {LayerKind::MaxPool}, kFlatten = {LayerKind::Flatten};

/// A chain of float64 with weights of a size that makes units switch inside the ball.
std::vector<Layer> chainOf(const std::vector<LayerSpec> &specs, const ImageShape &shape, int classCount, std::int64_t seed) {
    torch::manual_seed(static_cast<std::uint64_t>(seed));
    return convertedChain(makeChain(specs, shape, classCount)->chain(), torch::kFloat64);
}

torch::Tensor logitsOf(const std::vector<Layer> &chain, torch::Tensor x) {
    for (const auto &layer : chain) {
        x = applyLayer(layer, x);
    }
    return x;
}

/// z_y - z_c for one label.
torch::Tensor marginsOf(const torch::Tensor &logits, std::int64_t label) { return logits.slice(1, label, label + 1) - logits; }

/// Uniform points of the ball around x [1, ...] cut to [0, 1].
torch::Tensor pointsAround(const torch::Tensor &x, Norm norm, double eps, std::int64_t count) {
    auto sizes = x.sizes().vec();
    sizes[0] = count;
    if (norm == Norm::Linf) {
        return (x + (torch::rand(sizes, x.options()) * 2 - 1) * eps).clamp(0, 1);
    }
    const auto direction = torch::randn(sizes, x.options()).flatten(1);
    const auto radius = torch::rand({count, 1}, x.options()).pow(0.1) * eps;
    return (x + (direction / direction.norm(2, 1, true) * radius).view(sizes)).clamp(0, 1);
}

/// Small chains of every kind of layer.
std::vector<std::pair<std::vector<LayerSpec>, ImageShape>> smallChains() {
    return {{{kFlatten, linear("a", 20), kRelu, linear("b", 20), kRelu, linear("c", 0)}, {1, 3, 3}},
            {{convolution("a", 4, 3, 1, 1), kRelu, convolution("b", 4, 3, 2, 0), kRelu, kFlatten, linear("c", 8), kRelu, linear("d", 0)}, {2, 6, 7}},
            {{convolution("a", 4, 3, 1, 1), kRelu, kPool, convolution("b", 6, 2, 1, 0), kRelu, kPool, kFlatten, linear("c", 0)}, {1, 7, 7}},
            {{convolution("a", 3, 2, 1, 0), kPool, kRelu, kFlatten, linear("b", 6), kRelu, linear("c", 0)}, {1, 7, 6}}};
}

/// The exact least margins of a network flatten, linear, relu, linear over a box: in each pattern of its hidden units it is
/// linear, and its least value over box and half-spaces lies at a corner; two inputs, so corners are crossings of lines.
torch::Tensor exactOfTwoInputs(const std::vector<Layer> &chain, const InputRegion &region, std::int64_t label) {
    const auto w = chain[1].weight, b = chain[1].bias;
    std::vector<std::array<double, 3>> lines;   // p x + q y = r
    const auto at = [](const torch::Tensor &t, std::int64_t i) { return t.flatten()[i].item<double>(); };
    for (std::int64_t i = 0; i < 2; ++i) {
        for (const auto &side : {region.box.lower, region.box.upper}) {
            lines.push_back({i == 0 ? 1.0 : 0.0, i == 1 ? 1.0 : 0.0, at(side, i)});
        }
    }
    for (std::int64_t i = 0; i < w.size(0); ++i) {
        lines.push_back({w[i][0].item<double>(), w[i][1].item<double>(), -b[i].item<double>()});
    }
    std::vector<double> corners;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (std::size_t j = i + 1; j < lines.size(); ++j) {
            const auto &[p, q, r] = lines[i];
            const auto &[s, t, u] = lines[j];
            const double determinant = p * t - q * s;
            if (std::abs(determinant) > 1e-12) {
                corners.push_back((r * t - q * u) / determinant);
                corners.push_back((p * u - r * s) / determinant);
            }
        }
    }
    const auto points = torch::tensor(corners, torch::kFloat64).view({-1, 1, 1, 2});
    const auto isInside = points.ge(region.box.lower - 1e-9).logical_and(points.le(region.box.upper + 1e-9)).flatten(1).all(1);
    return marginsOf(logitsOf(chain, points.index({isInside})), label).amin(0);
}

}  // namespace

class TestBounds : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void neverAboveTheExactMinimum() {
        double worst = 1e9, tightness = 0, interval = 0;
        for (std::int64_t seed = 0; seed < 30; ++seed) {
            const auto chain = chainOf({kFlatten, linear("a", 8), kRelu, linear("b", 0)}, {1, 1, 2}, 3, seed);
            const auto x = torch::rand({1, 1, 1, 2}, torch::kFloat64);
            const auto region = regionAround(x, Norm::Linf, 0.3);
            const auto exact = exactOfTwoInputs(chain, region, 1);
            for (const auto method : kMethods) {
                const auto bound = marginBounds(chain, x, torch::tensor({std::int64_t(1)}), Norm::Linf, 0.3, method, kNoLimit)[0];
                worst = std::min(worst, (exact - bound).min().item<double>());
                (method == BoundMethod::Interval ? interval : tightness) += (exact - bound).sum().item<double>() / (method == BoundMethod::Interval ? 1 : 2);
            }
        }
        QVERIFY2(worst > -1e-9, qPrintable(QString::number(worst)));
        QVERIFY(tightness < 0.5 * interval);   // CROWN is worth its time
    }

    void exactWhereTheNetworkIsLinear() {
        const auto chain = chainOf({kFlatten, linear("a", 6), linear("b", 0)}, {1, 3, 3}, 4, 1);
        const auto x = torch::rand({1, 1, 3, 3}, torch::kFloat64) * 0.5 + 0.25;
        const auto label = torch::tensor({std::int64_t(2)});
        const auto matrix = chain[2].weight.matmul(chain[1].weight);
        const auto rows = matrix.slice(0, 2, 3) - matrix, clean = marginsOf(logitsOf(chain, x), 2)[0];
        const auto inCube = clean - 0.1 * rows.abs().sum(1), inBall = clean - 0.1 * rows.norm(2, 1);
        const auto boundOf = [&](Norm norm, BoundMethod method) { return marginBounds(chain, x, label, norm, 0.1, method, kNoLimit)[0]; };
        QVERIFY(torch::allclose(boundOf(Norm::Linf, BoundMethod::CrownInterval), inCube, 0, 1e-12));
        QVERIFY(torch::allclose(boundOf(Norm::L2, BoundMethod::CrownInterval), inBall, 0, 1e-12));
        const auto oneLayer = chainOf({kFlatten, linear("a", 0)}, {1, 3, 3}, 4, 2);
        const auto own = oneLayer[1].weight.slice(0, 2, 3) - oneLayer[1].weight;
        const auto exact = marginsOf(logitsOf(oneLayer, x), 2)[0] - 0.1 * own.abs().sum(1);
        QVERIFY(torch::allclose(marginBounds(oneLayer, x, label, Norm::Linf, 0.1, BoundMethod::Interval, kNoLimit)[0], exact, 0, 1e-12));
    }

    void aBallOfNoSizeGivesTheLogits() {
        std::int64_t seed = 0;
        for (const auto &[specs, shape] : smallChains()) {
            const auto chain = chainOf(specs, shape, 5, ++seed);
            const auto x = torch::rand({3, shape.channels, shape.height, shape.width}, torch::kFloat64);
            const auto labels = torch::tensor({std::int64_t(0), std::int64_t(3), std::int64_t(4)});
            const auto logits = logitsOf(chain, x), margins = logits.gather(1, labels.unsqueeze(1)) - logits;
            for (const auto method : kMethods) {
                for (const Norm norm : {Norm::Linf, Norm::L2}) {
                    QVERIFY(torch::allclose(marginBounds(chain, x, labels, norm, 0, method, kNoLimit), margins, 0, 1e-10));
                }
            }
        }
    }

    void noPointOfTheBallIsUnderTheBounds() {
        std::int64_t points = 0;
        for (std::int64_t seed = 0; seed < 20; ++seed) {
            const auto [specs, shape] = smallChains()[static_cast<std::size_t>(seed) % 4];
            const auto chain = chainOf(specs, shape, 5, seed);
            const auto x = torch::rand({1, shape.channels, shape.height, shape.width}, torch::kFloat64);
            const Norm norm = seed / 4 % 2 == 0 ? Norm::Linf : Norm::L2;
            const double eps = norm == Norm::Linf ? 0.1 : 0.4;
            auto best = torch::full({5}, -1e9, torch::kFloat64);
            for (const auto method : kMethods) {
                best = torch::max(best, marginBounds(chain, x, torch::tensor({std::int64_t(1)}), norm, eps, method, kNoLimit)[0]);
            }
            const torch::NoGradGuard noGrad;
            for (int part = 0; part < 5; ++part) {
                const auto around = pointsAround(x, norm, eps, 10000);
                QVERIFY((marginsOf(logitsOf(chain, around), 1).amin(0) - best).min().item<double>() > -1e-9);
                points += around.size(0);
            }
        }
        QCOMPARE(points, 1000000);
    }

    void descentStaysAboveTheBounds() {
        for (std::int64_t seed = 0; seed < 4; ++seed) {
            const auto [specs, shape] = smallChains()[static_cast<std::size_t>(seed)];
            const auto chain = chainOf(specs, shape, 5, 100 + seed);
            const auto x = torch::rand({1, shape.channels, shape.height, shape.width}, torch::kFloat64);
            const auto bound = marginBounds(chain, x, torch::tensor({std::int64_t(1)}), Norm::Linf, 0.1, BoundMethod::Crown, kNoLimit)[0];
            for (std::int64_t other = 0; other < 5; ++other) {
                auto moved = x.clone();
                for (int step = 0; step < 50 && other != 1; ++step) {
                    moved = moved.detach().requires_grad_(true);
                    const auto margin = marginsOf(logitsOf(chain, moved), 1)[0][other];
                    QVERIFY(margin.item<double>() > bound[other].item<double>() - 1e-9);
                    moved = moved.detach() - 0.02 * torch::autograd::grad({margin}, {moved})[0].sign();
                    moved = torch::min(torch::max(moved, x - 0.1), x + 0.1).clamp(0, 1);
                }
            }
        }
    }

    void tighterBoundsAreTighterAndALimitKeepsThemSound() {
        const auto [specs, shape] = smallChains()[0];
        const auto chain = chainOf(specs, shape, 5, 7);
        const auto x = torch::rand({1, 1, 3, 3}, torch::kFloat64);
        const auto region = regionAround(x, Norm::Linf, 0.2);
        const auto loose = intervalBounds(chain, region), tight = crownBounds(chain, loose, region, kNoLimit), limited = crownBounds(chain, loose, region, 0);
        QVERIFY(tight[4].lower.ge(loose[4].lower).all().item<bool>() && tight[4].upper.le(loose[4].upper).all().item<bool>());
        QVERIFY((tight[4].upper - tight[4].lower).sum().item<double>() < 0.9 * (loose[4].upper - loose[4].lower).sum().item<double>());
        QVERIFY(torch::equal(limited[4].lower, loose[4].lower));
    }

    void verdictsOfATrainedModel() {
        const LabelledImages train = halved(makeDigits(1500, 1)), test = halved(makeDigits(12, 2));
        const auto &recipe = findByName(compute().recipes(), "ibp", "recipe");
        TrainRequest request{"ibp", checkedOptions(recipe, {{"preset", "quick"}, {"steps", "400"}, {"batch-size", "50"}, {"eps", "0.1"}}), 1, "cpu", &train, &test, 10};
        const auto model = compute().train(request, {}, [](const Progress &) {});
        const auto classifier = compute().load(model.architecture, model.weights, {1, 14, 14}, 10, "cpu");
        const auto certifier = compute().makeCertifier(model.architecture, model.weights, {1, 14, 14}, 10, "cpu");
        const auto logits = classifier->logits(test.images);
        for (const auto &[norm, eps] : {std::pair(Norm::Linf, 0.05), std::pair(Norm::L2, 0.3), std::pair(Norm::Linf, 0.0), std::pair(Norm::Linf, 0.6)}) {
            const auto verdicts = certifier->certify(test.images, test.labels, norm, eps);
            std::int64_t right = 0, certified = 0, refuted = 0;
            for (std::size_t i = 0; i < verdicts.size(); ++i) {
                const auto &verdict = verdicts[i];
                QCOMPARE(verdict.isRight, predictedClass(logits[i]) == test.labels[i]);
                QVERIFY(verdict.isRight || verdict.status == CertificateStatus::NotCertified);
                QVERIFY((verdict.status == CertificateStatus::Certified) == (verdict.margin > 0));
                right += verdict.isRight;
                certified += verdict.status == CertificateStatus::Certified;
                refuted += verdict.method == "pgd";
            }
            QVERIFY(right > 8);
            QVERIFY(eps > 0 ? certified <= right : certified == right);
            QVERIFY(eps < 0.6 ? certified > 5 : refuted > 0 && certified < 5);   // even grey lies in every ball of 0.6: one class at most has it
        }
    }

    void storedTensorsKeepTheirNames() {   // of the study files that there are
        std::vector<std::string> names;
        for (const auto &parameter : makeNetwork("small-cnn", {1, 28, 28}, 10)->named_parameters()) {
            names.push_back(parameter.key());
        }
        QCOMPARE(names, (std::vector<std::string>{"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "hidden.weight", "hidden.bias", "output.weight", "output.bias"}));
    }

    void whatCannotBeCertifiedGivesItsLine() {
        QVERIFY(says(errorOf([] { compute().makeCertifier("resnet-18", {}, {1, 28, 28}, 10, "cpu"); }), "resnet-18, which is no feed-forward chain"));
        QCOMPARE(int(errorOf([] { compute().makeCertifier("resnet-18", {}, {1, 28, 28}, 10, "cpu"); }).code()), int(ErrorCode::Usage));
        QCOMPARE(int(errorOf([] { compute().makeCertifier("small-cnn", {}, {1, 28, 28}, 10, "cpu"); }).code()), int(ErrorCode::Damaged));
    }
};

QTEST_GUILESS_MAIN(TestBounds)
#include "test_bounds.moc"
