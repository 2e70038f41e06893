#include "core/model/torchscript.h"

#include <algorithm>
#include <sstream>

#include <torch/csrc/jit/runtime/print_handler.h>
#include <torch/script.h>
#include <torch/torch.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/model/blas_threads.h"
#include "core/model/tensors.h"

namespace metamer {
namespace {

constexpr std::int64_t kBatch = 200;
constexpr const char *kExtraFile = "metamer.json";

/// The line of an error that says what is wrong: of the interpreter's report the last, of others the first.
std::string plainLine(const std::string &text) {
    std::string line;
    const auto start = text.rfind("RuntimeError: ");
    if (start != std::string::npos) {
        line = text.substr(start + 14);
    } else {
        line = text;
    }
    line = trimmed(line.substr(0, line.find('\n')));
    return line.substr(0, 300);
}

std::string messageOf(const std::exception &error) {
    const auto *ofTorch = dynamic_cast<const c10::Error *>(&error);
    return ofTorch != nullptr ? ofTorch->what_without_backtrace() : error.what();
}

torch::jit::Module readModule(const Pixels &file, torch::Device device, torch::jit::ExtraFilesMap &extra) {
    torch::jit::setPrintHandler([](const std::string &) {});   // standard output is for our one JSON object
    std::istringstream stream(std::string(file.begin(), file.end()));
    try {
        auto module = torch::jit::load(stream, device, extra);
        module.eval();
        return module;
    } catch (const std::bad_alloc &) {
        throw;
    } catch (const std::exception &error) {
        const std::string text = messageOf(error);
        const auto unknown = text.find("Unknown builtin op: ");
        if (unknown != std::string::npos) {
            throw Error(ErrorCode::BadInput, "this LibTorch (" + std::string(TORCH_VERSION) + ") does not know " + text.substr(unknown + 20, text.find_first_of(".\n", unknown + 20) - unknown - 20) +
                                                 ", which the file uses; export it with an older torch, or bring the model with --command and metamer_model.py");
        }
        throw Error(ErrorCode::BadInput, "LibTorch " + std::string(TORCH_VERSION) + " cannot read this TorchScript: " + plainLine(text) + "; save the model again");
    }
}

std::string shapeText(const ImageShape &shape) {
    return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" + std::to_string(shape.width);
}

class TorchScriptClassifier final : public Classifier {
public:
    TorchScriptClassifier(torch::jit::Module module, const ImageShape &shape, int classCount, const Normalisation &normalisation, torch::Device device)
        : m_module(std::move(module)), m_shape(shape), m_classCount(classCount), m_device(device) {
        if (!normalisation.isNone()) {
            const auto asTensor = [&](const std::vector<double> &values) {
                return torch::tensor(values, torch::kFloat64).to(torch::kFloat32).view({1, -1, 1, 1}).to(device);
            };
            m_mean = asTensor(normalisation.mean);
            m_std = asTensor(normalisation.std);
        }
        for (auto parameter : m_module.parameters()) {
            parameter.set_requires_grad(false);
        }
        tryOut();
    }

    std::vector<std::vector<float>> logits(const ImageSet &images) const override {
        if (images.shape != m_shape) {
            throw Error(ErrorCode::BadInput, "the model takes images of another size; import one for this data set");
        }
        const torch::NoGradGuard noGrad;
        const OneBlasThread oneThread;
        std::vector<std::vector<float>> rows;
        for (std::int64_t start = 0; start < images.count(); start += m_batch) {
            const std::int64_t count = std::min(m_batch, images.count() - start);
            const auto bytes = std::span(images.bytes).subspan(static_cast<std::size_t>(start) * m_shape.size(), static_cast<std::size_t>(count) * m_shape.size());
            const auto out = forward(toTensor(bytes, count, m_shape, m_device)).cpu().contiguous();
            for (auto &row : checkedRows({out.data_ptr<float>(), static_cast<std::size_t>(out.numel())}, count, m_classCount)) {
                rows.push_back(std::move(row));
            }
        }
        return rows;
    }

