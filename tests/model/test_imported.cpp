// Models that users bring: TorchScript, ONNX and programs; what is wrong with a file in words; trust; export.

#include <caffe2/serialize/inline_container.h>
#include <torch/script.h>

#include <fstream>

#include <QProcess>

#include "core/attack/compute.h"
#include "core/data/file_bytes.h"
#include "core/data/npy.h"
#include "core/lab/attack_run.h"
#include "core/lab/compute_loader.h"
#include "core/lab/create_study.h"
#include "core/lab/export_model.h"
#include "core/lab/import_model.h"
#include "core/lab/imported_models.h"
#include "core/lab/models.h"
#include "core/lab/train_model.h"
#include "core/lab/verify_study.h"
#include "core/model/model_checks.h"
#include "core/model/model_file.h"
#include "core/model/onnx.h"
#include "tests/support/small_digits.h"

using namespace metamer;
using namespace metamer::test;

namespace {

const ImageShape kShape{1, 28, 28};
constexpr int kClasses = 10;

/// "def forward" of `body` over x and self.w [784, 10], whose entry (i, k) is (i % 7 - 3) * (k + 1) / 1000.
torch::Tensor weightMatrix() {
    const auto rows = (torch::arange(784) % 7 - 3).to(torch::kFloat32).view({784, 1});
    return rows * (torch::arange(kClasses) + 1).to(torch::kFloat32).view({1, kClasses}) / 1000;
}

std::string script(const std::string &body) {
    torch::jit::Module module("M");
    module.register_parameter("w", weightMatrix(), false);
    module.define("def forward(self, x):\n" + body);
    std::ostringstream stream;
    module.save(stream);
    return stream.str();
}

const std::string kLinear = "    return torch.matmul(torch.flatten(x, 1), self.w)\n";

std::filesystem::path write(const std::filesystem::path &path, const std::string &bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
}

Pixels bytesOf(const std::string &text) { return {text.begin(), text.end()}; }

/// Some digits, as a sample that models are checked on.
const LabelledImages &sample() {
    static const LabelledImages digits = makeDigits(40, 3);
    return digits;
}

/// By hand: (byte / 255 - mean) / std times the weight matrix.
std::vector<float> linearLogits(const ImageSet &images, std::int64_t index, double mean = 0, double deviation = 1) {
    const auto w = weightMatrix().contiguous();
    std::vector<double> sums(kClasses, 0);
    for (std::size_t i = 0; i < kShape.size(); ++i) {
        for (int k = 0; k < kClasses; ++k) {
            sums[static_cast<std::size_t>(k)] += (images.at(index)[i] / 255.0 - mean) / deviation * static_cast<double>(w.data_ptr<float>()[i * kClasses + static_cast<std::size_t>(k)]);
        }
    }
    return {sums.begin(), sums.end()};
}

bool areClose(const std::vector<float> &a, const std::vector<float> &b, float tolerance) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!(std::abs(a[i] - b[i]) <= tolerance)) {
            qWarning() << i << a[i] << b[i];
            return false;
        }
    }
    return a.size() == b.size();
}

// A few lines of protobuf: enough to write an ONNX file.
std::string varint(std::uint64_t value) {
    std::string text;
    for (; value > 127; value >>= 7) {
        text += static_cast<char>(value | 128);
    }
    return text + static_cast<char>(value);
}
std::string number(int field, std::uint64_t value) { return varint(static_cast<std::uint64_t>(field) << 3) + varint(value); }
std::string text(int field, const std::string &bytes) { return varint(static_cast<std::uint64_t>(field) << 3 | 2) + varint(bytes.size()) + bytes; }

std::string valueInfo(const std::string &name, const std::vector<std::int64_t> &extents) {
    std::string shape;
    for (const auto extent : extents) {
        shape += text(1, extent < 0 ? text(2, "n") : number(1, static_cast<std::uint64_t>(extent)));
    }
    return text(1, name) + text(2, text(1, number(1, 1) + text(2, shape)));
}

std::string node(const std::string &kind, const std::vector<std::string> &inputs, const std::string &output) {
    std::string message;
    for (const auto &input : inputs) {
        message += text(1, input);
    }
    return message + text(2, output) + text(3, output) + text(4, kind);
}

