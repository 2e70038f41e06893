#pragma once

#include <filesystem>

#include "core/lab/attack_run.h"
#include "core/lab/train_model.h"

namespace metamer {

/// The demo study: built-in digits, a small CNN, and Linf invariance examples. The window's first start and
/// `metamer-cli demo` run the same requests.
TrainModelRequest demoTraining();
AttackRunRequest demoAttack();

struct DemoOutcome {
    std::filesystem::path study;
    std::filesystem::path contactSheet;
    double cleanAccuracy = 0;
    std::int64_t examples = 0;
};

/// Makes demo.metamer and demo-contact-sheet.png in `folder` (made if missing; -2, -3 ... if there is a demo already).
DemoOutcome makeDemo(const std::filesystem::path &folder, const JobContext &job);

}  // namespace metamer
