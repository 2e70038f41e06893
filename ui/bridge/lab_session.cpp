#include "ui/bridge/lab_session.h"

#include <filesystem>

#include "core/attack/compute.h"
#include "core/base/text.h"
#include "core/data/fetch.h"
#include "core/lab/compute_loader.h"
#include "core/lab/demo.h"
#include "core/lab/export_model.h"
#include "core/lab/imported_models.h"
#include "core/lab/shipped_models.h"
#include "core/store/tables.h"

namespace metamer {

LabSession::LabSession(QObject *parent) : QObject(parent) {
    connect(&m_study, &StudyClient::failed, this, &LabSession::failed);
    connect(&m_jobs, &JobQueue::ended, this, &LabSession::refresh);
    connect(&m_jobs, &JobQueue::ended, this, [this](const JobInfo &job) {
        if (const auto fetched = m_fetches.extract(job.id)) {
            Q_EMIT fetchEnded(fetched.mapped(), job.state == JobState::Finished);
        }
    });
}

LabSession::~LabSession() { m_jobs.abortAll(); }

void LabSession::adopt(std::function<StudyFile()> open, std::function<void()> afterwards) {
    m_study.replace(
        this, std::move(open),
        [this, afterwards = std::move(afterwards)] {
            m_study.ask(this, [](StudyFile &file) { return studyInfo(file); },
                        [this, afterwards](StudyInfo info) {
                            m_info = std::move(info);
                            m_isOpen = true;
                            Q_EMIT opened();
                            Q_EMIT infoChanged();
                            if (afterwards) {
                                afterwards();
                            }
                        });
        },
        [this](const Error &error) { Q_EMIT failed(error); });
}

void LabSession::openStudy(const QString &path) {
    adopt([path] { return StudyFile::open(path.toStdString()); });
}

void LabSession::createStudyAt(const QString &path, const QString &spec, const DatasetReading &reading) {
    adopt([path, spec, reading] { return createStudy(path.toStdString(), spec.toStdString(), {}, reading); });
}

void LabSession::openDemo(const QString &path) {
    const std::filesystem::path file = path.toStdString();
    adopt(
        [file] {
            std::filesystem::create_directories(file.parent_path());
            return std::filesystem::exists(file) ? StudyFile::open(file) : createStudy(file, "builtin:digits", {});
        },
        [this] {
            if (m_info.runs.empty()) {
                attack(demoAttack());
            } else if (m_info.runs.front().run.state != RunState::Finished && m_info.runs.front().run.kind == RunKind::Attack) {
                resume(QString::fromStdString(m_info.runs.front().run.name));
            }
            if (m_info.models.empty()) {   // after the attack: examples are there to label within seconds
                train(demoTraining());
            }
        });
}

void LabSession::loadCatalogue() {
    m_jobs.enqueue(tr("Opening LibTorch"), [this](const JobContext &) {
        Compute &engine = compute();
        const Catalogue catalogue{engine.attacks(), engine.recipes(), engine.devices()};
        QMetaObject::invokeMethod(this, [this, catalogue] {
            m_catalogue = catalogue;
            Q_EMIT catalogueReady();
        });
        return JobResult{JobEnd::Finished, tr("LibTorch %1").arg(QString::fromStdString(engine.torchVersion())), {}};
    });
}

int LabSession::fetch(const QString &name) {
    const int id = m_jobs.enqueue(tr("Fetch %1").arg(name), [name](const JobContext &job) {
        const FetchOutcome outcome = fetchDataset(name.toStdString(), {}, {}, job.stop, job.progress);
        return JobResult{outcome.end, outcome.end == JobEnd::Finished ? tr("%1 files").arg(outcome.fetched.size() + outcome.present.size()) : QString(), {}};
    });
    m_fetches[id] = name;
    return id;
}

JobResult LabSession::runTrainingJob(const std::function<TrainModelOutcome(const CurveHandler &)> &run) {
    const TrainModelOutcome outcome = run([this](const std::string &model, const TrainingPoint &point) {
        QMetaObject::invokeMethod(this, [this, model, point] { Q_EMIT trainingPoint(QString::fromStdString(model), point); });
    });
    if (outcome.model && outcome.model->cleanAccuracy) {
        return {outcome.end, tr("%1 % of the test split right").arg(100 * *outcome.model->cleanAccuracy, 0, 'f', 1), {}};
    }
    return {outcome.end, outcome.steps > 0 ? tr("stopped at step %1 of %2").arg(outcome.step).arg(outcome.steps) : QString(), {}};
}

int LabSession::train(const TrainModelRequest &request) {
    const QString name = QString::fromStdString(request.name.empty() ? request.recipe : request.name);
    return m_jobs.enqueue(tr("Train %1").arg(name), [this, request](const JobContext &job) {
        return runTrainingJob([&](const CurveHandler &onPoint) { return trainModel(m_study.gate(), request, job, onPoint); });
    });
}

int LabSession::resumeTraining(const QString &name) {
    return m_jobs.enqueue(tr("Train %1").arg(name), [this, name](const JobContext &job) {
        return runTrainingJob([&](const CurveHandler &onPoint) { return metamer::resumeTraining(m_study.gate(), name.toStdString(), job, onPoint); });
    });
}

int LabSession::keepTraining(const QString &name) {
    return m_jobs.enqueue(tr("Keep %1").arg(name), [this, name](const JobContext &job) {
        return runTrainingJob([&](const CurveHandler &) { return metamer::keepTraining(m_study.gate(), name.toStdString(), job); });
    });
}

void LabSession::dropTraining(const QString &name, std::function<void(const TrainingRecord &)> onDropped) {
    m_study.ask(
        this,
        [name](StudyFile &file) {
            const auto training = TrainingTable(file).find(name.toStdString());
            TrainingTable(file).remove(name.toStdString());
            return training.value_or(TrainingRecord());
        },
        [this, onDropped](TrainingRecord training) {
            refresh();
            if (onDropped) {
                onDropped(training);
            }
        });
}

void LabSession::restoreTraining(const TrainingRecord &training) {
    m_study.ask(this, [training](StudyFile &file) { TrainingTable(file).save(training); }, [this] { refresh(); });
}

void LabSession::hideModel(const QString &name, bool isHidden) {
    m_study.ask(this, [name, isHidden](StudyFile &file) { metamer::hideModel(file, name.toStdString(), isHidden); }, [this, name, isHidden] {
        refresh();
        if (!isHidden) {
            predictWith(name);
        }
    });
}

void LabSession::removeModel(const QString &name, std::function<void(const ModelRecord &)> onRemoved) {
    m_study.ask(
        this,
        [name](StudyFile &file) {
            const ModelRecord model = findModel(file, name.toStdString());
            metamer::removeModel(file, name.toStdString());
            return model;
        },
        [this, onRemoved](ModelRecord model) {
            refresh();
            if (onRemoved) {
                onRemoved(model);
            }
        });
}

void LabSession::restoreModel(const ModelRecord &model) {
    m_study.ask(this, [model](StudyFile &file) { ModelTable(file).insert(model); }, [this, model] {
        refresh();
        predictWith(QString::fromStdString(model.name));
    });
}

int LabSession::addShipped() {
    return m_jobs.enqueue(tr("Add models of Metamer"), [this](const JobContext &job) {
        const auto names = addShippedModels(m_study.gate(), job);
        return JobResult{JobEnd::Finished, names.empty() ? tr("they are all here") : QString::fromStdString(join(names, ", ")), {}};
    });
}

int LabSession::certify(const CertifyRequest &request) {
    return m_jobs.enqueue(tr("Certify %1").arg(QString::fromStdString(request.model)), [this, request](const JobContext &job) {
        const CertifyOutcome outcome = certifyModel(m_study.gate(), request, job);
        return JobResult{outcome.end, tr("%1 of %2 certified").arg(outcome.certified).arg(outcome.images), {}};
    });
}

int LabSession::evaluate(const EvaluateRequest &request) {
    return m_jobs.enqueue(tr("Attack %1 by %2").arg(QString::fromStdString(request.model), QString::fromStdString(request.attack)), [this, request](const JobContext &job) {
        const ModelEvaluation outcome = evaluateModel(m_study.gate(), request, job);
        return JobResult{JobEnd::Finished, tr("%1 % right, %2 % under attack").arg(100 * outcome.cleanAccuracy, 0, 'f', 1).arg(100 * outcome.attackedAccuracy.value_or(0), 0, 'f', 1), {}};
    });
}

int LabSession::importModel(const ImportModelRequest &request, std::function<void(const ImportModelOutcome &)> onImported) {
    return m_jobs.enqueue(tr("Import %1").arg(QString::fromStdString(request.name)), [this, request, onImported](const JobContext &job) {
        const ImportModelOutcome outcome = metamer::importModel(m_study.gate(), request, job);
        if (onImported) {
            QMetaObject::invokeMethod(this, [onImported, outcome] { onImported(outcome); });
        }
        return JobResult{JobEnd::Finished, tr("%1 % of %2 clean test images right").arg(100 * outcome.checks.accuracy, 0, 'f', 1).arg(outcome.checks.images), {}};
    });
}

void LabSession::trustModel(const QString &name) {
    m_study.ask(this, [name](StudyFile &file) { metamer::trustModel(findModel(file, name.toStdString())); }, [this, name] {
        refresh();
        predictWith(name);
    });
}

int LabSession::exportModel(const QString &name, const QString &path) {
    return m_jobs.enqueue(tr("Export %1").arg(name), [this, name, path](const JobContext &) {
        ExportedModel exported;
        m_study.gate().with([&](StudyFile &file) { exported = metamer::exportModel(file, name.toStdString(), path.toStdString()); });
        return JobResult{JobEnd::Finished, tr("wrote %1 and %2").arg(QString::fromStdString(exported.file.string()), QString::fromStdString(exported.card.filename().string())), {}};
    });
}

void LabSession::predictWith(const QString &name) {
    m_jobs.enqueue(tr("Ask %1").arg(name), [this, name](const JobContext &job) {
        Dataset dataset;
        ModelRecord model;
        m_study.gate().with([&](StudyFile &file) {
            dataset = DatasetTable(file).get();
            model = findModel(file, name.toStdString());
        });
        predictMissing(m_study.gate(), {loadModel(model, dataset, compute().resolveDevice("auto"))}, dataset.shape, job);
        return JobResult{JobEnd::Finished, tr("its answers are complete"), {}};
    });
}

JobResult LabSession::runAttackJob(const std::function<AttackRunOutcome(const ExampleHandler &)> &run) {
    const auto onExample = [this](const Example &example) {
        if (example.pixels.empty()) {
            return;
        }
        auto pair = std::make_shared<ExamplePair>(ExamplePair{example, {}});
        m_study.gate().with([&](StudyFile &file) { pair->source = SourceImageTable(file).find(example.sourceId)->pixels; });
        QMetaObject::invokeMethod(this, [this, pair] { Q_EMIT exampleAdded(pair); });
    };
    const AttackRunOutcome outcome = run(onExample);
    QString message = QString::fromStdString(countOf(outcome.found, "example"));
    if (outcome.attempts > 0) {
        message += tr(", %1 without success").arg(outcome.attempts);
    }
    for (const auto &sentence : outcome.modelsNotAsked) {
        message += QStringLiteral("; ") + QString::fromStdString(sentence);
    }
    return {outcome.end, message, QString::fromStdString(outcome.run.name)};
}

int LabSession::attack(const AttackRunRequest &request) {
    const QString title = QString::fromStdString(!request.name.empty() ? request.name : request.attack + (request.norm.empty() ? "" : "-" + request.norm) + (request.eps.empty() ? "" : "-" + request.eps));
    return m_jobs.enqueue(title, [this, request](const JobContext &job) {
        return runAttackJob([&](const ExampleHandler &onExample) { return runAttack(m_study.gate(), request, job, onExample); });
    });
}

int LabSession::resume(const QString &runName) {
    return m_jobs.enqueue(runName, [this, runName](const JobContext &job) {
        return runAttackJob([&](const ExampleHandler &onExample) {
            return resumeAttack(m_study.gate(), runName.toStdString(), 0, job, onExample);
        });
    });
}

void LabSession::refresh() {
    if (m_isOpen) {
        m_study.ask(this, [](StudyFile &file) { return studyInfo(file); },
                    [this](StudyInfo info) {
                        m_info = std::move(info);
                        Q_EMIT infoChanged();
                    });
    }
}

}  // namespace metamer
