#include "core/lab/import_examples.h"

#include <algorithm>
#include <map>

#include "core/base/budget.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/data/image_array.h"
#include "core/exchange/labelled_set.h"
#include "core/image/norms.h"
#include "core/lab/create_study.h"
#include "core/lab/keep_example.h"
#include "core/study/consensus.h"
#include "core/study/protocol.h"

namespace metamer {
namespace {

void requireCount(const NpyArray &array, std::int64_t count, const std::string &what) {
    if (array.count() != count) {
        throw Error(ErrorCode::BadInput, array.name + " has " + countOf(array.count(), what) + " for " + countOf(count, "image") +
                                             "; give one for each");
    }
}

std::vector<std::int64_t> readIndices(const ImportExamplesRequest &request, std::int64_t count, std::int64_t available) {
    std::vector<std::int64_t> indices;
    if (!request.indices) {
        for (std::int64_t i = 0; i < count; ++i) {
            indices.push_back(i);
        }
    } else {
        const NpyArray array = readNpy(*request.indices);
        requireCount(array, count, "value");
        indices = array.asIntegers();
    }
    for (const auto index : indices) {
        if (index < 0 || index >= available) {
            throw Error(ErrorCode::BadInput, "image " + std::to_string(&index - indices.data()) + " names source " + std::to_string(index) +
                                                 ", but the " + request.split + " split has rows 0 to " + std::to_string(available - 1));
        }
    }
    return indices;
}

std::vector<std::int64_t> readLabels(const ImportExamplesRequest &request, std::int64_t count, int classCount) {
    if (!request.labels) {
        return {};
    }
    if (request.annotator.empty()) {
        throw Error(ErrorCode::Usage, "--labels needs --annotator, the name of whoever gave them");
    }
    const NpyArray array = readNpy(*request.labels);
    requireCount(array, count, "value");
    auto labels = array.asIntegers();
    for (const auto label : labels) {
        if (label < kUnsure || label >= classCount) {
            throw Error(ErrorCode::BadInput, array.name + " has the label " + std::to_string(label) + "; classes go from 0 to " +
                                                 std::to_string(classCount - 1) + " (-1 none, -2 not a class, -3 unsure)");
        }
    }
    return labels;
}

Answer answerOf(SessionId session, ItemId item, int label, const std::string &measure) {
    static const std::map<int, AnswerKind> kKinds = {{kNotAClass, AnswerKind::NotAClass}, {kUnsure, AnswerKind::Unsure}, {kSame, AnswerKind::Same}, {kDifferent, AnswerKind::Different}};
    Answer answer;
    answer.sessionId = session;
    answer.itemId = item;
    answer.measure = Measure::fromName(measure).name();
    answer.kind = label >= 0 ? AnswerKind::Class : kKinds.at(label);
    answer.label = label >= 0 ? label : -1;
    answer.visibleJson = R"({"imported":true})";
    return answer;
}

SessionId importSession(StudyFile &file, StudyId study, const std::string &annotator) {
    const Annotator who = AnnotatorTable(file).ensure(annotator, AnnotatorKind::Import);
    SessionRecord record;
    record.studyId = study;
    record.annotatorId = who.id;
    record.displayJson = R"({"imported":true})";
    record.origin = "import";
    const SessionId session = SessionTable(file).insert(record);
    SessionTable(file).end(session);
    return session;
}

std::map<ExampleId, ItemId> itemsByExample(StudyFile &file, StudyId study) {
    std::map<ExampleId, ItemId> items;
    for (const auto &item : ItemTable(file).ofStudy(study)) {
        if (item.kind == ItemKind::Example) {
            items[item.exampleId] = item.id;
        }
    }
    return items;
}

}  // namespace

Run findRun(StudyFile &file, const std::string &name) {
    const auto run = RunTable(file).find(name);
    if (!run) {
        throw Error(ErrorCode::NotFound, "there is no run '" + name + "' in this study; see 'study info'");
    }
    return *run;
}

ImportExamplesOutcome importExamples(StudyGate &gate, const ImportExamplesRequest &request) {
    const Norm norm = parseNorm(request.norm);
    const Budget budget = Budget::parse(norm, request.eps);
    if (request.split != "train" && request.split != "test") {
        throw Error(ErrorCode::Usage, "--split '" + request.split + "' is not allowed; use test or train");
    }
    const ImageArray array = readImageArray(readNpy(request.images));
    Dataset dataset;
    StudyRecord study;
    gate.with([&](StudyFile &file) {
        dataset = DatasetTable(file).get();
        study = StudyTable(file).get();
    });
    if (array.reading.shape != dataset.shape) {
        throw Error(ErrorCode::BadInput, request.images.string() + " has " + array.reading.description + "; this study's images are " +
                                             std::to_string(dataset.shape.width) + "x" + std::to_string(dataset.shape.height) + " with " +
                                             countOf(dataset.shape.channels, "channel"));
    }
    ImportExamplesOutcome outcome;
    outcome.reading = array.reading.description;
    Run &run = outcome.run;
    run.kind = RunKind::Import;
    run.norm = normName(norm);
    run.epsText = request.eps;
    run.split = request.split;
    run.indices = readIndices(request, array.count(), request.split == "train" ? dataset.trainCount : dataset.testCount);
    run.targets = "";
    run.device = "none";
    run.message = "taken as " + outcome.reading;
    const auto labels = readLabels(request, array.count(), static_cast<int>(dataset.classNames.size()));
    const LoadedDataset data = reloadDataset(dataset);
    Json parameters;
    parameters["file"] = request.images.filename().string();
    parameters["reading"] = outcome.reading;
    run.parametersJson = parameters.dump();

    gate.with([&](StudyFile &file) {
        file.transaction([&] {
            RunTable runs(file);
            const auto isTaken = [&](const std::string &name) { return runs.find(name).has_value(); };
            if (!request.name.empty() && isTaken(request.name)) {
                throw Error(ErrorCode::Exists, "a run named '" + request.name + "' is in this study already; choose another name");
            }
            run.name = request.name.empty() ? freeName("import-" + run.norm + "-" + run.epsText, isTaken) : request.name;
            run.id = runs.insert(run);
            ExampleKeeper keeper(data, run, study.id, Protocol::fromJson(study.protocolJson).examplesPerControl());
            std::int64_t worst = -1;
            for (std::int64_t i = 0; i < array.count(); ++i) {
                const std::int64_t index = run.indices[static_cast<std::size_t>(i)];
                const auto source = data.split(run.split).images.at(index);
                Example example;
                example.pixels = toBytesTowards(array, i, source);
                example.norms = measureNorms(dataset.shape, source, example.pixels);
                if (!isWithin(example.norms, budget)) {
                    ++outcome.overBudget;
                    if (example.norms.linfLevels > worst) {
                        worst = example.norms.linfLevels;
                        outcome.worstExcess = describeExcess(example.norms, budget);
                    }
                }
                keeper.keep(file, example, index, -1);
            }
            outcome.examples = array.count();
            if (!labels.empty()) {
                const SessionId session = importSession(file, study.id, request.annotator);
                const auto items = itemsByExample(file, study.id);
                const auto ids = ExampleTable(file).idsOfRun(run.id);
                for (std::size_t i = 0; i < labels.size(); ++i) {
                    if (labels[i] != kNoLabel) {
                        AnswerTable(file).insert(answerOf(session, items.at(ids[i]), static_cast<int>(labels[i]), request.measure));
                        ++outcome.labels;
                    }
                }
            }
            run.state = RunState::Finished;
            runs.updateState(run);
        });
    });
    return outcome;
}

ImportLabelsOutcome importLabels(StudyFile &file, const std::string &runName, const std::filesystem::path &votesCsv, const std::string &measure) {
    const Dataset dataset = DatasetTable(file).get();
    const StudyRecord study = StudyTable(file).get();
    const Run run = findRun(file, runName);
    Measure::fromName(measure);
    const auto votes = readVotesCsv(votesCsv, dataset.classNames);
    const auto items = itemsByExample(file, study.id);
    std::map<std::int64_t, ItemId> byTask;
    for (const auto &example : ExampleTable(file).ofRun(run.id)) {
        if (const auto item = items.find(example.id); item != items.end()) {
            byTask[example.ordinal] = item->second;
        }
    }
    ImportLabelsOutcome outcome;
    file.transaction([&] {
        std::map<std::string, SessionId> sessions;
        for (const auto &vote : votes) {
            const auto item = byTask.find(vote.task);
            if (item == byTask.end()) {
                throw Error(ErrorCode::BadInput, votesCsv.string() + " names task " + std::to_string(vote.task) + ", which run '" + runName +
                                                     "' does not have (" + countOf(static_cast<std::int64_t>(byTask.size()), "example") +
                                                     ", counted from 0)");
            }
            if (!sessions.contains(vote.worker)) {
                sessions[vote.worker] = importSession(file, study.id, vote.worker);
            }
            AnswerTable(file).insert(answerOf(sessions[vote.worker], item->second, vote.label, vote.measure.empty() ? measure : vote.measure));
            ++outcome.votes;
        }
        outcome.raters = static_cast<std::int64_t>(sessions.size());
    });
    return outcome;
}

}  // namespace metamer
