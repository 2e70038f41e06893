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
    /// Removes a model with its predictions, certificates and evaluations.
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
    /// The same with the attempts that have a nearest candidate to look at.
    std::vector<ExampleId> picturesOfRun(RunId run);
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

class CertificateTable {
public:
    explicit CertificateTable(StudyFile &file) : m_connection(file.connection()) {}
    /// Keeps a certificate; one of the same model, source, norm and eps gives way where the new one knows more.
    void save(const Certificate &certificate);
    std::vector<Certificate> ofModel(const std::string &modelHash);
    std::vector<Certificate> ofSource(SourceImageId source);
    /// One row for each norm and eps.
    std::vector<CertificateCount> counts(const std::string &modelHash);

private:
    SqlConnection &m_connection;
};

class EvaluationTable {
public:
    explicit EvaluationTable(StudyFile &file) : m_connection(file.connection()) {}
    /// Keeps an evaluation; the same one made again gives way.
    void save(const Evaluation &evaluation);
    /// The newest last.
    std::vector<Evaluation> ofModel(const std::string &modelHash);

private:
    SqlConnection &m_connection;
};

class ProxyTable {
public:
    explicit ProxyTable(StudyFile &file) : m_connection(file.connection()) {}
    /// Keeps a proxy in place of the one of that role.
    void save(const ProxyRecord &proxy);
    std::optional<ProxyRecord> find(const std::string &role);
    /// Both; `weights` stays empty.
    std::vector<ProxyRecord> list();
    void remove(const std::string &role);

private:
    SqlConnection &m_connection;
};

class ProxyScoreTable {
public:
    explicit ProxyScoreTable(StudyFile &file) : m_connection(file.connection()) {}
    /// Keeps a score; one of the same proxy that is there already stays as it is.
    void insert(const ProxyScore &score);
    std::vector<ProxyScore> ofExample(ExampleId example);
    std::vector<ProxyScore> ofRun(RunId run);

private:
    SqlConnection &m_connection;
};

class AnnotatorTable {
public:
    explicit AnnotatorTable(StudyFile &file) : m_connection(file.connection()) {}
    /// The annotator of that name, made if there is none. Throws Error(Usage) if the name belongs to another kind.
    Annotator ensure(const std::string &name, AnnotatorKind kind);
    std::optional<Annotator> find(const std::string &name);
    Annotator insert(Annotator annotator);
    std::vector<Annotator> list();
    /// Erases an annotator's answers, the displays and events of the sessions, and the name; a dated mark stays. What is
    /// erased is overwritten in the file. Returns how many answers went. Call outside of transactions.
    std::int64_t erase(const Annotator &annotator, const std::string &newName);

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
    /// The version of a protocol by its hash, kept if it is not yet.
    ProtocolId ensureVersion(StudyId study, const std::string &hash, const std::string &protocolJson);
    void insert(StudyId study, const Freeze &freeze);
    /// The first freeze, if there is one.
    std::optional<Freeze> freeze(StudyId study);

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
    void setGold(ItemId item, std::optional<int> label);

private:
    SqlConnection &m_connection;
};

class ListTable {
public:
    explicit ListTable(StudyFile &file) : m_connection(file.connection()) {}
    ListId insert(StudyId study, int number);
    void insert(const Trial &trial);
    std::vector<StudyList> list(StudyId study);
    std::vector<Trial> trials(ListId list);
    /// Every trial of the study, by list and position.
    std::vector<Trial> allTrials(StudyId study);
    /// Gives a free list to an annotator; false if somebody was quicker.
    bool claim(ListId list, AnnotatorId annotator);
    /// Removes all lists. Throws Error(Usage) if anybody has answered on one.
    void removeAll(StudyId study);

private:
    SqlConnection &m_connection;
};

class SessionTable {
public:
    explicit SessionTable(StudyFile &file) : m_connection(file.connection()) {}
    SessionId insert(SessionRecord session);
    void end(SessionId session);
    /// An annotator's sessions that nobody has ended.
    std::vector<SessionRecord> open(AnnotatorId annotator);
    std::optional<SessionId> find(const std::string &uuid);

private:
    SqlConnection &m_connection;
};

class AnswerTable {
public:
    explicit AnswerTable(StudyFile &file) : m_connection(file.connection()) {}
    /// Adds an answer; it is on the disk when this returns. Gives back the row as written. One whose uuid is in the file
    /// already is left as it is.
    Answer insert(Answer answer);
    /// All answers of the study file, in the order in which they were given.
    std::vector<CastAnswer> list();
    std::vector<CastAnswer> ofAnnotator(AnnotatorId annotator);
    bool contains(const std::string &uuid);
    std::int64_t count();
    /// Answers that people gave in the window or on a page.
    std::int64_t countOfPeople();

private:
    SqlConnection &m_connection;
};

class EventTable {
public:
    explicit EventTable(StudyFile &file) : m_connection(file.connection()) {}
    void insert(SessionId session, const std::string &kind, const std::string &detailsJson);
    void insert(Event event);
    std::vector<Event> list();
    bool has(AnnotatorId annotator, const std::string &kind);

private:
    SqlConnection &m_connection;
};

}  // namespace metamer