/// Flatten, then the weight matrix; `extra` is an operator that comes last.
std::string onnxLinear(std::int64_t batch, const std::string &extra = {}, ImageShape shape = kShape) {
    const auto w = weightMatrix().contiguous();
    const std::string raw(static_cast<const char *>(w.data_ptr()), w.nbytes());
    const std::string tensor = number(1, 784) + number(1, kClasses) + number(2, 1) + text(8, "w") + text(9, raw);
    std::string graph = text(1, node("Flatten", {"x"}, "f")) + text(1, node("MatMul", {"f", "w"}, extra.empty() ? "y" : "m"));
    graph += extra.empty() ? "" : text(1, node(extra, {"m"}, "y"));
    graph += text(2, "g") + text(5, tensor) + text(11, valueInfo("x", {batch, shape.channels, shape.height, shape.width})) + text(12, valueInfo("y", {batch, kClasses}));
    return number(1, 7) + text(7, graph) + text(8, text(1, "") + number(2, 11));
}

/// A python3 with the module; empty if there is none.
QString pythonWith(const QString &module) {
    for (const QString &python : {QStringLiteral("python3"), QStringLiteral("/usr/bin/python3")}) {
        QProcess process;
        process.start(python, {QStringLiteral("-c"), QStringLiteral("import ") + module});
        if (process.waitForFinished(60000) && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0) {
            return python;
        }
    }
    return {};
}

/// A fake program: greets with ten classes, then does what the shell lines say.
std::filesystem::path fakeProgram(const Folder &folder, const std::string &lines) {
    return write(folder / "fake.sh", "printf 'HELO\\014\\0\\0\\0\\0\\0\\0\\0\\001\\0\\0\\0\\012\\0\\0\\0\\0\\0\\0\\0'\n" + lines);
}

CommandModel fake(const Folder &folder) { return {"sh fake.sh", folder / "", {}, kShape, kClasses, std::chrono::seconds(20), std::chrono::seconds(20)}; }

ImageSet oneImage() { return {kShape, sample().images.copyOf(0)}; }

/// A study with small digits, and its gate.
struct Study {
    Folder folder;
    StudyFile file = createStudy(folder / "a.metamer", writeSmallDigits(folder), {});
    DirectGate gate{file};

    ModelRecord import(const std::string &name, const std::string &fileName, const std::string &bytes, const Normalisation &normalisation = {}) {
        return importModel(gate, {name, write(folder / fileName, bytes), "", normalisation}, {}).model;
    }
    Dataset dataset() { return DatasetTable(file).get(); }
};

}  // namespace

