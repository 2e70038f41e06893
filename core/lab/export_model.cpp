#include "core/lab/export_model.h"

#include "core/attack/compute.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/data/file_bytes.h"
#include "core/lab/compute_loader.h"
#include "core/lab/models.h"
#include "core/model/imported.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

Pixels bytesOf(const ModelRecord &model, const Dataset &dataset, const fs::path &out) {
    if (model.architecture == kCommand) {
        throw Error(ErrorCode::Usage, "model '" + model.name + "' is a program behind a command; there is no file to export, copy the program");
    }
    if (model.architecture == kOnnx && out.extension() != ".onnx") {
        throw Error(ErrorCode::Usage, "model '" + model.name + "' is ONNX and is exported as it is; end the name of " + out.string() + " in .onnx");
    }
    if (isImported(model.architecture)) {
        return model.weights;
    }
    return compute().toTorchScript(model.architecture, model.weights, dataset.shape, static_cast<int>(dataset.classNames.size()));
}

std::string extents(const ImageShape &shape) {
    return std::to_string(shape.channels) + ", " + std::to_string(shape.height) + ", " + std::to_string(shape.width);
}

std::string howToLoad(const ModelRecord &model, const Dataset &dataset, const fs::path &out) {
    const Json parameters = Json::parse(model.parametersJson);
    const std::string name = out.filename().string();
    if (model.architecture == kOnnx) {
        return "import onnxruntime\nmodel = onnxruntime.InferenceSession(\"" + name + "\")\n";
    }
    std::string text = "import torch\nmodel = torch.jit.load(\"" + name + "\").eval()\nx = torch.rand(1, " + extents(dataset.shape) + ")        # pixels in 0..1\n";
    if (parameters.contains("mean") && !parameters["mean"].empty()) {
        text += "x = (x - torch.tensor(" + parameters["mean"].dump() + ").view(1, -1, 1, 1)) / torch.tensor(" + parameters["std"].dump() + ").view(1, -1, 1, 1)\n";
    }
    return text + "logits = model(x)                 # [1, " + std::to_string(dataset.classNames.size()) + "]\n";
}

std::string cardOf(const ModelRecord &model, const Dataset &dataset, const fs::path &out) {
    std::string card = "# " + model.name + "\n\n";
    const auto row = [&](const std::string &what, const std::string &value) { card += "- " + what + ": " + value + "\n"; };
    row("architecture", model.architecture);
    row("recipe", model.recipe);
    row("data set", dataset.spec + " (SHA-256 " + dataset.sha256 + ")");
    row("input", "[N, " + extents(dataset.shape) + "] float32, pixels in 0..1");
    row("classes", join(dataset.classNames, ", "));
    row("clean accuracy", model.cleanAccuracy ? formatNumber(100 * *model.cleanAccuracy) + " % of the test split" : "not measured on the whole test split");
    row("hash", model.hash);
    row("made", model.createdUtc);
    card += "\n## Parameters\n\n```json\n" + Json::parse(model.parametersJson).dump(2) + "\n```\n";
    card += "\n## Loading it\n\n```python\n" + howToLoad(model, dataset, out) + "```\n\nWritten by Metamer " METAMER_VERSION ".\n";
    return card;
}

}  // namespace

ExportedModel exportModel(StudyFile &file, const std::string &name, const fs::path &out) {
    const ModelRecord model = findModel(file, name);
    const Dataset dataset = DatasetTable(file).get();
    ExportedModel exported{out, out};
    exported.card.replace_extension(".md");
    if (exported.card == out) {
        throw Error(ErrorCode::Usage, out.string() + " is the name of the model card beside it; end it in .pt");
    }
    writeFileBytes(exported.file, bytesOf(model, dataset, out));
    writeFileText(exported.card, cardOf(model, dataset, out));
    return exported;
}

}  // namespace metamer
