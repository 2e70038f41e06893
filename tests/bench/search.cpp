// What the attacks' searches cost, beside what they are set against, in one run on the same cores.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include <torch/torch.h>

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QThread>

#include "core/attack/compute.h"
#include "core/attack/donor_search.h"
#include "core/attack/proxy/ensemble.h"
#include "core/attack/registry.h"
#include "core/attack/semantic/donor_placer.h"
#include "core/attack/semantic/toggles.h"
#include "core/base/json.h"
#include "core/data/dataset_reader.h"
#include "core/data/file_bytes.h"
#include "core/data/npy.h"
#include "core/model/devices.h"
#include "core/model/tensors.h"
#include "tests/bench/bench.h"

namespace metamer::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kBaselineSources = 4;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

fs::path sharedFolder() {
    const char *given = std::getenv("METAMER_SHARED");
    return given != nullptr ? fs::path(given) : fs::path(METAMER_SOURCE_DIR) / ".." / "shared";
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

struct Data {
    LoadedDataset mnist;
    std::vector<std::int64_t> indices;   ///< the released test images

    std::span<const std::uint8_t> source(std::size_t i) const { return mnist.test.images.at(indices[i]); }
    int label(std::size_t i) const { return mnist.test.labels[static_cast<std::size_t>(indices[i])]; }
};

AttackSetup setupFor(const Data &data, const std::string &attack, Norm norm, const std::string &eps) {
    const auto infos = attackInfos();
    return {Budget::parse(norm, eps), Targets::parse("all", 10), findByName(infos, attack, "attack").schema.check({}), 0, "cpu", &data.mnist.train, nullptr, {}};
}

/// Seconds an image over the first `count` sources; the first is run once before, so that nothing is loaded in the measured time.
double secondsAnImage(const Data &data, Attack &attack, std::size_t count) {
    attack.perturb(data.source(0), data.label(0), {});
    const double start = now();
    for (std::size_t i = 0; i < count; ++i) {
        attack.perturb(data.source(i), data.label(i), {});
    }
    return (now() - start) / static_cast<double>(count);
}

NpyArray bytesArray(const LabelledImages &images, std::size_t count) {
    return {"", 'u', 1, {static_cast<std::int64_t>(count), 28, 28}, {images.images.bytes.begin(), images.images.bytes.begin() + static_cast<std::ptrdiff_t>(784 * count)}};
}

/// The same versions as linf-nearest makes: 5 x 5 shifts up to 3 px, 31 rotations up to 30 degrees.
std::vector<Alignment> releasedGrid() {
    std::vector<Alignment> grid;
    for (int x = -2; x <= 2; ++x) {
        for (int y = -2; y <= 2; ++y) {
            for (int turn = -15; turn <= 15; ++turn) {
                grid.push_back({1.5 * x, 1.5 * y, 2.0 * turn});
            }
        }
    }
    return grid;
}

void measureNearest(const Data &data) {
    const auto attack = makeRegisteredAttack("linf-nearest", setupFor(data, "linf-nearest", Norm::Linf, "0.4"));
    const double whole = secondsAnImage(data, *attack, 40);
    const DonorSearch search(data.mnist.train, torch::kCPU);
    const auto grid = releasedGrid();
    const auto seenFrom = alignmentGrid(grid, false, 28, 28, torch::kCPU);
    LabelledImages sources{{data.mnist.test.images.shape, {}}, {}};
    std::vector<std::vector<NearestDonor>> ours;
    std::vector<float> versions;
    for (std::size_t i = 0; i < kBaselineSources; ++i) {
        sources.images.append(data.source(i));
        sources.labels.push_back(data.label(i));
        const auto rows = warp(toTensor(data.source(i), 1, {1, 28, 28}, torch::kCPU).expand({static_cast<std::int64_t>(grid.size()), -1, -1, -1}), seenFrom).flatten(1).contiguous();
        versions.insert(versions.end(), rows.data_ptr<float>(), rows.data_ptr<float>() + rows.numel());
        ours.push_back(search.nearest(rows, Targets::parse("all", 10).allowedFor(data.label(i))));
    }
    QTemporaryDir folder;
    const auto at = [&](const char *name) { return folder.filePath(QString::fromLatin1(name)); };
    const auto write = [&](const char *name, const NpyArray &array) { writeFileBytes(at(name).toStdString(), formatNpy(array)); };
    const auto labels = [](const std::vector<int> &values) { return npyOf(std::vector<std::int64_t>(values.begin(), values.end()), {static_cast<std::int64_t>(values.size())}); };
    write("train.npy", bytesArray(data.mnist.train, static_cast<std::size_t>(data.mnist.train.count())));
    write("train_labels.npy", labels(data.mnist.train.labels));
    write("sources.npy", bytesArray(sources, kBaselineSources));
    write("labels.npy", labels(sources.labels));
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(versions.data());
    write("versions.npy", {"", 'f', 4, {kBaselineSources, static_cast<std::int64_t>(grid.size()), 784}, {bytes, bytes + versions.size() * sizeof(float)}});
    QProcess python;
    python.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    python.start(QStringLiteral("/usr/bin/python3"), {QStringLiteral(METAMER_SOURCE_DIR "/tests/bench/baseline_nearest.py"), at("train.npy"), at("train_labels.npy"), at("sources.npy"),
                                                      at("labels.npy"), at("versions.npy")});
    python.waitForFinished(-1);
    const Json baseline = Json::parse(python.readAllStandardOutput().toStdString(), nullptr, false);
    std::printf("linf-nearest, 9 classes, 60,000 donors, 775 versions: %.4f s an image, transforms and last step included\n", whole);
    if (!baseline.is_object()) {
        std::printf("  no baseline: it needs python3-numpy, python3-scipy and python3-sklearn\n");
        return;
    }
    int same = 0, all = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        for (std::size_t c = 0; c < ours[i].size(); ++c, ++all) {
            same += ours[i][c].index == baseline["neighbours"][i][c][0] || std::abs(std::sqrt(ours[i][c].squaredDistance) - baseline["neighbours"][i][c][1].get<double>()) < 1e-5;
        }
    }
    const double theirs = baseline["transforms"].get<double>() + baseline["search"].get<double>();
    std::printf("  Python baseline: transforms %.3f, search %.3f, together %.3f s an image; %.1f times as long; same neighbours %d of %d\n", baseline["transforms"].get<double>(),
                baseline["search"].get<double>(), theirs, theirs / whole, same, all);
}

