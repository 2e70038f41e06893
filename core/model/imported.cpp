#include "core/model/imported.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/child_process.h"
#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/data/file_bytes.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

bool isReadableFile(const fs::path &path) {
    std::error_code status;
    return fs::is_regular_file(path, status);
}

std::string exactText(double value) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof(text), value).ptr};
}

void addTo(Sha256 &hash, const std::vector<double> &values) {
    for (const double value : values) {
        hash.add(exactText(value) + ",");
    }
    hash.add(";");
}

}  // namespace

bool isImported(const std::string &architecture) { return architecture == kTorchScript || architecture == kOnnx || architecture == kCommand; }

void Normalisation::check(int channels) const {
    const auto fits = [&](const std::vector<double> &values) { return values.size() == 1 || values.size() == static_cast<std::size_t>(channels); };
    if (isNone()) {
        return;
    }
    if (!fits(mean) || !fits(std)) {
        throw Error(ErrorCode::Usage, "--mean and --std take one value or one a channel (" + std::to_string(channels) + " here), and both are needed; got " +
                                          std::to_string(mean.size()) + " and " + std::to_string(std.size()));
    }
    if (!std::all_of(mean.begin(), mean.end(), [](double value) { return std::isfinite(value); }) ||
        !std::all_of(std.begin(), std.end(), [](double value) { return std::isfinite(value) && value > 0; })) {
        throw Error(ErrorCode::Usage, "--mean must be finite and --std above 0; give them for pixels in 0..1");
    }
}

void Normalisation::apply(std::span<float> x, const ImageShape &shape) const {
    if (isNone()) {
        return;
    }
    const std::size_t plane = static_cast<std::size_t>(shape.height) * shape.width;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t channel = i / plane % static_cast<std::size_t>(shape.channels);
        const auto at = [&](const std::vector<double> &values) { return static_cast<float>(values[values.size() == 1 ? 0 : channel]); };
        x[i] = (x[i] - at(mean)) / at(std);
    }
}

std::vector<double> parseChannelValues(const std::string &text, const std::string &option) {
    std::vector<double> values;
    for (const auto &part : split(text, ',')) {
        const std::string word = trimmed(part);
        double value = 0;
        const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (failed != std::errc() || end != word.data() + word.size()) {
            throw Error(ErrorCode::Usage, option + " '" + text + "' is not a number or a list of them; write 0.1307, or 0.49,0.48,0.45 for three channels");
        }
        values.push_back(value);
    }
    return values;
}

std::vector<float> toFloats(std::span<const std::uint8_t> bytes) {
    std::vector<float> x(bytes.size());
    std::transform(bytes.begin(), bytes.end(), x.begin(), [](std::uint8_t byte) { return static_cast<float>(byte) / 255.0f; });
    return x;
}

std::vector<std::vector<float>> checkedRows(std::span<const float> values, std::int64_t count, int classCount) {
    if (values.size() != static_cast<std::size_t>(count) * static_cast<std::size_t>(classCount)) {
        throw Error(ErrorCode::BadInput, "the model gives " + std::to_string(values.size()) + " values for " + countOf(count, "image") + ", not " +
                                             std::to_string(classCount) + " an image, as the data set's classes ask for; export it with one logit a class");
    }
    if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); })) {
        throw Error(ErrorCode::BadInput, "the model gives logits that are not numbers (NaN or infinite); look at its weights and its normalisation");
    }
    std::vector<std::vector<float>> rows;
    for (std::int64_t i = 0; i < count; ++i) {
        rows.emplace_back(values.begin() + i * classCount, values.begin() + (i + 1) * classCount);
    }
    return rows;
}

std::string hashOfFileModel(const std::string &architecture, const Pixels &bytes, const Normalisation &normalisation) {
    Sha256 hash;
    hash.add(architecture);
    hash.add(bytes);
    addTo(hash, normalisation.mean);
    addTo(hash, normalisation.std);
    return hash.hex();
}

std::vector<fs::path> filesOfCommand(const std::string &command, const fs::path &folder) {
    const auto words = shellWords(command);
    std::vector<fs::path> files;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (const fs::path path = folder / words[i]; isReadableFile(path)) {
            files.push_back(path);
        }
    }
    if (files.empty() && !words.empty() && isReadableFile(folder / words[0])) {
        files.push_back(folder / words[0]);
    }
    return files;
}

std::string hashOfCommandModel(const std::string &command, const fs::path &folder) {
    Sha256 hash;
    hash.add(std::string(kCommand));
    hash.add(command);
    for (const auto &file : filesOfCommand(command, folder)) {
        forEachBlock(file, [&](std::span<const std::uint8_t> block) { hash.add(block); });
    }
    return hash.hex();
}

}  // namespace metamer
