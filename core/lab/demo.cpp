#include "core/lab/demo.h"

#include "core/base/error.h"
#include "core/lab/create_study.h"
#include "core/lab/export_study.h"

namespace metamer {

namespace fs = std::filesystem;

TrainModelRequest demoTraining() {
    TrainModelRequest request;
    request.name = "small-cnn";
    return request;
}

AttackRunRequest demoAttack() {
    AttackRunRequest request;
    request.count = 60;
    request.seed = 1;
    return request;
}

DemoOutcome makeDemo(const fs::path &folder, const JobContext &job) {
    std::error_code status;
    fs::create_directories(folder, status);
    if (!fs::is_directory(folder)) {
        throw Error(ErrorCode::Io, "cannot make the folder " + folder.string() + "; choose another with --out");
    }
    const std::string name = freeName("demo", [&](const std::string &candidate) { return fs::exists(folder / (candidate + ".metamer")); });
    DemoOutcome outcome;
    outcome.study = fs::absolute(folder / (name + ".metamer")).lexically_normal();
    outcome.contactSheet = fs::absolute(folder / (name + "-contact-sheet.png")).lexically_normal();
    StudyFile file = createStudy(outcome.study, "builtin:digits", {});
    DirectGate gate(file);
    const auto trained = trainModel(gate, demoTraining(), job);
    outcome.cleanAccuracy = trained.model && trained.model->cleanAccuracy ? *trained.model->cleanAccuracy : 0;
    outcome.examples = runAttack(gate, demoAttack(), job, [](const Example &) {}).found;
    if (outcome.examples > 0) {
        exportStudy(file, "contact-sheet", outcome.contactSheet, {});
    }
    return outcome;
}

}  // namespace metamer
