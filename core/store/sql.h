#pragma once
// Private to the store room: the one place where Qt's SQL classes show. Include in store's .cpp files only.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QVariant>

#include "core/base/ids.h"
#include "core/base/records.h"

namespace metamer {

/// A connection to one study file; see StudyFile.
class SqlConnection {
public:
    SqlConnection(std::filesystem::path path, bool isReadOnly);
    ~SqlConnection();

    /// Runs one statement without parameters.
    void run(const std::string &statement);

    QSqlDatabase database() const { return m_database; }
    const std::filesystem::path &path() const { return m_path; }
    bool isReadOnly() const { return m_isReadOnly; }
    int transactionDepth = 0;

private:
    std::filesystem::path m_path;
    bool m_isReadOnly;
    QString m_name;
    QSqlDatabase m_database;
};

/// A prepared statement. Values are bound in order, columns read in order; any SQL error leaves as Error.
class Statement {
public:
    Statement(SqlConnection &connection, const char *sql);

    Statement &bind(std::int64_t value) { return add(QVariant::fromValue<qlonglong>(value)); }
    Statement &bind(int value) { return add(value); }
    Statement &bind(double value) { return add(value); }
    Statement &bind(const std::string &value) { return add(QString::fromStdString(value)); }
    Statement &bind(const Pixels &value);
    template <typename Tag>
    Statement &bind(Id<Tag> id) {
        return id.isValid() ? bind(id.value) : add(QVariant());
    }
    template <typename Value>
    Statement &bind(const std::optional<Value> &value) {
        return value ? bind(*value) : add(QVariant());
    }

    /// Executes a statement that gives no rows; returns the new row's id.
    std::int64_t insert();
    void execute();

    /// Executes at the first call, then steps; false when there is no further row.
    bool next();

    std::int64_t integer();
    double real();
    std::string text();
    Pixels bytes();
    std::optional<std::int64_t> optionalInteger();
    std::optional<double> optionalReal();
    template <typename IdType>
    IdType id() {
        return IdType{integer()};
    }

private:
    Statement &add(const QVariant &value);
    QVariant column() { return m_query.value(m_column++); }
    void start();

    SqlConnection &m_connection;
    QSqlQuery m_query;
    int m_bound = 0;
    int m_column = 0;
    bool m_isStarted = false;
};

/// Every row that is left, as `read` makes them of it.
template <typename Read>
auto readAll(Statement &rows, const Read &read) {
    std::vector<decltype(read(rows))> all;
    while (rows.next()) {
        all.push_back(read(rows));
    }
    return all;
}

}  // namespace metamer
