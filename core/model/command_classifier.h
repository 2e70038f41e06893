#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "core/model/classifier.h"

namespace metamer {

/// A model behind a program of the user's own that is asked over pipes.
struct CommandModel {
    std::string command;                 ///< as a shell takes it: "python3 my_model.py"
    std::filesystem::path folder;        ///< it runs here
    std::filesystem::path adapterFolder = {};   ///< added to PYTHONPATH where it is not empty, so that metamer_model.py is found
    ImageShape shape;
    int classCount = 0;
    std::chrono::milliseconds timeToStart{60000};
    std::chrono::milliseconds timeForABatch{60000};
};

/// Starts the program and waits for its greeting. It is asked batches of up to 100 images; if it dies it is started once more
/// for the batch in hand, and what fails then is an Error(Device) with the last line of its standard error. One that does
/// not answer in time is killed, and started again by the next question.
///
/// The protocol, all little-endian: a message is 4 letters, the length of its body as uint64, and the body.
/// Program to us, at the start: `HELO` uint32 version (1), classes, flags (1: has gradients).
/// Us to it: `LOGI` uint32 N, C, H, W, then x [N, C, H, W] float32 in [0, 1]; its answer is `LOGI` logits [N, classes] float32.
/// `GRAD` the same, then weights [N, classes] float32; its answer is `GRAD`: d/dx of sum weights * logits, [N, C, H, W] float32.
/// `FAIL` instead of an answer: a sentence in UTF-8. When its standard input ends, the program ends.
/// Throws Error(Device) if it cannot be started or does not greet, Error(BadInput) if it has another number of classes.
std::unique_ptr<Classifier> startCommandClassifier(const CommandModel &model);

}  // namespace metamer
