#include "core/store/sql.h"

#include <atomic>

#include <QSqlError>

#include "core/base/error.h"

namespace metamer {
namespace {

/// SQLite's result codes that deserve words of their own.
enum SqliteCode { kBusy = 5, kLocked = 6, kReadOnly = 8, kIoError = 10, kCorrupt = 11, kFull = 13, kCannotOpen = 14, kNotADatabase = 26 };

[[noreturn]] void raise(const QSqlError &error, const std::filesystem::path &path) {
    const std::string file = path.string();
    const int code = error.nativeErrorCode().toInt() & 0xFF;
    switch (code) {
        case kBusy:
        case kLocked:
            throw Error(ErrorCode::Locked, file + " is locked by another program; close it there and try again");
        case kReadOnly:
            throw Error(ErrorCode::ReadOnly, file + " cannot be written to; copy it to a folder of your own and open the copy");
        case kCorrupt:
        case kNotADatabase:
            throw Error(ErrorCode::Damaged, file + " is damaged (" + error.databaseText().toStdString() +
                                                "); restore it from a copy, or save what is left with sqlite3's .recover");
        case kFull:
            throw Error(ErrorCode::Io, "there is no room left to write " + file + "; make room and try again, nothing was lost");
        case kIoError:
        case kCannotOpen:
            throw Error(ErrorCode::Io, file + " cannot be read or written (" + error.databaseText().toStdString() + "); check the disk");
        default:
            throw Error(ErrorCode::Internal, file + ": " + error.text().trimmed().toStdString() + "; please report it");
    }
}

}  // namespace

SqlConnection::SqlConnection(std::filesystem::path path, bool isReadOnly) : m_path(std::move(path)), m_isReadOnly(isReadOnly) {
    static std::atomic<int> counter = 0;
    m_name = QStringLiteral("metamer-%1").arg(++counter);
    m_database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_name);
    m_database.setDatabaseName(QString::fromStdString(m_path.string()));
    m_database.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=10000") +
                                 (isReadOnly ? QStringLiteral(";QSQLITE_OPEN_READONLY") : QString()));
    if (!m_database.open()) {
        raise(m_database.lastError(), m_path);
    }
}

SqlConnection::~SqlConnection() {
    m_database.close();
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(m_name);
}

void SqlConnection::run(const std::string &statement) {
    QSqlQuery query(m_database);
    if (!query.exec(QString::fromStdString(statement))) {
        raise(query.lastError(), m_path);
    }
}

Statement::Statement(SqlConnection &connection, const char *sql) : m_connection(connection), m_query(connection.database()) {
    m_query.setForwardOnly(true);
    if (!m_query.prepare(QString::fromUtf8(sql))) {
        raise(m_query.lastError(), connection.path());
    }
}

Statement &Statement::bind(const Pixels &value) {
    if (value.empty()) {
        return add(QVariant());
    }
    return add(QByteArray(reinterpret_cast<const char *>(value.data()), static_cast<qsizetype>(value.size())));
}

Statement &Statement::add(const QVariant &value) {
    m_query.bindValue(m_bound++, value);
    return *this;
}

void Statement::start() {
    m_bound = 0;
    m_isStarted = true;
    if (!m_query.exec()) {
        raise(m_query.lastError(), m_connection.path());
    }
}

void Statement::execute() {
    start();
    m_isStarted = false;
}

std::int64_t Statement::insert() {
    execute();
    return m_query.lastInsertId().toLongLong();
}

bool Statement::next() {
    if (!m_isStarted) {
        start();
    }
    m_column = 0;
    if (m_query.next()) {
        return true;
    }
    if (m_query.lastError().isValid()) {
        raise(m_query.lastError(), m_connection.path());
    }
    return false;
}

std::int64_t Statement::integer() { return column().toLongLong(); }
double Statement::real() { return column().toDouble(); }
std::string Statement::text() { return column().toString().toStdString(); }

Pixels Statement::bytes() {
    const QByteArray bytes = column().toByteArray();
    return {bytes.begin(), bytes.end()};
}

std::optional<std::int64_t> Statement::optionalInteger() {
    const QVariant value = column();
    return value.isNull() ? std::nullopt : std::optional<std::int64_t>(value.toLongLong());
}

std::optional<double> Statement::optionalReal() {
    const QVariant value = column();
    return value.isNull() ? std::nullopt : std::optional(value.toDouble());
}

}  // namespace metamer
