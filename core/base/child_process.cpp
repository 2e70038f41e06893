#include "core/base/child_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"

namespace metamer {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kErrorsKept = 4096;
constexpr auto kMomentToEnd = std::chrono::milliseconds(300);

/// While it lives, writing to a pipe that nobody reads is an error code and not the end of our process.
class NoPipeSignal {
public:
    NoPipeSignal() {
        sigemptyset(&m_pipe);
        sigaddset(&m_pipe, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        m_wasPending = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &m_pipe, &m_before);
    }
    ~NoPipeSignal() {
        const timespec atOnce{0, 0};
        if (!m_wasPending) {
            sigtimedwait(&m_pipe, nullptr, &atOnce);
        }
        pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
    }

private:
    sigset_t m_pipe, m_before;
    bool m_wasPending = false;
};

struct Pipe {
    Pipe() {
        if (pipe2(ends, O_CLOEXEC) != 0) {
            throw Error(ErrorCode::Io, std::string("cannot open a pipe: ") + std::strerror(errno));
        }
    }
    ~Pipe() {
        for (const int end : ends) {
            if (end >= 0) {
                close(end);
            }
        }
    }
    int take(int which) {
        const int end = ends[which];
        ends[which] = -1;
        return end;
    }
    int ends[2] = {-1, -1};
};

std::vector<char *> pointersTo(const std::vector<std::string> &words) {
    std::vector<char *> pointers;
    for (const auto &word : words) {
        pointers.push_back(const_cast<char *>(word.c_str()));
    }
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> environmentWith(const std::vector<std::string> &own) {
    std::vector<std::string> all = own;
    for (char **entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        const auto isOurs = [&](const std::string &mine) { return mine.compare(0, mine.find('=') + 1, text, 0, mine.find('=') + 1) == 0; };
        if (std::none_of(own.begin(), own.end(), isOurs)) {
            all.push_back(text);
        }
    }
    return all;
}

int millisecondsTo(ChildProcess::Deadline deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1000000));
}

}  // namespace

ChildProcess::ChildProcess(const ChildRequest &request) {
    Pipe in, out, err;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.ends[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out.ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err.ends[1], 2);
    if (!request.folder.empty()) {
        posix_spawn_file_actions_addchdir_np(&actions, request.folder.c_str());
    }
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const auto environment = environmentWith(request.environment);
    const int failed = posix_spawnp(&m_pid, request.words[0].c_str(), &actions, &attributes, pointersTo(request.words).data(), pointersTo(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed != 0) {
        m_pid = -1;
        throw Error(ErrorCode::Io, "cannot start " + request.words[0] + (request.folder.empty() ? "" : " in " + request.folder.string()) + ": " + std::strerror(failed));
    }
    m_in = in.take(1);
    m_out = out.take(0);
    m_err = err.take(0);
    for (const int end : {m_in, m_out, m_err}) {
        fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK);
    }
}

ChildProcess::~ChildProcess() {
    finish();
    for (const int end : {m_in, m_out, m_err}) {
        if (end >= 0) {
            close(end);
        }
    }
}

/// True while there may be more.
bool ChildProcess::drainErrors() {
    char buffer[4096];
    ssize_t got = 0;
    while ((got = ::read(m_err, buffer, sizeof(buffer))) > 0) {
        m_errors.append(buffer, static_cast<std::size_t>(got));
        if (m_errors.size() > 2 * kErrorsKept) {
            m_errors.erase(0, m_errors.size() - kErrorsKept);
        }
    }
    return got < 0 && (errno == EAGAIN || errno == EINTR);
}

template <typename Byte, typename Move>
ChildProcess::Result ChildProcess::moveAll(int end, short event, std::span<Byte> bytes, Deadline deadline, const Move &move) {
    bool hasErrors = true;
    while (!bytes.empty()) {
        pollfd ends[2] = {{end, event, 0}, {hasErrors ? m_err : -1, POLLIN, 0}};
        if (poll(ends, 2, millisecondsTo(deadline)) == 0) {
            return Result::TimedOut;
        }
        if (ends[1].revents != 0) {
            hasErrors = drainErrors();
        }
        if (ends[0].revents == 0) {
            continue;
        }
        const ssize_t moved = move(end, bytes.data(), bytes.size());
        if (moved == 0 || (moved < 0 && errno != EAGAIN && errno != EINTR)) {
            return Result::Ended;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(moved, 0)));
    }
    return Result::Done;
}

ChildProcess::Result ChildProcess::write(std::span<const std::uint8_t> bytes, Deadline deadline) {
    const NoPipeSignal quiet;
    return moveAll(m_in, POLLOUT, bytes, deadline, ::write);
}

ChildProcess::Result ChildProcess::read(std::span<std::uint8_t> bytes, Deadline deadline) { return moveAll(m_out, POLLIN, bytes, deadline, ::read); }

ChildProcess::Result ChildProcess::readToEnd(std::string &text, std::size_t most, Deadline deadline) {
    std::uint8_t byte = 0;
    while (text.size() < most) {
        const Result result = read({&byte, 1}, deadline);
        if (result != Result::Done) {
            return result;
        }
        text += static_cast<char>(byte);
    }
    return Result::Done;
}

std::string ChildProcess::finish() {
    if (m_pid < 0) {
        return m_ended;
    }
    if (m_in >= 0) {
        close(m_in);
        m_in = -1;
    }
    int status = 0;
    pid_t gone = 0;
    for (const auto until = Clock::now() + kMomentToEnd; (gone = waitpid(m_pid, &status, WNOHANG)) == 0 && Clock::now() < until;) {
        drainErrors();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    drainErrors();
    kill(-m_pid, SIGKILL);   // also what it has left behind
    if (gone == 0) {
        waitpid(m_pid, &status, 0);
        m_ended = "killed";
    } else if (WIFSIGNALED(status)) {
        m_endSignal = WTERMSIG(status);
        m_ended = "signal " + std::to_string(m_endSignal) + " (" + strsignal(m_endSignal) + ")";
    } else {
        m_ended = "exit status " + std::to_string(WEXITSTATUS(status));
    }
    m_pid = -1;
    return m_ended;
}

std::string ChildProcess::lastErrorLine() const {
    const auto last = m_errors.find_last_not_of(" \t\r\n");
    if (last == std::string::npos) {
        return {};
    }
    const auto start = m_errors.find_last_of("\r\n", last);
    return m_errors.substr(start == std::string::npos ? 0 : start + 1, last - (start == std::string::npos ? 0 : start + 1) + 1);
}

std::vector<std::string> shellWords(const std::string &command) {
    std::vector<std::string> words;
    std::string word;
    bool isWord = false;
    char quote = 0;
    for (std::size_t i = 0; i < command.size(); ++i) {
        const char c = command[i];
        if (c == '\\' && quote != '\'' && i + 1 < command.size()) {
            word += command[++i];
            isWord = true;
        } else if (quote != 0 ? c == quote : c == '"' || c == '\'') {
            quote = quote != 0 ? 0 : c;
            isWord = true;
        } else if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
            if (isWord) {
                words.push_back(word);
            }
            word.clear();
            isWord = false;
        } else {
            word += c;
            isWord = true;
        }
    }
    if (isWord) {
        words.push_back(word);
    }
    return words;
}

}  // namespace metamer
