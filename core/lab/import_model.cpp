#include "core/lab/import_model.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/rng.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/data/dataset_reader.h"
#include "core/data/file_bytes.h"
#include "core/lab/imported_models.h"
#include "core/lab/models.h"
#include "core/lab/probe_model.h"
#include "core/model/command_classifier.h"
#include "core/model/model_file.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSample = 200;
constexpr std::int64_t kStep = 500;
constexpr double kLongMeasurementSeconds = 120;
constexpr std::size_t kMostBytes = 900u << 20;   // SQLite keeps up to 1,000,000,000 bytes in one place

LabelledImages sampleOf(const LabelledImages &test) {
    Rng rng(0);
    LabelledImages sample{{test.images.shape, {}}, {}};
    for (const auto index : drawWithoutReplacement(test.count(), std::min(kSample, test.count()), rng)) {
        sample.images.append(test.images.at(index));
        sample.labels.push_back(test.labels[static_cast<std::size_t>(index)]);
    }
    return sample;
}

Normalisation normalisationBeside(const fs::path &file) {
    fs::path beside = file;
    beside.replace_extension(".json");
    std::error_code ignored;
    if (!fs::is_regular_file(beside, ignored)) {
        return {};
    }
    const Pixels text = readFileBytes(beside, std::size_t{1} << 20);
    const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
    if (!json.is_object() || !json.contains("mean") || !json.contains("std")) {
        return {};   // another file that happens to have this name
    }
    const auto values = [&](const char *key) {
        const Json &value = json.at(key);
        try {
            return value.is_number() ? std::vector<double>{value.get<double>()} : value.get<std::vector<double>>();
        } catch (const Json::exception &) {
            throw Error(ErrorCode::BadInput, beside.string() + " has a " + key + " that is no number or list of numbers; write {\"mean\": [0.1307], \"std\": [0.3081]}");
        }
    };
    return {values("mean"), values("std")};
}

/// A model on its way into the study.
class Import {
public:
    Import(StudyGate &gate, const ImportModelRequest &request, const JobContext &job) : m_gate(gate), m_request(request), m_job(job) {
        m_gate.with([&](StudyFile &file) {
            m_dataset = DatasetTable(file).get();
            requireFreeName(file);
        });
        m_record.name = request.name;
        m_record.recipe = "imported";
    }

    ImportModelOutcome run() {
        if (!m_request.file.empty()) {
            prepareFile();
        }
        const LoadedDataset data = reloadDataset(m_dataset);
        m_job.progress({"trying out " + subject(), 0, 0, -1});
        named([&] { m_request.file.empty() ? tryCommand(sampleOf(data.test)) : tryFile(sampleOf(data.test)); });
        endIfAsked();
        describe();
        requireNewHash();
        trustModel(m_record);
        const LoadedModel model = named([&] { return loadModel(m_record, m_dataset, "cpu"); });
        measure(model, data.test);
        m_gate.with([&](StudyFile &file) {
            file.transaction([&] {
                requireFreeName(file);
                m_record.id = ModelTable(file).insert(m_record);
            });
        });
        predictMissing(m_gate, {LoadedModel{m_record, model.classifier}}, m_dataset.shape, m_job);
        m_outcome.model = m_record;
        return m_outcome;
    }

private:
    int classCount() const { return static_cast<int>(m_dataset.classNames.size()); }
    std::string subject() const { return m_request.file.empty() ? "'" + m_request.command + "'" : m_request.file.string(); }

    /// Runs `work`; an error's sentence begins with the file.
    template <typename Work>
    auto named(const Work &work) -> decltype(work()) {
        try {
            return work();
        } catch (const Error &error) {
            const std::string text = error.what();
            throw Error(error.code(), m_request.file.empty() || text.starts_with(m_request.file.string()) ? text : m_request.file.string() + ": " + text);
        }
    }

    void endIfAsked() const {
        if (m_job.stop.isStopRequested()) {
            throw Error(ErrorCode::Aborted, "ended before the model was taken; nothing was kept");
        }
    }

    void requireFreeName(StudyFile &file) const {
        if (ModelTable(file).find(m_request.name)) {
            throw Error(ErrorCode::Exists, "a model named '" + m_request.name + "' is in this study already; choose another name");
        }
        if (TrainingTable(file).find(m_request.name)) {
            throw Error(ErrorCode::Exists, "a training named '" + m_request.name + "' was stopped in this study; choose another name");
        }
    }

    void requireNewHash() {
        m_gate.with([&](StudyFile &file) {
            for (const auto &other : ModelTable(file).list()) {
                if (other.hash == m_record.hash) {
                    throw Error(ErrorCode::Exists, subject() + " is in this study already, as model '" + other.name + "'; use that one");
                }
            }
        });
    }

    void prepareFile() {
        m_record.architecture = architectureOfFile(m_request.file, m_dataset.shape);
        m_record.weights = readFileBytes(m_request.file, kMostBytes);
        m_outcome.normalisation = m_request.normalisation;
        m_outcome.normalisationFrom = "given";
        if (m_outcome.normalisation.isNone()) {
            m_outcome.normalisation = normalisationBeside(m_request.file);
            m_outcome.normalisationFrom = m_outcome.normalisation.isNone() ? "none" : "beside";
        }
        m_outcome.normalisation.check(m_dataset.shape.channels);
    }