class TestImported : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { qputenv("XDG_DATA_HOME", m_data.path().toUtf8()); }

    void torchScriptIsKeptAndAnswers() {
        Study study;
        const auto outcome = importModel(study.gate, {"mine", write(study.folder / "m.pt", script(kLinear)), "", {{0.25}, {0.5}}}, {});
        QCOMPARE(outcome.model.architecture, std::string("torchscript"));
        QCOMPARE(outcome.checks.images, 200);
        QVERIFY(outcome.checks.hasGradients && outcome.normalisationFrom == "given");
        QVERIFY(outcome.model.cleanAccuracy && !outcome.checks.warnings.empty());   // it guesses, and that is said
        QVERIFY(outcome.checks.warnings[0].find("guessing") != std::string::npos);
        const LoadedModel model = loadModel(*ModelTable(study.file).find("mine"), study.dataset(), "cpu");
        const auto logits = model.classifier->logits(sample().images);
        QVERIFY(areClose(logits[7], linearLogits(sample().images, 7, 0.25, 0.5), 1e-4f));
        const std::vector<float> weights = {1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
        const auto gradients = model.classifier->gradients(toFloats({sample().images.bytes.data(), 2 * kShape.size()}), 2, weights);
        QVERIFY(std::abs(gradients[0] - -3 * (1 + 2 * 10) / 1000.0f / 0.5f) < 1e-5f);
        QVERIFY(std::abs(gradients[784 + 6] - 3 * 2 / 1000.0f / 0.5f) < 1e-5f);
        QVERIFY(says(errorOf([&] { study.import("again", "again.pt", script(kLinear), {{0.25}, {0.5}}); }), "as model 'mine'"));
        QVERIFY(says(errorOf([&] { study.import("mine", "other.pt", script(kLinear)); }), "choose another name"));
    }

    void whatAModelDoesWrongIsNamed_data() {
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("words");
        QTest::newRow("dropout") << "    return torch.matmul(torch.dropout(torch.flatten(x, 1), 0.5, True), self.w)\n" << "randomised";
        QTest::newRow("batch") << "    y = torch.matmul(torch.flatten(x, 1), self.w)\n    return y - torch.mean(y, [0], True)\n" << "batch normalisation";
        QTest::newRow("nan") << "    return torch.log(torch.matmul(torch.flatten(x, 1), self.w) * 0.0 - 1.0)\n" << "NaN";
        QTest::newRow("classes") << "    return torch.flatten(x, 1)\n" << "has 784 classes, the data set has 10";
        QTest::newRow("size") << "    return torch.matmul(torch.flatten(x[:, :, :14], 1), self.w)\n" << "cannot answer images of 1x28x28";
        QTest::newRow("pair") << "    y = torch.matmul(torch.flatten(x, 1), self.w)\n    return (y, y)\n" << "Tuple";
        QTest::newRow("picture") << "    return x\n" << "not [N, classes]";
        QTest::newRow("cuda") << "    y = torch.matmul(torch.flatten(x, 1), self.w)\n    return y.to(torch.device(\"cuda:0\"))\n" << "model.cpu()";
    }

    void whatAModelDoesWrongIsNamed() {
        QFETCH(QString, body);
        QFETCH(QString, words);
        const Error error = errorOf([&] {
            const auto model = compute().loadTorchScript(bytesOf(script(body.toStdString())), kShape, kClasses, {}, "cpu");
            checkModel(*model, sample(), kClasses);
        });
        QVERIFY2(says(error, words.toStdString()), error.what());
        QVERIFY(!says(error, "\n"));
    }

    void softmaxIsWarnedOf() {
        const auto model = compute().loadTorchScript(bytesOf(script("    return torch.softmax(torch.matmul(torch.flatten(x, 1), self.w), 1)\n")), kShape, kClasses, {}, "cpu");
        QVERIFY(checkModel(*model, sample(), kClasses).warnings[0].find("softmax") != std::string::npos);
    }

    void filesThatAreNoModelsAreNamed() {
        Folder folder;
        const auto said = [&](const std::string &name, const std::string &bytes) {
            return std::string(errorOf([&] { architectureOfFile(write(folder / name, bytes), kShape); }).what());
        };
        const auto has = [](const std::string &sentence, const char *part) { return sentence.find(part) != std::string::npos || (qWarning() << sentence.c_str(), false); };
        const auto zipped = [&](const std::string &pickle) {
            caffe2::serialize::PyTorchStreamWriter writer((folder / "archive").string());
            writer.writeRecord("data.pkl", pickle.data(), pickle.size());
            writer.writeEndOfFile();
            std::ifstream file(folder / "archive", std::ios::binary);
            return std::string(std::istreambuf_iterator<char>(file), {});
        };
        const std::string state = "\x80\x02" "ccollections\nOrderedDict\nq" + std::string("\0)Rq\x01", 5) + "ctorch._utils\n_rebuild_tensor_v2\n.";
        QVERIFY(has(said("empty.pt", ""), "is empty"));
        QVERIFY(has(said("state.pt", zipped(state)), "is a state_dict or checkpoint"));
        QVERIFY(has(said("state.pt", zipped(state)), "torch.jit.trace(model.eval(), torch.zeros(1, 1, 28, 28))"));
        QVERIFY(has(said("module.pt", zipped("\x80\x02" "c__main__\nNet\nq.")), "(class Net of __main__)"));
        QVERIFY(has(said("legacy.pt", state), "in the old format of torch.save"));
        QVERIFY(has(said("a.safetensors", std::string("\x32\0\0\0\0\0\0\0{\"a\":{}}", 16)), "safetensors"));
        const std::string whole = script(kLinear);
        QVERIFY(has(said("cut.pt", whole.substr(0, whole.size() / 2)), "cut short or damaged"));
        QVERIFY(has(said("page.pt", "<!DOCTYPE html>"), "page of the web"));
        QVERIFY(has(said("words.pt", "hello"), "neither TorchScript nor ONNX"));
        QVERIFY(says(errorOf([&] { architectureOfFile(folder / "absent.pt", kShape); }), "does not exist"));
        QVERIFY(says(errorOf([&] { architectureOfFile(folder / "", kShape); }), "is a folder"));
        QCOMPARE(architectureOfFile(write(folder / "good.pt", whole), kShape), std::string("torchscript"));
        QCOMPARE(architectureOfFile(write(folder / "good.onnx", onnxLinear(1)), kShape), std::string("onnx"));
    }

    void theProbeOutlivesLoopsAndHogs() {
        Study study;
        const auto failure = [&](const std::string &body, int timeoutMs, int memoryMib) {
            return errorOf([&] { importModel(study.gate, {"m", write(study.folder / "m.pt", script(body)), "", {}, timeoutMs, memoryMib}, {}); });
        };
        const Error loop = failure("    while bool(torch.sum(x) < 1.0e30):\n        x = x + 0\n    return x\n", 4000, 4096);
        QVERIFY2(says(loop, "within 4 s") && says(loop, "m.pt: "), loop.what());
#ifndef __SANITIZE_ADDRESS__   // its shadow memory leaves no room for a limit
        const Error hog = failure("    y = torch.zeros([400000000], dtype=None, layout=None, device=None, pin_memory=None)\n    return torch.matmul(torch.flatten(x, 1), self.w) + y[:10]\n", 30000, 1500);
        QVERIFY2(says(hog, "more than 1500 MiB"), hog.what());
#endif
        QVERIFY(ModelTable(study.file).list().empty());
    }

    void onnxAnswersInBatchesOfItsOwn() {
        for (const std::int64_t batch : {-1, 1, 3}) {
            const auto model = onnxRuntime().load(bytesOf(onnxLinear(batch)), kShape, kClasses, {{0.25}, {0.5}});
            const auto logits = model->logits(sample().images);
            QCOMPARE(logits.size(), std::size_t(40));
            for (const std::int64_t index : {0, 7, 39}) {
                QVERIFY(areClose(logits[static_cast<std::size_t>(index)], linearLogits(sample().images, index, 0.25, 0.5), 1e-4f));
            }
            QVERIFY(!model->hasGradients());
            QVERIFY(says(errorOf([&] { model->gradients({}, 0, {}); }), "no gradients"));
        }
        const auto failure = [](const std::string &file, int classes = kClasses) { return errorOf([&] { onnxRuntime().load(bytesOf(file), kShape, classes, {}); }); };
        QVERIFY(says(failure(onnxLinear(1, "Det")), "operator Det"));
        QVERIFY(says(failure(onnxLinear(1).substr(0, 20000)), "cut short"));
        QVERIFY(says(failure(onnxLinear(1), 12), "10 values an image, the data set has 12 classes"));
        QVERIFY(says(failure(onnxLinear(1, "", {3, 32, 32})), "[1, 3, 32, 32]"));
    }

    void aProgramThatDiesIsStartedOnceMore() {
        Folder folder;   // a question about one image is 12 + 16 + 4 * 784 bytes, its answer 40
        fakeProgram(folder, "[ -e again ] || { touch again; exit 3; }\nhead -c 3164 >/dev/null\nprintf 'LOGI\\050\\0\\0\\0\\0\\0\\0\\0'\nhead -c 40 /dev/zero\ncat >/dev/null\n");
        const auto model = startCommandClassifier(fake(folder));
        const auto logits = model->logits(oneImage());
        QCOMPARE(logits[0], std::vector<float>(10, 0.0f));
    }

    void aProgramThatFailsIsTold() {
        Folder folder;
        const auto failure = [&](const std::string &lines, CommandModel model) {
            fakeProgram(folder, lines);
            return errorOf([&] { startCommandClassifier(model)->logits(oneImage()); });
        };
        const Error dead = failure("echo one >&2; echo 'boom: no luck' >&2; exit 3\n", fake(folder));
        QVERIFY2(says(dead, "died (exit status 3): boom: no luck"), dead.what());
        CommandModel hasty = fake(folder);
        hasty.timeForABatch = std::chrono::milliseconds(300);
        const Error late = failure("cat >/dev/null\n", hasty);
        QVERIFY2(says(late, "did not give a batch within 0.3 s"), late.what());
        const Error garbage = failure("echo this is what I have to say\ncat >/dev/null\n", fake(folder));
        QVERIFY2(says(garbage, "does not speak Metamer's protocol"), garbage.what());
        const Error shorter = failure("head -c 3164 >/dev/null\nprintf 'LOGI\\004\\0\\0\\0\\0\\0\\0\\0abcd'\ncat >/dev/null\n", fake(folder));
        QVERIFY2(says(shorter, "4 bytes where 40 are due"), shorter.what());
        const Error own = failure("head -c 3164 >/dev/null\nprintf 'FAIL\\004\\0\\0\\0\\0\\0\\0\\0oops'\ncat >/dev/null\n", fake(folder));
        QVERIFY2(says(own, "failed: oops"), own.what());
        CommandModel other = fake(folder);
        other.classCount = 7;
        QVERIFY(says(failure("cat >/dev/null\n", other), "has 10 classes, the data set has 7"));
        other.command = "nonsuch-program --x";
        QVERIFY(says(failure("", other), "not found"));
    }

    void theAdapterSpeaksNumPy() {
        const QString python = pythonWith("numpy");
        if (python.isEmpty()) {
            QSKIP("no python3 with NumPy here (python3-numpy)");
        }
        Folder folder;
        write(folder / "linear.py", "import numpy as np\nfrom metamer_model import serve\n"
                                    "w = ((np.arange(784) % 7 - 3)[:, None] * (np.arange(10) + 1)[None] / 1000).astype(np.float32)\n"
                                    "def logits(x):\n    print('chatter')\n    return x.reshape(len(x), -1) @ w\n"
                                    "def gradients(x, weights):\n    return (weights @ w.T).reshape(x.shape)\n"
                                    "serve(logits, classes=10, gradients=gradients)\n");
        const auto model = startCommandClassifier({python.toStdString() + " linear.py", folder / "", METAMER_SOURCE_DIR "/resources/adapter", kShape, kClasses});
        ImageSet many = sample().images;
        for (int i = 0; i < 3; ++i) {   // more than one batch
            many.bytes.insert(many.bytes.end(), sample().images.bytes.begin(), sample().images.bytes.end());
        }
        const auto logits = model->logits(many);
        QCOMPARE(logits.size(), std::size_t(160));
        QVERIFY(areClose(logits[127], linearLogits(many, 127), 1e-5f));
        QVERIFY(model->hasGradients());
        std::vector<float> weights(kClasses, 0);
        weights[9] = 1;
        QVERIFY(std::abs(model->gradients(toFloats(oneImage().bytes), 1, weights)[6] - 30 / 1000.0f) < 1e-6f);
    }

    void nothingForeignRunsUnasked() {
        Study study;
        const ModelRecord model = study.import("mine", "m.pt", script(kLinear));
        const auto load = [&] { return loadModel(*ModelTable(study.file).find("mine"), study.dataset(), "cpu"); };
        load();
        QTemporaryDir elsewhere;
        qputenv("XDG_DATA_HOME", elsewhere.path().toUtf8());
        const Error refused = errorOf(load);
        QVERIFY2(says(refused, "model trust STUDY --model 'mine'") && says(refused, "the TorchScript file m.pt"), refused.what());
        std::vector<ModelTrouble> troubles;
        QVERIFY(loadModels(study.gate, study.dataset(), "cpu", false, &troubles).empty());
        QCOMPARE(troubles.size(), std::size_t(1));
        trustModel(model);
        load();
        ModelRecord forged = model;   // other bytes under a hash that is trusted
        forged.weights = bytesOf(script("    return torch.flatten(x, 1)\n"));
        const Error damaged = errorOf([&] { loadModel(forged, study.dataset(), "cpu"); });
        QVERIFY(damaged.code() == ErrorCode::Damaged && says(damaged, "not what its hash names"));
        qputenv("XDG_DATA_HOME", m_data.path().toUtf8());
    }

    void aProgramThatIsGoneHoldsUpNothing() {
        Study study;
        const std::string answer = "while head -c 12 >/dev/null; do\n  head -c 3152 >/dev/null\n  printf 'LOGI\\050\\0\\0\\0\\0\\0\\0\\0'\n  head -c 40 /dev/zero\ndone\n";
        fakeProgram(study.folder, answer);
        study.import("file", "m.pt", script(kLinear));
        ModelRecord program;
        program.name = "program";
        program.architecture = kCommand;
        program.recipe = "imported";
        program.parametersJson = "{\"command\": \"sh fake.sh\", \"folder\": \"" + (study.folder / "").string() + "\"}";
        program.hash = hashOfCommandModel("sh fake.sh", study.folder / "");
        trustModel(program);
        ModelTable(study.file).insert(program);
        AttackRunRequest request;
        request.count = 2;
        request.device = "cpu";
        request.options = {{"rotation-steps", "1"}};
        std::filesystem::remove(study.folder / "fake.sh");
        const auto outcome = runAttack(study.gate, request, {}, [](const Example &) {});
        QCOMPARE(outcome.found, 2);
        QCOMPARE(outcome.modelsNotAsked.size(), std::size_t(1));
        QVERIFY2(outcome.modelsNotAsked[0].find("'program'") != std::string::npos && outcome.modelsNotAsked[0].find("are gone or have changed") != std::string::npos, outcome.modelsNotAsked[0].c_str());
        const VerifyOutcome verified = verifyStudy(study.gate);
        QVERIFY(verified.isOk() && verified.predictions == 4);   // two sources, two examples, one model
        QCOMPARE(verified.modelsNotAsked.size(), std::size_t(1));
        request.name = "for-it";
        request.modelName = "program";
        QVERIFY(says(errorOf([&] { runAttack(study.gate, request, {}, [](const Example &) {}); }), "are gone or have changed"));
    }

    void whatIsExportedAnswersAsBefore() {
        Study study;
        trainModel(study.gate, {"native", "natural", {{"epochs", "1"}, {"batch-size", "300"}}, 1, "cpu"}, {});
        const auto exported = exportModel(study.file, "native", study.folder / "native.pt");
        const auto outcome = importModel(study.gate, {"back", exported.file, ""}, {});
        const auto before = loadModel(*ModelTable(study.file).find("native"), study.dataset(), "cpu").classifier->logits(sample().images);
        const auto after = loadModel(*ModelTable(study.file).find("back"), study.dataset(), "cpu").classifier->logits(sample().images);
        for (std::size_t i = 0; i < before.size(); ++i) {
            QVERIFY(areClose(before[i], after[i], 1e-5f));
        }
        QCOMPARE(*outcome.model.cleanAccuracy, *ModelTable(study.file).find("native")->cleanAccuracy);
        const Pixels card = readFileBytes(exported.card);
        const std::string words(card.begin(), card.end());
        for (const char *part : {"# native", "small-cnn", "torch.jit.load(\"native.pt\")", "% of the test split"}) {
            QVERIFY2(words.find(part) != std::string::npos, part);
        }
        exportModel(study.file, "back", study.folder / "copy.pt");
        QCOMPARE(readFileBytes(study.folder / "copy.pt"), readFileBytes(exported.file));
    }

    void pythonsTorchAndWeAgree() {
        const QString python = pythonWith("torch");
        if (python.isEmpty()) {
            QSKIP("Python's torch is not here (python3-torch)");
        }
        Study study;
        trainModel(study.gate, {"native", "natural", {{"epochs", "1"}, {"batch-size", "300"}}, 1, "cpu"}, {});
        exportModel(study.file, "native", study.folder / "native.pt");
        const ImageSet &images = sample().images;
        write(study.folder / "x.npy", [&] {
            const Pixels file = formatNpy({"", 'u', 1, {images.count(), 1, 28, 28}, images.bytes});
            return std::string(file.begin(), file.end());
        }());
        QProcess process;
        process.setWorkingDirectory(QString::fromStdString((study.folder / "").string()));
        process.start(python, {QStringLiteral(METAMER_SOURCE_DIR "/tests/model/write_torchscript.py")});
        QVERIFY(process.waitForFinished(60000));
        QVERIFY2(process.exitCode() == 0, process.readAllStandardError());
        const auto compare = [&](const std::string &model, const std::string &array) {
            const auto logits = loadModel(*ModelTable(study.file).find(model), study.dataset(), "cpu").classifier->logits(images);
            const auto expected = readNpy(study.folder / array).asDoubles();
            for (std::size_t i = 0; i < logits.size(); ++i) {
                QVERIFY(areClose(logits[i], {expected.begin() + static_cast<std::ptrdiff_t>(i * kClasses), expected.begin() + static_cast<std::ptrdiff_t>((i + 1) * kClasses)}, 1e-5f));
            }
        };
        const auto outcome = importModel(study.gate, {"script", study.folder / "script.pt", ""}, {});
        QCOMPARE(outcome.normalisationFrom, std::string("inside the file"));
        importModel(study.gate, {"trace", study.folder / "trace.pt", ""}, {});
        compare("script", "script.npy");
        compare("trace", "trace.npy");
        compare("native", "native.npy");   // our export, answered by Python
        QVERIFY(says(errorOf([&] { importModel(study.gate, {"state", study.folder / "state.pt", ""}, {}); }), "is a state_dict"));
        QVERIFY(says(errorOf([&] { importModel(study.gate, {"module", study.folder / "module.pt", ""}, {}); }), "class Net of __main__"));
        QVERIFY(says(errorOf([&] { importModel(study.gate, {"legacy", study.folder / "legacy.pt", ""}, {}); }), "old format"));
    }

private:
    QTemporaryDir m_data;
};

QTEST_GUILESS_MAIN(TestImported)
#include "test_imported.moc"
