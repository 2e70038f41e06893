#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <QObject>

#include "core/attack/attack.h"
#include "core/lab/attack_run.h"
#include "core/lab/certificates.h"
#include "core/lab/create_study.h"
#include "core/lab/import_model.h"
#include "core/lab/models.h"
#include "core/lab/train_model.h"
#include "ui/bridge/job_queue.h"
#include "ui/bridge/study_client.h"

namespace metamer {

/// What LibTorch's side offers, once it is open.
struct Catalogue {
    std::vector<AttackInfo> attacks;
    std::vector<RecipeInfo> recipes;
    std::vector<std::string> devices;
};

/// A new example with its source, for strips and thumbnails.
struct ExamplePair {
    Example example;
    Pixels source;
};

/// The open study, its jobs and what pages have to know of them. Thread: main.
class LabSession final : public QObject {
    Q_OBJECT

public:
    explicit LabSession(QObject *parent = nullptr);
    ~LabSession() override;

    StudyClient &study() { return m_study; }
    JobQueue &jobs() { return m_jobs; }

    /// What is in the open study; meaningful while isOpen().
    const StudyInfo &info() const { return m_info; }
    bool isOpen() const { return m_isOpen; }
    const Catalogue &catalogue() const { return m_catalogue; }

    void openStudy(const QString &path);
    void createStudyAt(const QString &path, const QString &spec, const DatasetReading &reading = {});

    /// Opens the demo study of this user, making it first, and starts or resumes its jobs.
    void openDemo(const QString &path);

    /// Opens LibTorch in the background and then tells catalogueReady.
    void loadCatalogue();

    /// Fetches a data set known by name; fetchEnded follows, whatever comes of it.
    int fetch(const QString &name);

    int train(const TrainModelRequest &request);
    int resumeTraining(const QString &name);
    /// Makes a model of what a stopped training has reached.
    int keepTraining(const QString &name);
    /// Hands `onDropped` what it takes to bring it back.
    void dropTraining(const QString &name, std::function<void(const TrainingRecord &)> onDropped = {});
    void restoreTraining(const TrainingRecord &training);
    /// A model that comes back is asked about what came while it was hidden.
    void hideModel(const QString &name, bool isHidden);
    /// Hands `onRemoved` what it takes to bring it back.
    void removeModel(const QString &name, std::function<void(const ModelRecord &)> onRemoved = {});
    void restoreModel(const ModelRecord &model);
    /// Adds the models that come with the program for this data set.
    int addShipped();
    int certify(const CertifyRequest &request);
    int evaluate(const EvaluateRequest &request);
    /// Hands `onImported` what the checks have found.
    int importModel(const ImportModelRequest &request, std::function<void(const ImportModelOutcome &)> onImported = {});
    /// Agrees to run a model that came with the study, and asks it about what has no answer of it yet.
    void trustModel(const QString &name);
    /// Writes TorchScript (or the file that was imported) and a model card.
    int exportModel(const QString &name, const QString &path);
    int attack(const AttackRunRequest &request);
    int resume(const QString &runName);

    /// Reads the study's info again; infoChanged follows.
    void refresh();

Q_SIGNALS:
    void opened();
    void infoChanged();
    void catalogueReady();
    void exampleAdded(std::shared_ptr<const metamer::ExamplePair> pair);
    void trainingPoint(const QString &model, const metamer::TrainingPoint &point);
    void fetchEnded(const QString &name, bool isThere);
    void failed(const metamer::Error &error);

private:
    void adopt(std::function<StudyFile()> open, std::function<void()> afterwards = {});
    void predictWith(const QString &model);
    JobResult runTrainingJob(const std::function<TrainModelOutcome(const CurveHandler &)> &run);
    JobResult runAttackJob(const std::function<AttackRunOutcome(const ExampleHandler &)> &run);

    StudyClient m_study;   // outlives the jobs, which reach through its gate
    JobQueue m_jobs;
    StudyInfo m_info;
    Catalogue m_catalogue;
    bool m_isOpen = false;
    std::map<int, QString> m_fetches;   ///< data set by job
};

}  // namespace metamer
