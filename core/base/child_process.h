#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace metamer {

/// What a child is started with.
struct ChildRequest {
    std::vector<std::string> words;                   ///< program and arguments; the program is looked for in PATH
    std::filesystem::path folder = {};                ///< to run in; empty: ours
    std::vector<std::string> environment = {};        ///< "NAME=value", beside ours
};

/// A process of our own with pipes to its standard input, output and error, and a process group of its own, so that what
/// it has started ends with it. Blocks until done or out of time; standard error is read all the while and its end kept.
/// Thread: one at a time. The destructor kills.
class ChildProcess {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    enum class Result {
        Done,
        Ended,     ///< the child closed its end, or has died
        TimedOut,
    };

    /// Throws Error(Io) if it cannot be started.
    explicit ChildProcess(const ChildRequest &request);
    ~ChildProcess();
    ChildProcess(const ChildProcess &) = delete;
    ChildProcess &operator=(const ChildProcess &) = delete;

    /// Writes all of `bytes` to its standard input.
    Result write(std::span<const std::uint8_t> bytes, Deadline deadline);

    /// Fills all of `bytes` from its standard output.
    Result read(std::span<std::uint8_t> bytes, Deadline deadline);

    /// What stands on its standard output until it closes it, at most `most` bytes.
    Result readToEnd(std::string &text, std::size_t most, Deadline deadline);

    /// Waits a moment for it to end by itself, then kills it and all that it has started. The way it ended in words: "exit status 1",
    /// "signal 11 (Segmentation fault)", "killed" where it had to be.
    std::string finish();

    /// The signal that ended it before finish() had to kill it; 0 if none did.
    int endSignal() const { return m_endSignal; }

    /// The last line that is not blank of what it wrote to standard error.
    std::string lastErrorLine() const;

private:
    /// Moves all of `bytes` through `end` by ::read or ::write, as `event` says that it is ready.
    template <typename Byte, typename Move>
    Result moveAll(int end, short event, std::span<Byte> bytes, Deadline deadline, const Move &move);
    bool drainErrors();

    pid_t m_pid = -1;
    int m_in = -1, m_out = -1, m_err = -1;
    int m_endSignal = 0;
    std::string m_ended;
    std::string m_errors;
};

/// The words of a command line as a POSIX shell would part them, without its other powers: blanks part, quotes and
/// backslashes hold together.
std::vector<std::string> shellWords(const std::string &command);

}  // namespace metamer
