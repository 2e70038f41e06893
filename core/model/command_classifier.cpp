#include "core/model/command_classifier.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/base/child_process.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/imported.h"

namespace metamer {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Result = ChildProcess::Result;

constexpr std::int64_t kBatch = 100;
constexpr std::size_t kHeaderBytes = 12;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
constexpr std::uint32_t kVersion = 1;

struct Message {
    std::string kind;
    Bytes body;
};

/// The program ended in the middle of a question; another try may go well.
struct Died {};

void addWord(Bytes &bytes, std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

void addFloats(Bytes &bytes, std::span<const float> values) {
    const auto *raw = reinterpret_cast<const std::uint8_t *>(values.data());
    bytes.insert(bytes.end(), raw, raw + values.size_bytes());
}

std::uint64_t wordAt(std::span<const std::uint8_t> bytes, std::size_t offset, int size) {
    std::uint64_t value = 0;
    for (int i = size - 1; i >= 0; --i) {
        value = value << 8 | bytes[offset + static_cast<std::size_t>(i)];
    }
    return value;
}

class CommandClassifier final : public Classifier {
public:
    explicit CommandClassifier(CommandModel model) : m_model(std::move(model)) {
        try {
            start();
        } catch (const Died &) {
            throw died();
        }
    }

    std::vector<std::vector<float>> logits(const ImageSet &images) const override {
        if (images.shape != m_model.shape) {
            throw Error(ErrorCode::BadInput, "the model behind '" + m_model.command + "' was imported for images of another size; import it into this study");
        }
        const auto values = logitsOf(toFloats(images.bytes), images.count());
        return checkedRows(values, images.count(), m_model.classCount);
    }

    std::vector<float> logitsOf(std::span<const float> x, std::int64_t count) const override { return inBatches("LOGI", x, count, {}, classes()); }

    bool hasGradients() const override { return m_hasGradients; }

    std::vector<float> gradients(std::span<const float> x, std::int64_t count, std::span<const float> weights) const override {
        if (!m_hasGradients) {
            return Classifier::gradients(x, count, weights);
        }
        return inBatches("GRAD", x, count, weights, m_model.shape.size());
    }

    std::string device() const override { return "command"; }

private:
    std::size_t classes() const { return static_cast<std::size_t>(m_model.classCount); }

    std::vector<float> inBatches(const char *kind, std::span<const float> x, std::int64_t count, std::span<const float> weights, std::size_t perImage) const {
        std::vector<float> all;
        for (std::int64_t start = 0; start < count; start += kBatch) {
            const std::int64_t size = std::min(kBatch, count - start);
            const auto rows = [&](std::span<const float> of, std::size_t width) {
                return of.subspan(static_cast<std::size_t>(start) * width, static_cast<std::size_t>(size) * width);
            };
            Bytes body;
            for (const std::int64_t extent : {size, std::int64_t{m_model.shape.channels}, std::int64_t{m_model.shape.height}, std::int64_t{m_model.shape.width}}) {
                addWord(body, static_cast<std::uint64_t>(extent), 4);
            }
            addFloats(body, rows(x, m_model.shape.size()));
            if (!weights.empty()) {
                addFloats(body, rows(weights, classes()));
            }
            const Bytes answer = ask(kind, body);
            if (answer.size() != static_cast<std::size_t>(size) * perImage * sizeof(float)) {
                m_child.reset();
                throw Error(ErrorCode::BadInput, named() + " answered " + countOf(size, "image") + " with " + std::to_string(answer.size()) + " bytes where " +
                                                     std::to_string(static_cast<std::size_t>(size) * perImage * sizeof(float)) + " are due; see docs/models.md for the protocol");
            }
            const std::size_t before = all.size();
            all.resize(before + answer.size() / sizeof(float));
            std::memcpy(all.data() + before, answer.data(), answer.size());
        }
        return all;
    }

    /// One question and its answer; a program that died is started once more.
    Bytes ask(const std::string &kind, const Bytes &body) const {
        for (const bool isLastTry : {false, true}) {
            try {
                if (!m_child) {
                    start();
                }
                send(kind, body);
                Message answer = receive(m_model.timeForABatch, "a batch");
                if (answer.kind == "FAIL") {
                    throw Error(ErrorCode::Device, named() + " failed: " + std::string(answer.body.begin(), answer.body.end()));
                }
                if (answer.kind != kind) {
                    throw nonsense();
                }
                return std::move(answer.body);
            } catch (const Died &) {
                const Error error = died();
                if (isLastTry) {
                    throw error;
                }
            }
        }
        throw died();
    }

    void start() const {
        ChildRequest request{{"/bin/sh", "-c", m_model.command}, m_model.folder, {}};
        if (!m_model.adapterFolder.empty()) {
            const char *before = std::getenv("PYTHONPATH");
            request.environment.push_back("PYTHONPATH=" + m_model.adapterFolder.string() + (before != nullptr && *before != '\0' ? ":" + std::string(before) : ""));
        }
        m_child = std::make_unique<ChildProcess>(request);
        const Message hello = receive(m_model.timeToStart, "its greeting");
        if (hello.kind != "HELO" || hello.body.size() != 12) {
            throw nonsense();
        }
        if (wordAt(hello.body, 0, 4) != kVersion) {
            throw Error(ErrorCode::BadInput, named() + " speaks version " + std::to_string(wordAt(hello.body, 0, 4)) + " of the protocol; this Metamer speaks version 1");
        }
        if (wordAt(hello.body, 4, 4) != classes()) {
            throw Error(ErrorCode::BadInput, named() + " has " + std::to_string(wordAt(hello.body, 4, 4)) + " classes, the data set has " +
                                                 std::to_string(m_model.classCount) + "; use a model of the same classes");
        }
        m_hasGradients = (wordAt(hello.body, 8, 4) & 1) != 0;
    }

    void send(const std::string &kind, const Bytes &body) const {
        Bytes header(kind.begin(), kind.end());
        addWord(header, body.size(), 8);
        const auto deadline = std::chrono::steady_clock::now() + m_model.timeForABatch;
        for (const Bytes *part : {&std::as_const(header), &body}) {
            require(m_child->write(*part, deadline), m_model.timeForABatch, "a batch");
        }
    }

    Message receive(std::chrono::milliseconds time, const char *what) const {
        const auto deadline = std::chrono::steady_clock::now() + time;
        std::array<std::uint8_t, kHeaderBytes> header{};
        require(m_child->read(header, deadline), time, what);
        Message message{{header.begin(), header.begin() + 4}, {}};
        const std::uint64_t length = wordAt(header, 4, 8);
        if (length > kMostBytes || (message.kind != "HELO" && message.kind != "LOGI" && message.kind != "GRAD" && message.kind != "FAIL")) {
            throw nonsense();
        }
        message.body.resize(length);
        require(m_child->read(message.body, deadline), time, what);
        return message;
    }

    void require(Result result, std::chrono::milliseconds time, const char *what) const {
        if (result == Result::Ended) {
            throw Died();
        }
        if (result == Result::TimedOut) {
            m_child->finish();
            const std::string line = m_child->lastErrorLine();
            m_child.reset();
            throw Error(ErrorCode::Device, named() + " did not give " + what + " within " + formatNumber(static_cast<double>(time.count()) / 1000) + " s and was ended" +
                                               (line.empty() ? "" : "; the last that it said: " + line));
        }
    }

    std::string named() const { return "the program '" + m_model.command + "'"; }

    Error died() const {
        const std::string how = m_child ? m_child->finish() : "before it was asked";
        const std::string line = m_child ? m_child->lastErrorLine() : "";
        m_child.reset();
        return Error(ErrorCode::Device, named() + " died (" + how + ")" + (line.empty() ? " without a word" : ": " + line) + "; run it by hand in " +
                                            m_model.folder.string() + " to see more");
    }

    Error nonsense() const {
        m_child.reset();
        return Error(ErrorCode::BadInput, named() + " does not speak Metamer's protocol: what it writes to standard output is something else; answer through metamer_model.py, see docs/models.md");
    }

    CommandModel m_model;
    mutable std::unique_ptr<ChildProcess> m_child;
    mutable bool m_hasGradients = false;
};

}  // namespace

std::unique_ptr<Classifier> startCommandClassifier(const CommandModel &model) { return std::make_unique<CommandClassifier>(model); }

}  // namespace metamer
