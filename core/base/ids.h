#pragma once

#include <cstdint>
#include <functional>

namespace metamer {

/// A row number that cannot be mixed up with that of another table. Zero means "no row yet".
template <typename Tag>
struct Id {
    std::int64_t value = 0;

    bool isValid() const { return value > 0; }
    friend auto operator<=>(const Id &, const Id &) = default;
};

using DatasetId = Id<struct DatasetTag>;
using SourceImageId = Id<struct SourceImageTag>;
using ModelId = Id<struct ModelTag>;
using RunId = Id<struct RunTag>;
using ExampleId = Id<struct ExampleTag>;
using AnnotatorId = Id<struct AnnotatorTag>;
using StudyId = Id<struct StudyTag>;
using ItemId = Id<struct ItemTag>;
using SessionId = Id<struct SessionTag>;
using ProtocolId = Id<struct ProtocolTag>;
using ListId = Id<struct ListTag>;
using TrialId = Id<struct TrialTag>;
using AnswerId = Id<struct AnswerTag>;

}  // namespace metamer

template <typename Tag>
struct std::hash<metamer::Id<Tag>> {
    std::size_t operator()(const metamer::Id<Tag> &id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