/// The selector from $METAMER_PROXIES/selector.proxy (as metamer-engine --proxies keeps it).
std::shared_ptr<const OracleProxy> selector() {
    const char *folder = std::getenv("METAMER_PROXIES");
    const fs::path file = folder != nullptr ? fs::path(folder) / "selector.proxy" : fs::path();
    return folder != nullptr && fs::exists(file) ? std::shared_ptr<const OracleProxy>(loadProxyEnsemble(ProxyRole::Selector, readFileBytes(file), "bench", {1, 28, 28}, 10, "cpu")) : nullptr;
}

void measureFigures(const Data &data) {
    const auto proxy = selector();
    if (proxy == nullptr) {
        std::printf("linf-semantic, l2-semantic, l0-transform: not measured; name the folder of 'metamer-engine --proxies' in METAMER_PROXIES\n");
        return;
    }
    for (const auto &[name, norm, eps] : {std::tuple{"linf-semantic", Norm::Linf, "0.4"}, std::tuple{"l2-semantic", Norm::L2, "4"}, std::tuple{"l0-transform", Norm::L0, "45"}}) {
        AttackSetup setup = setupFor(data, name, norm, eps);
        setup.targets = Targets::parse("any", 10);
        setup.selector = proxy;
        const auto attack = makeRegisteredAttack(name, setup);
        std::printf("%s, 60,000 donors, best of 9 classes: %.3f s an image\n", name, secondsAnImage(data, *attack, 40));
        std::fflush(stdout);
    }
}

