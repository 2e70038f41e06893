#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace metamer {

class SqlConnection;

/// One step of the schema: the statements that lead from version `to` - 1 to version `to`.
struct Migration {
    int to = 0;
    std::vector<std::string> statements;
};

/// Every schema step from an empty file to the present version.
const std::vector<Migration> &schemaMigrations();

/// Version of the SQLite library in use.
std::string sqliteVersion();

/// "MTMR" as SQLite's application_id.
constexpr std::int32_t kApplicationId = 0x4D544D52;

/// An open study file. Belongs to the thread that opened it; every call blocks until the disk has answered.
/// Writes are durable (synchronous = FULL) when the call that makes them returns.
class StudyFile {
public:
    /// Makes a new study file with an empty schema. Throws Error(Exists) if the path exists; leaves nothing behind
    /// when it fails.
    static StudyFile create(const std::filesystem::path &path);

    /// Opens a study file, migrating an older one after a backup beside it (PATH.v1.backup). A file that cannot be
    /// written is opened for reading. Throws Error NotFound, BadInput (not a study), Newer, Damaged, Locked or Io.
    static StudyFile open(const std::filesystem::path &path);

    /// For tests of migrations: the same with another list of steps.
    static StudyFile open(const std::filesystem::path &path, const std::vector<Migration> &migrations);

    StudyFile(StudyFile &&) noexcept;
    StudyFile &operator=(StudyFile &&) noexcept;
    ~StudyFile();

    const std::filesystem::path &path() const;
    bool isReadOnly() const;

    /// The value of a pragma, as text: "wal", "2" ...
    std::string pragma(const std::string &name) const;

    /// Runs `work` in one BEGIN IMMEDIATE ... COMMIT; rolls back if it throws. Inside another transaction it joins it.
    void transaction(const std::function<void()> &work);

    /// For the repositories.
    SqlConnection &connection() const { return *m_connection; }

private:
    explicit StudyFile(std::unique_ptr<SqlConnection> connection);
    std::unique_ptr<SqlConnection> m_connection;
};

}  // namespace metamer
