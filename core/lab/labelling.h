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
    ItemId itemId;
    Pixels original;   ///< the clean source
    Pixels shown;      ///< the perturbed image; for a clean control the source itself
};

/// One annotator's session: order, progress, answers and taking back. Lives where the study file lives.
class Labelling {
public:
    /// Finds or makes the annotator and opens a session. `displayJson` says what the pictures are shown on.
    Labelling(StudyFile &file, const std::string &annotator, const std::string &displayJson);

    const std::vector<std::string> &classNames() const { return m_dataset.classNames; }
    const ImageShape &shape() const { return m_dataset.shape; }
    const Protocol &protocol() const { return m_protocol; }

    /// The first unanswered item in this annotator's order that is not `besides`; nothing when all is answered. Items that
    /// a running attack has added since the last call count in.
    std::optional<LabelTask> next(StudyFile &file, ItemId besides = {});

    /// Writes one answer; it is on the disk when this returns. `label` is for AnswerKind::Class.
    Answer answer(StudyFile &file, ItemId item, AnswerKind kind, int label, std::int64_t responseMs, const std::string &visibleJson);

    /// Withdraws the annotator's last standing answer of this session with a new row and gives its item back to be
    /// answered again; nothing if there is none.
    std::optional<LabelTask> takeBack(StudyFile &file);

    std::int64_t answered() const { return static_cast<std::int64_t>(m_answered.size()); }
    std::int64_t total() const { return static_cast<std::int64_t>(m_items.size()); }

    /// Marks the session's end.
    void end(StudyFile &file);

private:
    void loadNewItems(StudyFile &file);
    LabelTask taskOf(StudyFile &file, const Item &item) const;

    Dataset m_dataset;
    StudyRecord m_study;
    Protocol m_protocol;
    Annotator m_annotator;
    SessionId m_session;
    std::map<std::uint64_t, Item> m_items;   ///< by this annotator's order
    std::int64_t m_lastItem = 0;
    std::set<ItemId> m_answered;
    std::vector<Answer> m_given;             ///< standing answers of this session, oldest first
};

/// Sets what the labelling study shows from now on; stored with the study, and a change is noted as an event.
void setPresentation(StudyFile &file, Presentation presentation);

}  // namespace metamer