    std::vector<float> logitsOf(std::span<const float> x, std::int64_t count) const override {
        const torch::NoGradGuard noGrad;
        return inBatches(x, count, [&](std::int64_t, const torch::Tensor &part) { return forward(part); });
    }

    bool hasGradients() const override { return m_hasGradients; }

    std::vector<float> gradients(std::span<const float> x, std::int64_t count, std::span<const float> weights) const override {
        if (!m_hasGradients) {
            return Classifier::gradients(x, count, weights);
        }
        return inBatches(x, count, [&](std::int64_t start, const torch::Tensor &part) {
            const auto own = torch::from_blob(const_cast<float *>(weights.data()) + start * m_classCount, {part.size(0), m_classCount}, torch::kFloat32).to(m_device);
            return gradientOf(part, own);
        });
    }

    std::string device() const override { return m_device.str(); }

private:
    template <typename Work>
    std::vector<float> inBatches(std::span<const float> x, std::int64_t count, const Work &work) const {
        const OneBlasThread oneThread;
        std::vector<float> all;
        for (std::int64_t start = 0; start < count; start += m_batch) {
            const std::int64_t size = std::min(m_batch, count - start);
            const auto part = torch::from_blob(const_cast<float *>(x.data()) + start * static_cast<std::int64_t>(m_shape.size()),
                                               {size, m_shape.channels, m_shape.height, m_shape.width}, torch::kFloat32).to(m_device);
            const auto out = work(start, part).cpu().contiguous();
            all.insert(all.end(), out.template data_ptr<float>(), out.template data_ptr<float>() + out.numel());
        }
        return all;
    }

    torch::Tensor gradientOf(const torch::Tensor &x, const torch::Tensor &weights) const {
        const torch::AutoGradMode grad(true);
        const auto leaf = x.detach().clone().set_requires_grad(true);
        const auto sum = (forward(leaf) * weights).sum();
        return torch::autograd::grad({sum}, {leaf})[0];
    }

    /// Logits [N, classes] of x in [0, 1].
    torch::Tensor forward(const torch::Tensor &x) const {
        // The plain executor: the profiling one compiles anew after the first calls, and answers change in the last digits.
        const torch::jit::GraphOptimizerEnabledGuard plain(false);
        torch::jit::IValue out;
        try {
            out = m_module.forward({m_mean.defined() ? (x - m_mean) / m_std : x});
        } catch (const std::bad_alloc &) {
            throw Error(ErrorCode::Device, "out of memory while the model answers; close other programs");
        } catch (const std::exception &error) {
            throw runningFailed(messageOf(error));
        }
        if (!out.isTensor()) {
            throw Error(ErrorCode::BadInput, "the model gives a " + out.tagKind() + ", not one tensor of logits; export one that returns its logits only");
        }
        const torch::Tensor logits = out.toTensor();
        if (logits.dim() != 2 || logits.size(0) != x.size(0)) {
            std::ostringstream sizes;
            sizes << logits.sizes() << " for " << countOf(x.size(0), "image");
            throw Error(ErrorCode::BadInput, "the model gives a tensor of size " + sizes.str() + ", not [N, classes]; export one that returns its logits only");
        }
        if (logits.size(1) != m_classCount) {
            throw Error(ErrorCode::BadInput, "the model has " + std::to_string(logits.size(1)) + " classes, the data set has " + std::to_string(m_classCount) + "; use a model of the same classes");
        }
        return logits.to(torch::kFloat32);
    }

