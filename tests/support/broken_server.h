#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace metamer::test {

/// How one request is to be answered.
struct Reply {
    int status = 200;
    std::string body;
    long long claimedLength = -1;   ///< Content-Length as told; negative: the truth
    std::string headers = {};       ///< further header lines, each ended by CRLF
};

/// A web server on the loopback that answers each connection with what `answer` makes of the request's offset, and may lie.
class BrokenServer {
public:
    using Answer = std::function<Reply(std::size_t request, std::size_t offset)>;

    explicit BrokenServer(Answer answer) : m_answer(std::move(answer)) {
        m_listener = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bind(m_listener, reinterpret_cast<sockaddr *>(&address), sizeof address);
        socklen_t size = sizeof address;
        getsockname(m_listener, reinterpret_cast<sockaddr *>(&address), &size);
        m_port = ntohs(address.sin_port);
        listen(m_listener, 8);
        m_thread = std::thread([this] { serve(); });
    }

    ~BrokenServer() {
        shutdown(m_listener, SHUT_RDWR);
        m_thread.join();
        close(m_listener);
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(m_port); }

    /// The offsets that were asked for, one a request.
    std::vector<std::size_t> offsets() {
        const std::lock_guard lock(m_mutex);
        return m_offsets;
    }

private:
    void serve() {
        for (int client = accept(m_listener, nullptr, nullptr); client >= 0; client = accept(m_listener, nullptr, nullptr)) {
            reply(client);
            shutdown(client, SHUT_RDWR);
            close(client);
        }
    }

    void reply(int client) {
        std::string request;
        char block[2048];
        while (request.find("\r\n\r\n") == std::string::npos) {
            const ssize_t got = recv(client, block, sizeof block, 0);
            if (got <= 0) {
                return;
            }
            request.append(block, static_cast<std::size_t>(got));
        }
        const auto range = request.find("Range: bytes=");
        const std::size_t offset = range == std::string::npos ? 0 : std::stoull(request.substr(range + 13));
        std::size_t number = 0;
        {
            const std::lock_guard lock(m_mutex);
            number = m_offsets.size();
            m_offsets.push_back(offset);
        }
        const Reply answer = m_answer(number, offset);
        const long long length = answer.claimedLength >= 0 ? answer.claimedLength : static_cast<long long>(answer.body.size());
        const std::string text = "HTTP/1.1 " + std::to_string(answer.status) + " X\r\nContent-Length: " + std::to_string(length) +
                                 "\r\nConnection: close\r\n" + answer.headers + "\r\n" + answer.body;
        send(client, text.data(), text.size(), MSG_NOSIGNAL);
    }

    Answer m_answer;
    int m_listener = -1;
    int m_port = 0;
    std::thread m_thread;
    std::mutex m_mutex;
    std::vector<std::size_t> m_offsets;
};

}  // namespace metamer::test
