#include <cstdio>
#include <memory>

#include <archive.h>
#include <archive_entry.h>
#include <curl/curl.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/transfer.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

constexpr long kConnectSeconds = 15;
constexpr long kSilentSeconds = 30;
constexpr long kPartialContent = 206;
constexpr long kNothingBeyond = 416;

struct FileClose {
    void operator()(std::FILE *file) const { std::fclose(file); }
};

/// One download under way, for libcurl's callbacks.
struct Download {
    CURL *curl = nullptr;
    std::unique_ptr<std::FILE, FileClose> file;
    fs::path path;
    std::uint64_t offset = 0;      ///< bytes that were there already
    std::uint64_t received = 0;
    std::uint64_t mostBytes = 0;
    const TransferHandler *handler = nullptr;
    bool isStarted = false;
    bool isTooLong = false;
    bool isDiskFull = false;
    bool isStopped = false;
};

/// A server that answers 200 to a request for a part sends the whole: what is there goes.
void startBody(Download &download) {
    download.isStarted = true;
    long status = 0;
    curl_easy_getinfo(download.curl, CURLINFO_RESPONSE_CODE, &status);
    if (download.offset > 0 && status != kPartialContent) {
        download.offset = 0;
        download.file.reset(std::fopen(download.path.c_str(), "wb"));
    }
}

std::size_t onBody(char *bytes, std::size_t, std::size_t count, void *user) {
    auto &download = *static_cast<Download *>(user);
    if (!download.isStarted) {
        startBody(download);
    }
    download.isTooLong = download.offset + download.received + count > download.mostBytes;
    if (download.isTooLong || !download.file) {
        return 0;
    }
    const std::size_t written = std::fwrite(bytes, 1, count, download.file.get());
    download.isDiskFull = written != count;
    download.received += written;
    return written;
}

int onProgress(void *user, curl_off_t total, curl_off_t, curl_off_t, curl_off_t) {
    auto &download = *static_cast<Download *>(user);
    const std::uint64_t all = total > 0 ? download.offset + static_cast<std::uint64_t>(total) : 0;
    download.isStopped = !(*download.handler)(download.offset + download.received, all);
    return download.isStopped ? 1 : 0;
}

[[noreturn]] void fail(const std::string &url, const std::string &why) {
    throw Error(ErrorCode::Io, "cannot fetch " + url + ": " + why);
}

class CurlTransfer final : public Transfer {
public:
    CurlTransfer() { curl_global_init(CURL_GLOBAL_DEFAULT); }

    TransferEnd download(const std::string &url, const fs::path &path, std::uint64_t mostBytes, const TransferHandler &handler) const override {
        const std::unique_ptr<CURL, void (*)(CURL *)> curl(curl_easy_init(), curl_easy_cleanup);
        Download state;
        state.curl = curl.get();
        state.path = path;
        state.mostBytes = mostBytes;
        state.handler = &handler;
        std::error_code status;
        const auto present = fs::file_size(path, status);
        state.offset = status ? 0 : present;
        state.file.reset(std::fopen(path.c_str(), "ab"));
        if (!state.file) {
            throw Error(ErrorCode::Io, "cannot write " + path.string() + "; choose another folder with --data-dir");
        }
        setOptions(curl.get(), url, state);
        return endOf(curl_easy_perform(curl.get()), url, state);
    }

    std::map<std::string, Pixels> unpack(const fs::path &path) const override {
        const std::unique_ptr<archive, int (*)(archive *)> reader(archive_read_new(), archive_read_free);
        archive_read_support_filter_gzip(reader.get());
        archive_read_support_format_tar(reader.get());
        const auto refuse = [&] {
            throw Error(ErrorCode::BadInput, path.string() + " cannot be unpacked (" + archive_error_string(reader.get()) + "); fetch it again");
        };
        if (archive_read_open_filename(reader.get(), path.c_str(), 1 << 18) != ARCHIVE_OK) {
            refuse();
        }
        std::map<std::string, Pixels> files;
        archive_entry *entry = nullptr;
        int next = ARCHIVE_OK;
        while ((next = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK) {
            if (archive_entry_filetype(entry) != AE_IFREG) {
                continue;
            }
            Pixels bytes(static_cast<std::size_t>(archive_entry_size(entry)));
            if (archive_read_data(reader.get(), bytes.data(), bytes.size()) != static_cast<la_ssize_t>(bytes.size())) {
                refuse();
            }
            files[fs::path(archive_entry_pathname(entry)).filename().string()] = std::move(bytes);
        }
        if (next != ARCHIVE_EOF) {
            refuse();
        }
        return files;
    }

private:
    static void setOptions(CURL *curl, const std::string &url, Download &state) {
        curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
        curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
        curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
        curl_easy_setopt(curl, CURLOPT_USERAGENT, "metamer/" METAMER_VERSION);
        if (state.offset > 0) {
            curl_easy_setopt(curl, CURLOPT_RANGE, (std::to_string(state.offset) + "-").c_str());
        }
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, onBody);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, &state);
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, onProgress);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &state);
    }

    static TransferEnd endOf(CURLcode code, const std::string &url, Download &state) {
        if (std::FILE *file = state.file.release(); file != nullptr && std::fclose(file) != 0) {
            state.isDiskFull = true;
        }
        long status = 0;
        curl_easy_getinfo(state.curl, CURLINFO_RESPONSE_CODE, &status);
        if (state.isStopped) {
            return TransferEnd::Stopped;
        }
        if (state.isDiskFull) {
            throw Error(ErrorCode::Io, "cannot write " + state.path.string() + ": the disk is full or failing; make room");
        }
        if (state.isTooLong) {
            fail(url, "the server sends more than the " + std::to_string(state.mostBytes) + " bytes the file can have; use another copy with --mirror");
        }
        switch (code) {
            case CURLE_OK: return TransferEnd::Done;
            case CURLE_PARTIAL_FILE:
            case CURLE_RECV_ERROR:
            case CURLE_GOT_NOTHING:
            case CURLE_RANGE_ERROR: return TransferEnd::BrokenOff;
            case CURLE_HTTP_RETURNED_ERROR:
                if (status == kNothingBeyond && state.offset > 0) {
                    return TransferEnd::Done;   // the whole was there already
                }
                fail(url, "the server answers " + std::to_string(status) + "; use another copy with --mirror");
            case CURLE_OPERATION_TIMEDOUT: fail(url, "the server does not answer; try again, or use another copy with --mirror");
            default: fail(url, std::string(curl_easy_strerror(code)) + "; check the network, or name a copy with --mirror (a URL or a folder)");
        }
    }
};

}  // namespace
}  // namespace metamer

extern "C" __attribute__((visibility("default"))) const metamer::Transfer *metamerTransfer() {
    static const metamer::CurlTransfer instance;
    return &instance;
}