/// Random search over affine transforms of the training set, the published first stage: fewest differing pixels to an image
/// of another class, over all transforms so far. Median over the sources after `seconds`.
void measureRandomSearch(const Data &data, double seconds) {
    const torch::NoGradGuard noGrad;
    const auto count = static_cast<std::int64_t>(data.indices.size());
    std::vector<torch::Tensor> rows;
    std::vector<std::int64_t> labels;
    for (std::size_t i = 0; i < data.indices.size(); ++i) {
        rows.push_back(toTensor(data.source(i), 1, {1, 28, 28}, torch::kCPU).gt(0.5).to(torch::kFloat32).view({784}));
        labels.push_back(data.label(i));
    }
    const auto sources = torch::stack(rows);
    const auto train = toTensor(data.mnist.train.images.bytes, data.mnist.train.count(), {1, 28, 28}, torch::kCPU);
    const auto isSame = torch::tensor(std::vector<std::int64_t>(data.mnist.train.labels.begin(), data.mnist.train.labels.end())).unsqueeze(1).eq(torch::tensor(labels).unsqueeze(0));
    auto generator = at::detail::createCPUGenerator(1);
    const auto uniform = [&](double low, double high) { return low + (high - low) * torch::rand({1}, generator).item<double>(); };
    auto best = torch::full({count}, 1e9f);
    const double start = now();
    int ticks = 0;
    double report = 10;
    while (now() - start < seconds) {
        const double angle = ticks == 0 ? 0 : uniform(-0.25, 0.25), scale = ticks == 0 ? 1 : uniform(0.8, 1.2), shear = ticks == 0 ? 0 : uniform(-0.2, 0.2);
        const double moveX = ticks == 0 ? 0 : uniform(-8, 8) / 14, moveY = ticks == 0 ? 0 : uniform(-8, 8) / 14, c = std::cos(angle) / scale, s = std::sin(angle) / scale;
        const auto theta = torch::tensor({c, shear * c - s, moveX, s, shear * s + c, moveY}).to(torch::kFloat32).view({1, 2, 3});
        const auto grid = at::affine_grid_generator(theta, {1, 1, 28, 28}, false);
        const auto moved = at::grid_sampler(train, grid.expand({train.size(0), -1, -1, -1}), 0, 0, false);
        const auto isCut = moved.sum({1, 2, 3}) * scale * scale < 0.85 * train.sum({1, 2, 3});
        const auto binary = moved.gt(0.5).to(torch::kFloat32).flatten(1);
        auto distances = binary.sum(1, true) + sources.sum(1).unsqueeze(0) - 2 * torch::mm(binary, sources.t());
        distances.masked_fill_(isSame.logical_or(isCut.unsqueeze(1)), 1e9);
        best = torch::minimum(best, distances.amin(0));
        ++ticks;
        if (now() - start > report || ticks == 1) {
            std::printf("  random search over transforms of the training set: median %.1f after %d transforms, %.0f s\n", best.median().item<double>(), ticks, now() - start);
            std::fflush(stdout);
            report *= 2;
        }
    }
    std::printf("  random search over transforms of the training set: median %.1f after %d transforms, %.0f s\n", best.median().item<double>(), ticks, now() - start);
}

void measureL0(const Data &data, double seconds) {
    const DonorPlacer placer(setupFor(data, "l0-transform", Norm::L0, "25"));
    std::vector<double> fewest;
    const double start = now();
    for (std::size_t i = 0; i < data.indices.size(); ++i) {
        const Pixels source(data.source(i).begin(), data.source(i).end());
        const InkMask binary = inkMask(source);
        const InkCost cost = InkCost::plain(InkPlane(binary.begin(), binary.end()), 1);
        const auto placed = placer.place(cost, Targets::parse("all", 10).allowedFor(data.label(i)), 4, placer.seedOf(source));
        double least = 1e9;
        for (const auto &donor : placed) {
            const InkMask wanted = inkMask(placer.planeOf(donor));
            double different = 0;
            for (std::size_t p = 0; p < wanted.size(); ++p) {
                different += wanted[p] != binary[p];
            }
            least = std::min(least, different);
        }
        fewest.push_back(least);
    }
    std::printf("l0-transform's search, %zu sources: median %.1f differing pixels in %.1f s\n", data.indices.size(), median(fewest), now() - start);
    std::fflush(stdout);
    measureRandomSearch(data, seconds);
}

}  // namespace

int measureSearch(const QStringList &arguments) {
    const fs::path shared = sharedFolder();
    if (!fs::exists(shared / "released" / "indexs.npy")) {
        std::fprintf(stderr, "no MNIST and released indices in %s; name their folder in METAMER_SHARED\n", shared.c_str());
        return 1;
    }
    prepareTorch();
    Data data{loadDataset("mnist", shared / "mnist"), readNpy(shared / "released" / "indexs.npy").asIntegers()};
    std::printf("%d cores; sources: the released test images\n", QThread::idealThreadCount());
    measureNearest(data);
    measureFigures(data);
    measureL0(data, arguments.isEmpty() ? 60 : arguments[0].toDouble());
    return 0;
}

}  // namespace metamer::bench
