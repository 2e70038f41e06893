#include "core/lab/create_study.h"

#include "core/base/error.h"
#include "core/data/dataset_reader.h"
#include "core/store/tables.h"
#include "core/study/protocol.h"

namespace metamer {

namespace fs = std::filesystem;

StudyFile createStudy(const fs::path &path, const std::string &spec, const fs::path &dataDir, const DatasetReading &reading) {
    if (fs::exists(path)) {
        throw Error(ErrorCode::Exists, path.string() + " exists already; choose another name or remove it");
    }
    const LoadedDataset data = loadDataset(spec, dataDir, reading);
    StudyFile file = StudyFile::create(path);
    try {
        file.transaction([&] {
            DatasetTable(file).insert(data.info);
            StudyTable(file).insert({{}, {}, "labelling", Protocol().toJson()});
        });
    } catch (...) {
        std::error_code ignored;
        for (const char *suffix : {"", "-wal", "-shm", "-journal"}) {
            fs::remove(path.string() + suffix, ignored);
        }
        throw;
    }
    return file;
}

StudyInfo studyInfo(StudyFile &file) {
    StudyInfo info;
    info.path = file.path().string();
    info.schema = std::stoll(file.pragma("user_version"));
    info.journal = file.pragma("journal_mode");
    info.isReadOnly = file.isReadOnly();
    info.dataset = DatasetTable(file).get();
    info.models = ModelTable(file).list();
    for (const auto &model : info.models) {
        info.certificates[model.hash] = CertificateTable(file).counts(model.hash);
        info.evaluations[model.hash] = EvaluationTable(file).ofModel(model.hash);
    }
    info.trainings = TrainingTable(file).list();
    for (auto &run : RunTable(file).list()) {
        ExampleTable examples(file);
        info.runs.push_back({run, examples.count(run.id, ExampleOutcome::Found), examples.count(run.id, ExampleOutcome::Attempt)});
    }
    info.annotators = AnnotatorTable(file).list();
    info.answers = AnswerTable(file).count();
    return info;
}

}  // namespace metamer