    void tryFile(const LabelledImages &sample) {
        const ProbeResult result = probeModel({m_request.file, m_record.architecture, m_outcome.normalisation, &sample, classCount(), m_request.timeoutMs, m_request.memoryMib, m_job.stop});
        m_outcome.checks = result.checks;
        m_outcome.normalisation = result.normalisation;
        if (result.isFromFile) {
            m_outcome.normalisationFrom = "inside the file";
        } else if (!result.normalisesInside.empty() && m_outcome.normalisation.isNone()) {
            m_outcome.normalisationFrom = "in the model";
        } else if (!result.normalisesInside.empty()) {
            m_outcome.checks.warnings.push_back("it seems to normalise by itself (" + result.normalisesInside + "), and mean and std come on top; import it without them if it does");
        }
        if (m_record.architecture == kOnnx) {
            m_outcome.checks.warnings.push_back("ONNX runs forward only: attacks and certificates that need gradients refuse this model; bring it as TorchScript for those");
        }
    }

    void tryCommand(const LabelledImages &sample) {
        m_record.architecture = kCommand;
        m_outcome.normalisationFrom = "in the model";
        CommandModel model{m_request.command, fs::current_path(), adapterFolder(), m_dataset.shape, classCount()};
        model.timeToStart = model.timeForABatch = std::chrono::milliseconds(m_request.timeoutMs);
        m_outcome.checks = checkModel(*startCommandClassifier(model), sample, classCount());
        if (!m_outcome.checks.hasGradients) {
            m_outcome.checks.warnings.push_back("it gives no gradients: attacks that need them refuse this model; give serve() a function for them");
        }
    }

    /// What is kept beside the bytes.
    void describe() {
        Json json;
        if (m_record.architecture == kCommand) {
            json["command"] = m_request.command;
            json["folder"] = fs::current_path().string();
            json["files"] = Json::array();
            for (const auto &file : filesOfCommand(m_request.command, fs::current_path())) {
                json["files"].push_back(file.string());
            }
            m_record.hash = hashOfCommandModel(m_request.command, fs::current_path());
        } else {
            Sha256 bytes;
            bytes.add(m_record.weights);
            json["file"] = m_request.file.filename().string();
            json["sha256"] = bytes.hex();
            json["mean"] = m_outcome.normalisation.mean;
            json["std"] = m_outcome.normalisation.std;
            m_record.hash = hashOfFileModel(m_record.architecture, m_record.weights, m_outcome.normalisation);
        }
        const ModelChecks &checks = m_outcome.checks;
        json["normalisation"] = m_outcome.normalisationFrom;
        json["classes"] = checks.classes;
        json["gradients"] = checks.hasGradients;
        json["checks"] = {{"images", checks.images}, {"accuracy", checks.accuracy}, {"warnings", checks.warnings}};
        json["device"] = "cpu";
        json["versions"] = Json::parse(versionsJson(m_record.architecture));
        m_record.parametersJson = json.dump();
    }

    /// Clean accuracy on the whole test split, unless that takes too long.
    void measure(const LoadedModel &model, const LabelledImages &test) {
        if (m_outcome.checks.secondsAnImage * static_cast<double>(test.count()) > kLongMeasurementSeconds) {
            return;
        }
        const auto count = static_cast<std::size_t>(classCount());
        Confusion confusion(count, std::vector<std::int64_t>(count, 0));
        std::int64_t right = 0;
        for (std::int64_t start = 0; start < test.count(); start += kStep) {
            endIfAsked();
            m_job.progress({"asking " + m_record.name + " about the test split", start, test.count(), -1});
            ImageSet images{test.images.shape, {}};
            for (std::int64_t i = start; i < std::min(start + kStep, test.count()); ++i) {
                images.append(test.images.at(i));
            }
            const auto rows = named([&] { return model.classifier->logits(images); });
            for (std::size_t i = 0; i < rows.size(); ++i) {
                const int label = test.labels[static_cast<std::size_t>(start) + i], answer = predictedClass(rows[i]);
                ++confusion[static_cast<std::size_t>(label)][static_cast<std::size_t>(answer)];
                right += label == answer;
            }
        }
        m_record.cleanAccuracy = static_cast<double>(right) / static_cast<double>(test.count());
        m_record.confusionJson = Json(confusion).dump();
    }

    StudyGate &m_gate;
    const ImportModelRequest &m_request;
    const JobContext &m_job;
    Dataset m_dataset;
    ModelRecord m_record;
    ImportModelOutcome m_outcome;
};

}  // namespace

ImportModelOutcome importModel(StudyGate &gate, const ImportModelRequest &request, const JobContext &job) {
    if (request.file.empty() == request.command.empty()) {
        throw Error(ErrorCode::Usage, "give one of --file and --command: a TorchScript or ONNX file, or a program that answers");
    }
    if (!request.command.empty() && !request.normalisation.isNone()) {
        throw Error(ErrorCode::Usage, "--mean and --std are for files; a program gets pixels in 0..1 and normalises them itself");
    }
    if (request.name.empty()) {
        throw Error(ErrorCode::Usage, "--name is empty; give the model a name");
    }
    return Import(gate, request, job).run();
}

}  // namespace metamer
