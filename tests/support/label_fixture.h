#pragma once

#include <filesystem>

#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/lab/create_study.h"
#include "core/lab/keep_example.h"
#include "core/lab/study_setup.h"
#include "core/store/tables.h"

namespace metamer::test {

/// A study, of built-in digits unless told otherwise, with `count` hand-made examples and their controls: no LibTorch needed.
inline void makeLabelStudy(const std::filesystem::path &path, std::int64_t count, const std::map<std::string, std::string> &protocol = {{"presentation", "perturbed"}},
                           const std::string &spec = "builtin:digits") {
    StudyFile file = createStudy(path, spec, {});
    setProtocol(file, Protocol::fromValues(protocol));
    const LoadedDataset data = reloadDataset(DatasetTable(file).get());
    Run run;
    run.kind = RunKind::Import;
    run.name = "secret-run-name";
    run.norm = "linf";
    run.epsText = "0.4";
    run.state = RunState::Finished;
    for (std::int64_t i = 0; i < count; ++i) {
        run.indices.push_back(i % data.test.count());
    }
    file.transaction([&] {
        run.id = RunTable(file).insert(run);
        ExampleKeeper keeper(data, run, StudyTable(file).get().id, studyProtocol(file).examplesPerControl());
        for (const auto index : run.indices) {
            Example example;
            example.pixels = data.test.images.copyOf(index);
            example.pixels[0] = 60;
            example.norms = {1, 0, 60, 3600, 60};
            keeper.keep(file, example, index, -1);
        }
    });
}

/// A clock whose hands a test sets.
class TestClock final : public Clock {
public:
    std::int64_t utcMs() const override { return systemClock().utcMs() + wallShift; }
    double monotonicMs() const override { return systemClock().monotonicMs(); }
    std::int64_t wallShift = 0;
};

}  // namespace metamer::test
