#include "core/model/network.h"

#include <sstream>

#include "core/base/error.h"
#include "core/base/sha256.h"

namespace metamer {
namespace {

namespace nn = torch::nn;

const std::string kForward = "def forward(self, x: Tensor) -> Tensor:\n", kReturn = "    return x\n";

std::string pair(std::int64_t value) { return "[" + std::to_string(value) + ", " + std::to_string(value) + "]"; }

/// `target` = the convolution `name` without bias of `from`, as TorchScript.
std::string convolutionScript(const std::string &target, const std::string &from, const std::string &name, std::int64_t stride, std::int64_t padding) {
    return "    " + target + " = torch.conv2d(" + from + ", self." + name + "_weight, None, " + pair(stride) + ", " + pair(padding) + ")\n";
}

/// Batch normalisation `name` of `target` by its running statistics, as TorchScript.
std::string normScript(const std::string &target, const std::string &name) {
    return "    " + target + " = torch.batch_norm(" + target + ", self." + name + "_weight, self." + name + "_bias, self." + name + "_running_mean, self." + name +
           "_running_var, False, 0.1, 1e-05, False)\n";
}

/// What a layer of a chain makes of x, as TorchScript.
std::string layerScript(const LayerSpec &layer) {
    const std::string weights = "self." + layer.name + "_weight", biases = "self." + layer.name + "_bias";
    switch (layer.kind) {
        case LayerKind::Convolution: return "torch.conv2d(x, " + weights + ", " + biases + ", " + pair(layer.stride) + ", " + pair(layer.padding) + ")";
        case LayerKind::Linear: return "torch.matmul(x, " + weights + ".t()) + " + biases;
        case LayerKind::Relu: return "torch.relu(x)";
        case LayerKind::MaxPool: return "torch.max_pool2d(x, " + pair(layer.kernel) + ")";
        case LayerKind::Flatten: return "torch.flatten(x, 1)";
    }
    return "x";
}

const char *const kTooSmall = "; choose a smaller --architecture";

/// Convolutions and linear layers one after another.
class ChainNetwork final : public Network {
public:
    ChainNetwork(const std::vector<LayerSpec> &specs, const ImageShape &shape, int classCount) {
        std::vector<std::int64_t> size = {shape.channels, shape.height, shape.width};
        for (const auto &spec : specs) {
            Layer layer{spec, size, {}, {}};
            switch (spec.kind) {
                case LayerKind::Convolution: addConvolution(layer, size); break;
                case LayerKind::Linear: addLinear(layer, size, classCount); break;
                case LayerKind::MaxPool: size = {size[0], size[1] / 2, size[2] / 2}; break;
                case LayerKind::Flatten: size = {c10::multiply_integers(size)}; break;
                case LayerKind::Relu: break;
            }
            if (c10::multiply_integers(size) < 1) {
                throw Error(ErrorCode::BadInput, "images of " + std::to_string(shape.width) + "x" + std::to_string(shape.height) + " leave nothing for the layers of this network" + kTooSmall);
            }
            m_layers.push_back(std::move(layer));
        }
    }

    torch::Tensor forward(const torch::Tensor &x) override {
        torch::Tensor out = x;
        for (const auto &layer : m_layers) {
            out = applyLayer(layer, out);
        }
        return out;
    }

    const std::vector<Layer> &chain() const override { return m_layers; }

    std::string script() const override {
        std::string script = kForward;
        for (const auto &layer : m_layers) {
            script += "    x = " + layerScript(layer.spec) + "\n";
        }
        return script + kReturn;
    }

private:
    void addConvolution(Layer &layer, std::vector<std::int64_t> &size) {
        const LayerSpec &spec = layer.spec;
        const auto module = register_module(spec.name, nn::Conv2d(nn::Conv2dOptions(size[0], spec.outputs, spec.kernel).stride(spec.stride).padding(spec.padding)));
        layer.weight = module->weight;
        layer.bias = module->bias;
        const auto left = [&](std::int64_t side) {
            const std::int64_t rest = side + 2 * spec.padding - spec.kernel;
            return rest < 0 ? 0 : rest / spec.stride + 1;
        };
        size = {spec.outputs, left(size[1]), left(size[2])};
    }

    void addLinear(Layer &layer, std::vector<std::int64_t> &size, int classCount) {
        const std::int64_t outputs = layer.spec.outputs > 0 ? layer.spec.outputs : classCount;
        const auto module = register_module(layer.spec.name, nn::Linear(size[0], outputs));
        layer.weight = module->weight;
        layer.bias = module->bias;
        size = {outputs};
    }

