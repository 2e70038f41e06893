// metamer-probe: tries out a model file that somebody brings, in a process that may crash, hang or run out of memory without
// harm to anybody. Gets a request file, prints one JSON line. Started by core/lab/probe_model.cpp.

#include <cstdio>
#include <exception>

#include <sys/resource.h>

#include "core/attack/compute.h"
#include "core/base/json.h"
#include "core/base/plugin.h"
#include "core/data/file_bytes.h"
#include "core/data/npy.h"
#include "core/model/model_checks.h"
#include "core/model/onnx.h"

using namespace metamer;

namespace {

/// So much memory of its own and no core file. Under a sanitizer the shadow memory counts, so it goes without.
void limitMemory(int mib) {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
    const rlim_t bytes = static_cast<rlim_t>(mib) << 20;
    const rlimit data{bytes, bytes};
    setrlimit(RLIMIT_DATA, &data);
#else
    static_cast<void>(mib);
#endif
}

LabelledImages sampleOf(const Json &request) {
    const NpyArray array = readNpy(request.at("images").get<std::string>());
    LabelledImages sample;
    sample.images.shape = {static_cast<int>(array.shape.at(1)), static_cast<int>(array.shape.at(2)), static_cast<int>(array.shape.at(3))};
    sample.images.bytes = array.bytes;
    sample.labels = request.at("labels").get<std::vector<int>>();
    return sample;
}

Json probe(const Json &request) {
    const LabelledImages sample = sampleOf(request);
    const Pixels file = readFileBytes(request.at("file").get<std::string>());
    const int classes = request.at("classes");
    const ImageShape &shape = sample.images.shape;
    Normalisation normalisation{request.at("mean").get<std::vector<double>>(), request.at("std").get<std::vector<double>>()};
    TorchScriptFacts facts;
    std::unique_ptr<Classifier> model;
    bool isFromFile = false;
    if (request.at("architecture") == kOnnx) {
        model = onnxRuntime().load(file, shape, classes, normalisation);
    } else {
        Compute &engine = *reinterpret_cast<Compute *(*)()>(openPluginSymbol("metamer_compute", "metamerCompute"))();
        facts = engine.inspectTorchScript(file);
        isFromFile = normalisation.isNone() && !facts.normalisation.isNone();
        normalisation = isFromFile ? facts.normalisation : normalisation;
        normalisation.check(shape.channels);
        model = engine.loadTorchScript(file, shape, classes, normalisation, "cpu");
    }
    const ModelChecks checks = checkModel(*model, sample, classes);
    return {{"classes", checks.classes}, {"gradients", checks.hasGradients}, {"images", checks.images}, {"accuracy", checks.accuracy},
            {"seconds_an_image", checks.secondsAnImage}, {"warnings", checks.warnings}, {"mean", normalisation.mean}, {"std", normalisation.std},
            {"from_file", isFromFile}, {"normalises_inside", facts.normalisesInside}};
}

Json failure(ErrorCode code, const std::string &message) { return {{"error", message}, {"code", static_cast<int>(code)}}; }

Json answerTo(const char *requestFile) {
    int memoryMib = 0;
    try {
        const Pixels text = readFileBytes(requestFile);
        const Json request = Json::parse(text.begin(), text.end());
        memoryMib = request.at("memory_mib");
        limitMemory(memoryMib);
        return probe(request);
    } catch (const Error &error) {
        const std::string text = error.what();
        return text.starts_with("out of memory") ? failure(ErrorCode::BadInput, "it needs more than " + std::to_string(memoryMib) + " MiB to load and answer 200 images; try a smaller model, or bring it with --command")
                                                 : failure(error.code(), text);
    } catch (const std::bad_alloc &) {
        return failure(ErrorCode::BadInput, "it needs more than " + std::to_string(memoryMib) + " MiB to load and answer 200 images; try a smaller model, or bring it with --command");
    } catch (const std::exception &error) {
        return failure(ErrorCode::BadInput, std::string("it cannot be loaded: ") + error.what());
    }
}

}  // namespace

int main(int argc, char **argv) {
    if (argc != 2) {
        std::fputs("metamer-probe: is started by metamer-cli and metamer; it needs a request file\n", stderr);
        return 2;
    }
    const std::string line = answerTo(argv[1]).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    std::fputs(line.c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
}
