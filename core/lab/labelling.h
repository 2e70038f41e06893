#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/store/tables.h"
#include "core/study/protocol.h"

namespace metamer {

/// What an annotator is asked about next. Nothing in it tells the run, the target or any prediction.
struct LabelTask {
    std::uint64_t key = 0;     ///< where it stands in the annotator's order
    ItemId itemId;
    TrialId trialId;           ///< invalid where everybody gets every item
    TrialKind kind = TrialKind::Main;
    Pixels original;           ///< the clean source
    Pixels shown;              ///< the perturbed image; for a clean control the source itself
    std::optional<int> practiceLabel;  ///< practice: what is told after the answer
};

/// An answer as the annotator gave it.
struct GivenAnswer {
    std::string uuid;          ///< made when the key is pressed: an answer that is tried again is still one answer
    AnswerKind kind = AnswerKind::Class;
    int label = -1;
    std::optional<int> confidence;
    std::string note;
    std::int64_t responseMs = 0;
    std::string visibleJson = "{}";
    std::vector<std::string> flags;
    std::string utc;           ///< by the computer's clock, when the key was pressed
};

/// One of the last answers, for the strip under the pictures.
struct RecentAnswer {
    AnswerId id;
    AnswerKind kind = AnswerKind::Class;
    int label = -1;
};

/// How far an annotator is.
struct LabelProgress {
    std::int64_t answered = 0;      ///< trials that count, repeats among them
    std::int64_t total = 0;
    std::int64_t practiceLeft = 0;
    std::vector<RecentAnswer> recent;  ///< newest last, at most ten
};

/// One annotator's session: list, order, progress, answers and taking back. Lives where the study file lives.
class Labelling {
public:
    struct Request {
        std::string annotator;
        std::string displayJson = "{}";  ///< what the pictures are shown on
        int list = 0;                    ///< number of the list to take; 0: one's own, or the first free one
    };

    /// Finds or makes the annotator and opens a session; where the protocol uses lists, makes those that are missing and
    /// claims one. Throws Error(Locked) while the annotator labels in another process, Error(Usage) if no list is free or
    /// the name is somebody's whose answers were erased.
    Labelling(StudyFile &file, const Request &request);

    const std::vector<std::string> &classNames() const { return m_dataset.classNames; }
    const ImageShape &shape() const { return m_dataset.shape; }
    const Protocol &protocol() const { return m_protocol; }
    bool hasConsented() const { return m_hasConsented; }
    bool isResumed() const { return m_isResumed; }   ///< there were answers before this session
    int listNumber() const { return m_listNumber; }  ///< 0 where everybody gets every item

    /// The first trial without an answer in this annotator's order, `besides` aside; nothing when all are answered. Where
    /// everybody gets every item, those that a running attack has added since the last call count in.
    std::optional<LabelTask> next(StudyFile &file, std::optional<std::uint64_t> besides = {});

    /// Writes one answer; it is on the disk when this returns. Given twice with the same uuid it is written once.
    Answer answer(StudyFile &file, const LabelTask &task, const GivenAnswer &given);

    /// Withdraws a standing answer, the last one unless told otherwise, with a new row, and gives its trial back to be
    /// answered again; nothing if there is none. Practice is over when it is answered.
    std::optional<LabelTask> takeBack(StudyFile &file, AnswerId answer = {});

    /// Writes an event of this session: "consent_given", "focus_lost", "pause" ...
    void note(StudyFile &file, const std::string &kind, const std::string &detailsJson = "{}");

    LabelProgress progress() const;

    /// Marks the session's end.
    void end(StudyFile &file);

private:
    struct Entry {
        Item item;
        Trial trial;
    };
    struct Standing {
        std::uint64_t key;
        RecentAnswer answer;
        ItemId itemId;
        TrialId trialId;
    };

    void openSession(StudyFile &file, const Request &request);
    void claimList(StudyFile &file, int wanted);
    void loadList(StudyFile &file, ListId list);
    void loadNewItems(StudyFile &file);
    void loadAnswers(StudyFile &file);
    void addEntry(std::uint64_t key, Entry entry);
    void setOpen(std::uint64_t key, bool isOpen);
    LabelTask taskOf(StudyFile &file, std::uint64_t key) const;

    Dataset m_dataset;
    StudyRecord m_study;
    Protocol m_protocol;
    Annotator m_annotator;
    SessionId m_session;
    ListId m_list;
    int m_listNumber = 0;
    bool m_hasConsented = false;
    bool m_isResumed = false;
    std::map<std::uint64_t, Entry> m_entries;            ///< by this annotator's order
    std::optional<std::set<std::string>> m_frozenItems;  ///< uuids, where a freeze has fixed them
    std::int64_t m_lastItem = 0;
    std::set<std::uint64_t> m_open;                      ///< without a standing answer
    std::int64_t m_total = 0, m_openCounted = 0, m_openPractice = 0;
    std::vector<Standing> m_given;                       ///< standing answers, oldest first, practice aside
};

}  // namespace metamer
