#include "core/store/study_file.h"

#include <cstring>
#include <fstream>

#include <unistd.h>

#include "core/base/error.h"
#include "core/store/file_system.h"
#include "core/store/sql.h"

namespace metamer {
namespace {

namespace fs = std::filesystem;

/// What the first hundred bytes of an SQLite file say, read before SQLite touches it.
struct FileHeader {
    std::uint32_t pageSize = 0;
    std::uint32_t pageCount = 0;
    std::uint32_t version = 0;
    std::uint32_t applicationId = 0;
    bool isPageCountValid = false;
};

FileHeader readHeader(const fs::path &path) {
    std::error_code status;
    if (!fs::exists(path, status)) {
        throw Error(ErrorCode::NotFound, path.string() + " does not exist; check the path, or make it with 'study create'");
    }
    if (!fs::is_regular_file(path, status)) {
        throw Error(ErrorCode::BadInput, path.string() + " is not a file; name a .metamer file");
    }
    unsigned char bytes[100] = {};
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char *>(bytes), sizeof bytes);
    if (!file || std::memcmp(bytes, "SQLite format 3", 16) != 0) {
        throw Error(ErrorCode::BadInput, path.string() + " is not a Metamer study; choose a .metamer file");
    }
    const auto number = [&bytes](int at) {
        return static_cast<std::uint32_t>(bytes[at]) << 24 | static_cast<std::uint32_t>(bytes[at + 1]) << 16 |
               static_cast<std::uint32_t>(bytes[at + 2]) << 8 | bytes[at + 3];
    };
    FileHeader header;
    header.pageSize = static_cast<std::uint32_t>(bytes[16]) << 8 | bytes[17];
    header.pageSize = header.pageSize == 1 ? 65536 : header.pageSize;
    header.pageCount = number(28);
    header.version = number(60);
    header.applicationId = number(68);
    header.isPageCountValid = number(24) == number(92);
    return header;
}

void checkHeader(const fs::path &path, int newestVersion) {
    const FileHeader header = readHeader(path);
    if (header.applicationId != static_cast<std::uint32_t>(kApplicationId)) {
        throw Error(ErrorCode::BadInput, path.string() + " is another program's database, not a Metamer study; choose a .metamer file");
    }
    if (header.version > static_cast<std::uint32_t>(newestVersion)) {
        throw Error(ErrorCode::Newer, path.string() + " was made by a newer Metamer (schema " + std::to_string(header.version) +
                                          ", this one reads up to " + std::to_string(newestVersion) + "); update Metamer");
    }
    const std::uint64_t expected = static_cast<std::uint64_t>(header.pageSize) * header.pageCount;
    if (header.isPageCountValid && fs::file_size(path) < expected && !fs::exists(path.string() + "-wal")) {
        throw Error(ErrorCode::Damaged, path.string() + " is cut short (" + std::to_string(fs::file_size(path)) + " of " +
                                            std::to_string(expected) + " bytes); restore it from a copy");
    }
}

void configure(SqlConnection &connection) {
    connection.run("PRAGMA foreign_keys = ON");
    connection.run("PRAGMA synchronous = FULL");
    if (!connection.isReadOnly()) {
        const bool isNetwork = fileSystemOf(connection.path()).isNetwork;
        connection.run(isNetwork ? "PRAGMA journal_mode = DELETE" : "PRAGMA journal_mode = WAL");
    }
}

void apply(StudyFile &file, const Migration &step) {
    file.transaction([&] {
        for (const auto &statement : step.statements) {
            file.connection().run(statement);
        }
        file.connection().run("PRAGMA user_version = " + std::to_string(step.to));
    });
}

void migrate(StudyFile &file, const std::vector<Migration> &migrations) {
    const int version = std::stoi(file.pragma("user_version"));
    if (version >= migrations.back().to) {
        return;
    }
    if (file.isReadOnly()) {
        throw Error(ErrorCode::ReadOnly, file.path().string() + " is of an older version and cannot be brought up to date here; copy it to a folder of your own");
    }
    const fs::path backup = file.path().string() + ".v" + std::to_string(version) + ".backup";
    if (!fs::exists(backup)) {
        Statement(file.connection(), "VACUUM INTO ?").bind(backup.string()).execute();
    }
    for (const auto &step : migrations) {
        if (step.to > version) {
            apply(file, step);
        }
    }
}

}  // namespace

StudyFile::StudyFile(std::unique_ptr<SqlConnection> connection) : m_connection(std::move(connection)) {}
StudyFile::StudyFile(StudyFile &&) noexcept = default;
StudyFile &StudyFile::operator=(StudyFile &&) noexcept = default;
StudyFile::~StudyFile() = default;

StudyFile StudyFile::create(const fs::path &path) {
    if (fs::exists(path)) {
        throw Error(ErrorCode::Exists, path.string() + " exists already; choose another name or remove it");
    }
    const fs::path folder = fs::absolute(path).parent_path();
    if (!fs::is_directory(folder)) {
        throw Error(ErrorCode::NotFound, folder.string() + " is not a folder; make it first");
    }
    try {
        StudyFile file(std::make_unique<SqlConnection>(path, false));
        file.connection().run("PRAGMA application_id = " + std::to_string(kApplicationId));
        configure(file.connection());
        for (const auto &step : schemaMigrations()) {
            apply(file, step);
        }
        return file;
    } catch (...) {
        std::error_code ignored;
        for (const char *suffix : {"", "-wal", "-shm", "-journal"}) {
            fs::remove(path.string() + suffix, ignored);
        }
        throw;
    }
}

StudyFile StudyFile::open(const fs::path &path) { return open(path, schemaMigrations()); }

StudyFile StudyFile::open(const fs::path &path, const std::vector<Migration> &migrations) {
    checkHeader(path, migrations.back().to);
    const bool isReadOnly = access(path.c_str(), W_OK) != 0;
    StudyFile file(std::make_unique<SqlConnection>(path, isReadOnly));
    configure(file.connection());
    migrate(file, migrations);
    return file;
}

std::string sqliteVersion() {
    SqlConnection memory(":memory:", false);
    Statement query(memory, "SELECT sqlite_version()");
    return query.next() ? query.text() : std::string();
}

const fs::path &StudyFile::path() const { return m_connection->path(); }
bool StudyFile::isReadOnly() const { return m_connection->isReadOnly(); }

std::string StudyFile::pragma(const std::string &name) const {
    Statement query(*m_connection, ("PRAGMA " + name).c_str());
    return query.next() ? query.text() : std::string();
}

void StudyFile::transaction(const std::function<void()> &work) {
    if (m_connection->transactionDepth > 0) {
        work();
        return;
    }
    m_connection->run("BEGIN IMMEDIATE");
    m_connection->transactionDepth = 1;
    try {
        work();
        m_connection->run("COMMIT");
        m_connection->transactionDepth = 0;
    } catch (...) {
        m_connection->transactionDepth = 0;
        try {
            m_connection->run("ROLLBACK");
        } catch (const Error &) {
            // SQLite has rolled back by itself, after a full disk for example; the first error is the one to tell.
        }
        throw;
    }
}

}  // namespace metamer
