#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/image/image.h"

namespace metamer {

/// The architectures of models that users bring.
constexpr const char *kTorchScript = "torchscript";
constexpr const char *kOnnx = "onnx";
constexpr const char *kCommand = "command";

/// True for a model that was brought and not trained here: loading it runs what somebody else has written.
bool isImported(const std::string &architecture);

/// What is done to x in [0, 1] before a model sees it: (x - mean) / std, channel by channel. Nothing where both are empty.
struct Normalisation {
    std::vector<double> mean;
    std::vector<double> std;

    bool isNone() const { return mean.empty() && std.empty(); }

    /// Throws Error(Usage) unless there is one of each, or one a channel, all finite and std above 0. One value holds for all channels.
    void check(int channels) const;

    /// In place; x [N, C, H, W].
    void apply(std::span<float> x, const ImageShape &shape) const;
};

/// "0.1307" or "0.5,0.5,0.5" as numbers. Throws Error(Usage) naming the option.
std::vector<double> parseChannelValues(const std::string &text, const std::string &option);

/// Bytes / 255.
std::vector<float> toFloats(std::span<const std::uint8_t> bytes);

/// Throws Error(BadInput) unless `values` are `count` rows of `classCount` finite numbers; else gives the rows.
std::vector<std::vector<float>> checkedRows(std::span<const float> values, std::int64_t count, int classCount);

/// Hash of a model from a file: SHA-256 over the architecture's name, the bytes and the normalisation.
std::string hashOfFileModel(const std::string &architecture, const Pixels &bytes, const Normalisation &normalisation);

/// Files that a command names: the readable files among its words after the first, else the first word if it is one.
/// Relative ones are looked for in `folder`.
std::vector<std::filesystem::path> filesOfCommand(const std::string &command, const std::filesystem::path &folder);

/// Hash of a model behind a command: SHA-256 over the command and the bytes of its files.
std::string hashOfCommandModel(const std::string &command, const std::filesystem::path &folder);

}  // namespace metamer