    std::vector<Layer> m_layers;
};

nn::Conv2d plainConvolution(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride) {
    return nn::Conv2d(nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

struct BasicBlock : nn::Module {
    BasicBlock(std::int64_t in, std::int64_t out, std::int64_t stride)
        : conv1(register_module("conv1", plainConvolution(in, out, 3, stride))), bn1(register_module("bn1", nn::BatchNorm2d(out))),
          conv2(register_module("conv2", plainConvolution(out, out, 3, 1))), bn2(register_module("bn2", nn::BatchNorm2d(out))) {
        if (in != out || stride != 1) {
            shortcut = register_module("shortcut", nn::Sequential(plainConvolution(in, out, 1, stride), nn::BatchNorm2d(out)));
        }
    }

    torch::Tensor forward(const torch::Tensor &x) {
        const auto out = bn2(conv2(torch::relu(bn1(conv1(x)))));
        return torch::relu(out + (shortcut ? shortcut->forward(x) : x));
    }

    std::string script(const std::string &name) const {
        const std::int64_t stride = (*conv1->options.stride())[0];
        std::string script = convolutionScript("y", "x", name + "_conv1", stride, 1) + normScript("y", name + "_bn1") + "    y = torch.relu(y)\n" +
                           convolutionScript("y", "y", name + "_conv2", 1, 1) + normScript("y", name + "_bn2");
        if (shortcut) {
            script += convolutionScript("x", "x", name + "_shortcut_0", stride, 0) + normScript("x", name + "_shortcut_1");
        }
        return script + "    x = torch.relu(x + y)\n";
    }

    nn::Conv2d conv1;
    nn::BatchNorm2d bn1;
    nn::Conv2d conv2;
    nn::BatchNorm2d bn2;
    nn::Sequential shortcut{nullptr};
};

class ResNet18 final : public Network {
public:
    ResNet18(const ImageShape &shape, int classCount)
        : m_first(register_module("conv1", plainConvolution(shape.channels, 64, 3, 1))), m_norm(register_module("bn1", nn::BatchNorm2d(64))) {
        std::int64_t in = 64;
        for (const std::int64_t out : {64, 128, 256, 512}) {
            m_blocks->push_back(BasicBlock(in, out, out == 64 ? 1 : 2));
            m_blocks->push_back(BasicBlock(out, out, 1));
            in = out;
        }
        register_module("blocks", m_blocks);
        m_output = register_module("output", nn::Linear(512, classCount));
    }

    torch::Tensor forward(const torch::Tensor &x) override {
        const auto features = m_blocks->forward(torch::relu(m_norm(m_first(x))));
        return m_output(features.mean({2, 3}));
    }

    std::string script() const override {
        std::string script = kForward + convolutionScript("x", "x", "conv1", 1, 1) + normScript("x", "bn1") + "    x = torch.relu(x)\n";
        for (std::size_t i = 0; i < m_blocks->size(); ++i) {
            script += m_blocks->at<BasicBlock>(i).script("blocks_" + std::to_string(i));
        }
        return script + "    x = torch.matmul(torch.mean(x, [2, 3]), self.output_weight.t()) + self.output_bias\n" + kReturn;
    }

    const std::vector<Layer> &chain() const override {
        static const std::vector<Layer> kNone;
        return kNone;
    }

private:
    nn::Conv2d m_first;
    nn::BatchNorm2d m_norm;
    nn::Sequential m_blocks;
    nn::Linear m_output{nullptr};
};

}  // namespace

void Network::settle(const torch::Tensor &, const torch::Tensor &) {}

torch::Tensor applyLayer(const Layer &layer, const torch::Tensor &x) {
    switch (layer.spec.kind) {
        case LayerKind::Convolution: return torch::conv2d(x, layer.weight, layer.bias, layer.spec.stride, layer.spec.padding);
        case LayerKind::Linear: return torch::linear(x, layer.weight, layer.bias);
        case LayerKind::Relu: return torch::relu(x);
        case LayerKind::MaxPool: return torch::max_pool2d(x, 2);
        case LayerKind::Flatten: return x.flatten(1);
    }
    return x;
}

std::shared_ptr<Network> makeChain(const std::vector<LayerSpec> &layers, const ImageShape &shape, int classCount) {
    return std::make_shared<ChainNetwork>(layers, shape, classCount);
}

std::shared_ptr<Network> makeNetwork(const std::string &architecture, const ImageShape &shape, int classCount) {
    const Architecture &wanted = findArchitecture(architecture);
    if (std::min(shape.height, shape.width) < wanted.minimumSide) {
        const std::string side = std::to_string(wanted.minimumSide);
        throw Error(ErrorCode::BadInput, "images under " + side + "x" + side + " are too small for " + architecture + kTooSmall);
    }
    if (wanted.isChain()) {
        return makeChain(wanted.layers, shape, classCount);
    }
    if (architecture == "sparse-cnn") {
        return makeSparseNetwork(shape, classCount);
    }
    if (architecture == "abs-vae" || architecture == "binary-abs-vae") {
        return makeSynthesisNetwork(shape, classCount, architecture == "binary-abs-vae");
    }
    return std::make_shared<ResNet18>(shape, classCount);
}

std::shared_ptr<Network> loadNetwork(const std::string &architecture, const Pixels &weights, const ImageShape &shape, int classCount) {
    auto network = makeNetwork(architecture, shape, classCount);
    std::vector<std::vector<std::int64_t>> sizes;
    for (const auto &parameter : network->parameters()) {
        sizes.push_back(parameter.sizes().vec());
    }
    const std::string unfit = "the model's weights do not fit its architecture " + architecture + "; train it again";
    std::istringstream stream(std::string(weights.begin(), weights.end()));
    try {
        torch::load(network, stream);
    } catch (const c10::Error &) {
        throw Error(ErrorCode::Damaged, unfit);
    }
    const auto loaded = network->parameters();
    for (std::size_t i = 0; i < loaded.size(); ++i) {   // loading takes tensors of any size
        if (loaded[i].sizes() != at::IntArrayRef(sizes[i])) {
            throw Error(ErrorCode::Damaged, unfit);
        }
    }
    network->eval();
    return network;
}

Pixels savedNetwork(const std::shared_ptr<Network> &network) {
    std::ostringstream stream;
    torch::save(network, stream);
    const std::string text = stream.str();
    return {text.begin(), text.end()};
}

std::string networkHash(const std::string &architecture, const Network &network) {
    Sha256 hash;
    hash.add(architecture);
    const auto add = [&](const torch::OrderedDict<std::string, torch::Tensor> &tensors) {
        for (const auto &named : tensors) {
            const auto tensor = named.value().detach().cpu().contiguous();
            hash.add(named.key());
            hash.add({static_cast<const std::uint8_t *>(tensor.data_ptr()), tensor.nbytes()});
        }
    };
    add(network.named_parameters());
    add(network.named_buffers());
    return hash.hex();
}

}  // namespace metamer
