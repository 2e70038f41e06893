#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/records.h"
#include "core/store/study_file.h"

namespace metamer {

// One repository class a table. Each call is one statement and blocks; wrap several in StudyFile::transaction. All throw
// Error as StudyFile does. Inserts fill in uuid and time where they are empty and return the new row's id.

class DatasetTable {
public:
    explicit DatasetTable(StudyFile &file) : m_connection(file.connection()) {}
    DatasetId insert(Dataset dataset);
    /// The one data set of the file. Throws Error(Damaged) if there is none.
    Dataset get();

private:
    SqlConnection &m_connection;
};

class SourceImageTable {
public:
    explicit SourceImageTable(StudyFile &file) : m_connection(file.connection()) {}
    /// The row of (split, index), made if it is not there yet.
    SourceImageId ensure(DatasetId dataset, SourceImage image);
    std::optional<SourceImage> find(SourceImageId id);
    std::vector<SourceImage> all();

private:
    SqlConnection &m_connection;
};

class ModelTable {
public:
    explicit ModelTable(StudyFile &file) : m_connection(file.connection()) {}
    ModelId insert(ModelRecord model);
    std::optional<ModelRecord> find(const std::string &name);
    /// All models, by name, the hidden ones too; `weights` stays empty.
    std::vector<ModelRecord> list();
    void setHidden(ModelId model, bool isHidden);
    /// Removes a model and its predictions.
    void remove(const ModelRecord &model);
    /// How many labelled items have a prediction of this model on them.
    std::int64_t labelledPredictions(const std::string &modelHash);

private:
    SqlConnection &m_connection;
};

class TrainingTable {
public:
    explicit TrainingTable(StudyFile &file) : m_connection(file.connection()) {}
    /// Writes a training, or writes over the one of that name.
    void save(const TrainingRecord &training);
    std::optional<TrainingRecord> find(const std::string &name);
    /// All of them, by name; `checkpoint` stays empty.
    std::vector<TrainingRecord> list();
    void remove(const std::string &name);

private:
    SqlConnection &m_connection;
};

class RunTable {
public:
    explicit RunTable(StudyFile &file) : m_connection(file.connection()) {}
    RunId insert(Run run);
    std::optional<Run> find(const std::string &name);
    std::vector<Run> list();
    /// Keeps state, message, owner and finishing time.
    void updateState(const Run &run);

private:
    SqlConnection &m_connection;
};

class ExampleTable {
public:
    explicit ExampleTable(StudyFile &file) : m_connection(file.connection()) {}
    ExampleId insert(Example example);
    std::optional<Example> find(ExampleId id);
    std::vector<Example> ofRun(RunId run);
    /// Ids of a run's found examples by ordinal, for paging.
    std::vector<ExampleId> idsOfRun(RunId run);
    std::int64_t count(RunId run, ExampleOutcome outcome);
    /// The sources for which a run has rows already.
    std::vector<SourceImageId> sourcesOfRun(RunId run);
    std::int64_t nextOrdinal(RunId run);

private:
    SqlConnection &m_connection;
};

/// An image that a model has not been asked about.
struct UnpredictedImage {
    SourceImageId sourceId;
    ExampleId exampleId;
    Pixels pixels;
};

class PredictionTable {
public:
    explicit PredictionTable(StudyFile &file) : m_connection(file.connection()) {}
    /// Keeps a prediction; one that is there already stays as it is.
    void insert(const Prediction &prediction);
    std::vector<Prediction> ofModel(const std::string &modelHash);
    std::vector<Prediction> ofExample(ExampleId example);
    std::vector<Prediction> ofSource(SourceImageId source);
    /// Sources of examples, controls and examples that the model has not predicted, `most` at the most.
    std::vector<UnpredictedImage> missing(const std::string &modelHash, int most);

private:
    SqlConnection &m_connection;
};

class AnnotatorTable {
public:
    explicit AnnotatorTable(StudyFile &file) : m_connection(file.connection()) {}
    /// The annotator of that name, made if there is none. Throws Error(Usage) if the name belongs to another kind.
    Annotator ensure(const std::string &name, AnnotatorKind kind);
    std::vector<Annotator> list();

private:
    SqlConnection &m_connection;
};

class StudyTable {
public:
    explicit StudyTable(StudyFile &file) : m_connection(file.connection()) {}
    StudyId insert(StudyRecord study);
    /// The study that labelling uses. Throws Error(Damaged) if there is none.
    StudyRecord get();
    void setProtocol(StudyId study, const std::string &protocolJson);

private:
    SqlConnection &m_connection;
};

class ItemTable {
public:
    explicit ItemTable(StudyFile &file) : m_connection(file.connection()) {}
    ItemId insert(Item item);
    /// The items of a study in the order in which they were added, only those after `after` if that is given.
    std::vector<Item> ofStudy(StudyId study, ItemId after = {});
    std::int64_t count(StudyId study, ItemKind kind);

private:
    SqlConnection &m_connection;
};

class SessionTable {
public:
    explicit SessionTable(StudyFile &file) : m_connection(file.connection()) {}
    SessionId insert(SessionRecord session);
    void end(SessionId session);

private:
    SqlConnection &m_connection;
};

class AnswerTable {
public:
    explicit AnswerTable(StudyFile &file) : m_connection(file.connection()) {}
    /// Adds an answer; it is on the disk when this returns. Gives back the row as written.
    Answer insert(Answer answer);
    /// All answers of the study file, in the order in which they were given.
    std::vector<CastAnswer> list();
    std::vector<CastAnswer> ofAnnotator(AnnotatorId annotator);
    std::int64_t count();

private:
    SqlConnection &m_connection;
};

class EventTable {
public:
    explicit EventTable(StudyFile &file) : m_connection(file.connection()) {}
    void insert(SessionId session, const std::string &kind, const std::string &detailsJson);

private:
    SqlConnection &m_connection;
};

}  // namespace metamer
