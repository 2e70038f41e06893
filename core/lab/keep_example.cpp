#include "core/lab/keep_example.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <set>

#include <unistd.h>

namespace metamer {
namespace {

constexpr std::int64_t kControlPool = 2000;

std::string hostName() {
    char name[256] = {};
    gethostname(name, sizeof name - 1);
    return name;
}

}  // namespace

std::string thisProcess() { return hostName() + ":" + std::to_string(getpid()); }

bool isOwnedElsewhere(const std::string &owner) {
    const auto colon = owner.rfind(':');
    if (colon == std::string::npos || owner.substr(0, colon) != hostName()) {
        return false;
    }
    const auto process = static_cast<pid_t>(std::atol(owner.c_str() + colon + 1));
    return process > 0 && process != getpid() && (kill(process, 0) == 0 || errno == EPERM);
}

ExampleKeeper::ExampleKeeper(const LoadedDataset &data, const Run &run, StudyId study, int examplesPerControl)
    : m_data(data), m_run(run), m_study(study), m_examplesPerControl(examplesPerControl) {
    Rng rng(static_cast<std::uint64_t>(run.seed) + 77);
    const std::set<std::int64_t> used(run.indices.begin(), run.indices.end());
    for (const auto index : drawWithoutReplacement(data.split(run.split).count(), kControlPool + static_cast<std::int64_t>(used.size()), rng)) {
        if (!used.contains(index)) {
            m_controlPool.push_back(index);
        }
    }
}

SourceImageId ExampleKeeper::keepSource(StudyFile &file, const std::string &split, std::int64_t index) {
    const LabelledImages &images = m_data.split(split);
    return SourceImageTable(file).ensure(m_data.info.id, {{}, {}, split, index, images.labels[static_cast<std::size_t>(index)],
                                                          images.images.copyOf(index)});
}

Example ExampleKeeper::keep(StudyFile &file, Example example, std::int64_t sourceIndex, std::int64_t donorIndex) {
    ExampleTable examples(file);
    example.runId = m_run.id;
    example.sourceId = keepSource(file, m_run.split, sourceIndex);
    example.ordinal = examples.nextOrdinal(m_run.id);
    if (donorIndex >= 0) {
        example.donorId = keepSource(file, "train", donorIndex);
    }
    example.id = examples.insert(example);
    if (example.outcome == ExampleOutcome::Found) {
        ItemTable(file).insert({{}, {}, m_study, ItemKind::Example, example.id, example.sourceId, std::nullopt});
        keepControls(file);
    }
    return example;
}

void ExampleKeeper::keepControls(StudyFile &file) {
    ItemTable items(file);
    const std::int64_t wanted = m_examplesPerControl > 0 ? items.count(m_study, ItemKind::Example) / m_examplesPerControl : 0;
    std::int64_t kept = items.count(m_study, ItemKind::Control);
    while (kept < wanted && kept < static_cast<std::int64_t>(m_controlPool.size())) {
        const SourceImageId source = keepSource(file, m_run.split, m_controlPool[static_cast<std::size_t>(kept)]);
        items.insert({{}, {}, m_study, ItemKind::Control, {}, source, std::nullopt});
        ++kept;
    }
}

}  // namespace metamer