    Error runningFailed(const std::string &text) const {
        const std::string line = plainLine(text);
        if (text.find("out of memory") != std::string::npos || text.find("can't allocate memory") != std::string::npos) {
            return Error(ErrorCode::Device, "out of memory while the model answers; close other programs");
        }
        if (!m_device.is_cuda() && (text.find("CUDA") != std::string::npos || text.find("cuda") != std::string::npos || text.find("No kernel") != std::string::npos)) {
            return Error(ErrorCode::Device, "the model has a CUDA device written into its code and cannot run on " + m_device.str() + " (" + line.substr(0, line.find(". ")) +
                                                "); in Python move it with model.cpu() before torch.jit.trace");
        }
        return Error(ErrorCode::BadInput, "the model cannot answer images of " + shapeText(m_shape) + ": " + line + "; use one made for this size, in NCHW");
    }

    /// Whether it takes batches, and lets gradients through.
    void tryOut() {
        const auto blank = [&](std::int64_t count) { return torch::zeros({count, m_shape.channels, m_shape.height, m_shape.width}, torch::TensorOptions(m_device)); };
        const torch::NoGradGuard noGrad;
        const OneBlasThread oneThread;
        forward(blank(1));
        try {
            forward(blank(2));
        } catch (const Error &) {
            m_batch = 1;   // traced with the batch's size in it
        }
        try {
            gradientOf(blank(1), torch::ones({1, m_classCount}, torch::TensorOptions(m_device)));
            m_hasGradients = true;
        } catch (const c10::Error &) {
            m_hasGradients = false;
        } catch (const Error &) {
            m_hasGradients = false;
        }
    }

    mutable torch::jit::Module m_module;
    ImageShape m_shape;
    int m_classCount;
    torch::Device m_device;
    torch::Tensor m_mean, m_std;
    std::int64_t m_batch = kBatch;
    bool m_hasGradients = false;
};

std::string lastPart(const std::string &name) { return name.substr(name.rfind('.') + 1); }

/// A pair of buffers, parameters or constants called mean and std.
std::string normalisationIn(const torch::jit::Module &module) {
    const auto isOne = [](const std::string &name, std::initializer_list<const char *> words) {
        return std::any_of(words.begin(), words.end(), [&](const char *word) { return lastPart(name) == word; });
    };
    std::string mean;
    bool hasDeviation = false;
    const auto look = [&](const std::string &name) {
        if (isOne(name, {"mean", "_mean", "mu", "means"})) {
            mean = name;
        }
        hasDeviation = hasDeviation || isOne(name, {"std", "_std", "sigma", "stds"});
    };
    const auto lookAt = [&](const std::string &prefix, const torch::jit::Module &part) {
        for (const auto &attribute : part.named_attributes(false)) {
            look(prefix.empty() ? attribute.name : prefix + "." + attribute.name);
        }
    };
    for (const auto &part : module.named_modules()) {
        lookAt(part.name, part.value);
    }
    return hasDeviation ? mean : "";
}

}  // namespace

TorchScriptFacts inspectTorchScript(const Pixels &file) {
    torch::jit::ExtraFilesMap extra{{kExtraFile, ""}};
    const auto module = readModule(file, torch::kCPU, extra);
    TorchScriptFacts facts;
    facts.normalisesInside = normalisationIn(module);
    if (!extra[kExtraFile].empty()) {
        try {
            const Json json = Json::parse(extra[kExtraFile]);
            facts.normalisation = {json.at("mean").get<std::vector<double>>(), json.at("std").get<std::vector<double>>()};
        } catch (const Json::exception &) {
            throw Error(ErrorCode::BadInput, "metamer.json inside the file is not {\"mean\": [...], \"std\": [...]}; save the model again with it");
        }
    }
    return facts;
}

std::unique_ptr<Classifier> loadTorchScript(const Pixels &file, const ImageShape &shape, int classCount, const Normalisation &normalisation, const std::string &device) {
    torch::jit::ExtraFilesMap extra;
    return std::make_unique<TorchScriptClassifier>(readModule(file, torch::Device(device), extra), shape, classCount, normalisation, torch::Device(device));
}

}  // namespace metamer
