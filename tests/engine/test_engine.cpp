// metamer-engine's work on arrays made here: known donors, ball, layout, same seed, stop, bad input.
// With the argument "gpu" the same on cuda:0, compared with the CPU.

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>

#include <unistd.h>

#include "app/engine/engine.h"
#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/data/file_bytes.h"
#include "core/data/image_array.h"
#include "core/model/devices.h"
#include "tests/engine/check.h"

using namespace metamer;

namespace {

namespace fs = std::filesystem;

constexpr int kSide = 20;

/// A bar of class 0 (upright), 1 (level) or 2 (slanted), moved and inked at random; [side * side].
Pixels bar(int label, Rng &rng) {
    Pixels pixels(kSide * kSide, 0);
    const double shift = rng.uniform(-2, 2), ink = rng.uniform(180, 255);
    for (int y = 0; y < kSide; ++y) {
        for (int x = 0; x < kSide; ++x) {
            const double across = label == 0 ? x - 9.5 - shift : (label == 1 ? y - 9.5 - shift : (x - y) * 0.7 - shift);
            const double along = label == 0 ? y - 9.5 : (label == 1 ? x - 9.5 : (x + y) * 0.7 - 13.4);
            if (std::abs(across) < 1.6 && std::abs(along) < 7) {
                pixels[static_cast<std::size_t>(y) * kSide + x] = static_cast<std::uint8_t>(ink);
            }
        }
    }
    return pixels;
}

struct Files {
    fs::path folder;
    explicit Files(const std::string &name) : folder(fs::temp_directory_path() / ("metamer-engine-" + name + "-" + std::to_string(getpid()))) {
        fs::create_directories(folder);
    }
    ~Files() { fs::remove_all(folder); }
    fs::path operator/(const std::string &name) const { return folder / name; }
};

void writeSet(const Files &files, const std::string &name, int count, std::uint64_t seed, bool isColour) {
    Rng rng(seed);
    NpyArray images{"", 'u', 1, {count, kSide, kSide}, {}};
    std::vector<std::int64_t> labels;
    for (int i = 0; i < count; ++i) {
        const Pixels pixels = bar(i % 3, rng);
        for (const auto pixel : pixels) {
            images.bytes.insert(images.bytes.end(), isColour ? 3 : 1, pixel);
        }
        labels.push_back(i % 3);
    }
    if (isColour) {
        images.shape.push_back(3);   // NHWC
    }
    writeFileBytes(files / (name + ".npy"), formatNpy(images));
    writeFileBytes(files / (name + "-labels.npy"), formatNpy(npyOf(labels, {count})));
}

EngineRequest requestFor(const Files &files, const std::string &out, const std::string &device) {
    EngineRequest request;
    request.attack = "linf-nearest";
    request.eps = "0.4";
    request.sources = files / "sources.npy";
    request.labels = files / "sources-labels.npy";
    request.donors = files / "donors.npy";
    request.donorLabels = files / "donors-labels.npy";
    request.out = files / out;
    request.device = device;
    request.options = {{"rotation-steps", "7"}};
    return request;
}

std::vector<std::string> run(const EngineRequest &request, EngineOutcome *outcome = nullptr, const StopToken &stop = {}) {
    std::vector<std::string> lines;
    const EngineOutcome ended = runEngine(request, stop, [](const Progress &) {}, [&](const std::string &line) { lines.push_back(line); });
    if (outcome != nullptr) {
        *outcome = ended;
    }
    return lines;
}

std::string errorOf(const std::function<void()> &work, ErrorCode code) {
    try {
        work();
    } catch (const Error &error) {
        CHECK(error.code() == code);
        return error.what();
    }
    CHECK(!"an Error is thrown");
    return {};
}

void examplesAreInTheBallAndTold(const std::string &device) {
    const Files files("ball");
    writeSet(files, "sources", 6, 1, false);
    writeSet(files, "donors", 60, 2, false);
    EngineOutcome outcome;
    const auto lines = run(requestFor(files, "out.npy", device), &outcome);
    CHECK(outcome.end == JobEnd::Finished);
    CHECK(outcome.examples == 6 && outcome.sources == 6);
    CHECK(lines.size() == 6);
    CHECK(lines[4].starts_with(R"({"source":4,"outcome":"found","row":4,"label":1,"target_class":)"));
    CHECK(lines[0].find(R"("transform":{"shift_x":)") != std::string::npos);
    const NpyArray out = readNpy(files / "out.npy"), sources = readNpy(files / "sources.npy");
    CHECK(out.shape == sources.shape);
    CHECK(out.typeName() == "uint8");
    int greatest = 0, moved = 0;
    for (std::size_t i = 0; i < out.bytes.size(); ++i) {
        const int difference = std::abs(int(out.bytes[i]) - int(sources.bytes[i]));
        greatest = std::max(greatest, difference);
        moved += difference > 0;
    }
    CHECK(greatest <= 102);
    CHECK(moved > 100);
}

void sameSeedSameBytes(const std::string &device) {
    const Files files("seed");
    writeSet(files, "sources", 3, 3, false);
    writeSet(files, "donors", 30, 4, false);
    CHECK(run(requestFor(files, "a.npy", device)) == run(requestFor(files, "b.npy", device)));
    CHECK(readNpy(files / "a.npy").bytes == readNpy(files / "b.npy").bytes);
}

void aDonorThatIsTheSourceTurnedIsFound(const std::string &device) {
    const Files files("known");
    Rng rng(5);
    const Pixels upright = bar(0, rng);
    NpyArray source{"", 'u', 1, {1, kSide, kSide}, upright};
    NpyArray donors{"", 'u', 1, {2, kSide, kSide}, Pixels(2 * kSide * kSide, 0)};
    std::copy(upright.begin(), upright.end(), donors.bytes.begin());
    donors.bytes[kSide * kSide + 5] = 255;   // of the other class, far away
    writeFileBytes(files / "sources.npy", formatNpy(source));
    writeFileBytes(files / "donors.npy", formatNpy(donors));
    writeFileBytes(files / "sources-labels.npy", formatNpy(npyOf(std::vector<std::int64_t>{0}, {1})));
    writeFileBytes(files / "donors-labels.npy", formatNpy(npyOf(std::vector<std::int64_t>{1, 2}, {2})));
    auto request = requestFor(files, "out.npy", device);
    request.targets = "1";
    const auto lines = run(request);
    CHECK(lines.size() == 1 && lines[0].find(R"("donor_index":0)") != std::string::npos);
    CHECK(lines[0].find(R"("shift_x":0,"shift_y":0,"rotation_degrees":0)") != std::string::npos);
    CHECK(readNpy(files / "out.npy").bytes == upright);   // nothing to change
}

void oneEachAndColourKeepTheLayout(const std::string &device) {
    const Files files("colour");
    writeSet(files, "sources", 2, 6, true);
    writeSet(files, "donors", 30, 7, true);
    auto request = requestFor(files, "out.npy", device);
    request.targets = "all";
    EngineOutcome outcome;
    run(request, &outcome);
    CHECK(outcome.examples == 4);   // two other classes each
    const NpyArray out = readNpy(files / "out.npy");
    CHECK(out.shape == (std::vector<std::int64_t>{4, kSide, kSide, 3}));
    bool isGrey = true;   // grey in, grey out: the channels were put back where they belong
    for (std::size_t i = 0; i < out.bytes.size(); i += 3) {
        isGrey = isGrey && out.bytes[i] == out.bytes[i + 1] && out.bytes[i] == out.bytes[i + 2];
    }
    CHECK(isGrey);
}

void stoppedItWritesWhatItHas() {
    const Files files("stop");
    writeSet(files, "sources", 5, 8, false);
    writeSet(files, "donors", 9, 9, false);
    StopToken stop;
    stop.requestStop();
    EngineOutcome outcome;
    run(requestFor(files, "out.npy", "cpu"), &outcome, stop);
    CHECK(outcome.end == JobEnd::Stopped && outcome.examples == 0);
    CHECK(readNpy(files / "out.npy").shape[0] == 0);
}

void badInputIsNamed() {
    const Files files("bad");
    writeSet(files, "sources", 3, 1, false);
    writeSet(files, "donors", 9, 2, false);
    const auto with = [&](const std::function<void(EngineRequest &)> &change, ErrorCode code) {
        EngineRequest request = requestFor(files, "out.npy", "cpu");
        change(request);
        return errorOf([&] { run(request); }, code);
    };
    CHECK(with([](EngineRequest &request) { request.attack = "fgsm"; }, ErrorCode::Usage).find("linf-nearest") != std::string::npos);
    CHECK(with([](EngineRequest &request) { request.norm = "l2"; }, ErrorCode::Usage).find("does not work") != std::string::npos);
    with([](EngineRequest &request) { request.eps = "0.001"; }, ErrorCode::Usage);
    with([](EngineRequest &request) { request.options["speed"] = "9"; }, ErrorCode::Usage);
    CHECK(with([](EngineRequest &request) { request.device = "cuda:99"; }, ErrorCode::Device).find("cpu") != std::string::npos);
    with([](EngineRequest &request) { request.sources += ".gone"; }, ErrorCode::NotFound);
    CHECK(with([](EngineRequest &request) { request.labels = request.donorLabels; }, ErrorCode::BadInput).find("3 images") != std::string::npos);
    CHECK(with([](EngineRequest &request) { request.donors = request.labels; }, ErrorCode::BadInput).find("not images") != std::string::npos);
    CHECK(!fs::exists(files / "out.npy"));
    with([](EngineRequest &request) { request.out = "/nowhere/at/all.npy"; }, ErrorCode::Io);
}

/// The same sources on both devices: the same donors, and bytes that differ by a grey level at most where rounding is close.
void theGpuAgreesWithTheCpu() {
    const Files files("gpu");
    writeSet(files, "sources", 12, 10, false);
    writeSet(files, "donors", 600, 11, false);
    run(requestFor(files, "cpu.npy", "cpu"));
    run(requestFor(files, "gpu.npy", "cuda:0"));
    const NpyArray cpu = readNpy(files / "cpu.npy"), gpu = readNpy(files / "gpu.npy");
    CHECK(cpu.shape == gpu.shape);
    int greatest = 0;
    for (std::size_t i = 0; i < cpu.bytes.size(); ++i) {
        greatest = std::max(greatest, std::abs(int(cpu.bytes[i]) - int(gpu.bytes[i])));
    }
    CHECK(greatest <= 1);
}

}  // namespace

int main(int argc, char **argv) {
    const bool isGpu = argc > 1 && std::strcmp(argv[1], "gpu") == 0;
    prepareTorch();
    if (isGpu && torchDevices().size() < 2) {
        std::puts("no CUDA device here: skipped");
        return 77;   // ctest counts it as skipped
    }
    const std::string device = isGpu ? "cuda:0" : "cpu";
    examplesAreInTheBallAndTold(device);
    sameSeedSameBytes(device);
    aDonorThatIsTheSourceTurnedIsFound(device);
    oneEachAndColourKeepTheLayout(device);
    if (isGpu) {
        theGpuAgreesWithTheCpu();
    } else {
        stoppedItWritesWhatItHas();
        badInputIsNamed();
    }
    std::printf("LibTorch %s on %s: %d failed\n", torchVersionText().c_str(), device.c_str(), test::failures());
    return test::failures() == 0 ? 0 : 1;
}
