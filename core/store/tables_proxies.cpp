#include "core/base/json.h"
#include "core/base/text.h"
#include "core/store/row_text.h"
#include "core/store/sql.h"
#include "core/store/tables.h"

namespace metamer {
namespace {

#define PROXY_COLUMNS "role, hash, details, created_utc"
#define SCORE_COLUMNS "example_id, proxy, proxy_hash, scores"

ProxyRecord readProxy(Statement &row) {
    ProxyRecord proxy;
    proxy.role = row.text();
    proxy.hash = row.text();
    proxy.detailsJson = row.text();
    proxy.createdUtc = row.text();
    return proxy;
}

ProxyScore readScore(Statement &row) {
    ProxyScore score;
    score.exampleId = row.id<ExampleId>();
    score.role = row.text();
    score.hash = row.text();
    const Json scores = Json::parse(row.text());
    score.label = scores.at("label").get<int>();
    score.probabilities = scores.at("probabilities").get<std::vector<double>>();
    score.notAClass = scores.at("not_a_class").get<double>();
    return score;
}

}  // namespace

void ProxyTable::save(const ProxyRecord &proxy) {
    remove(proxy.role);
    Statement(m_connection, "INSERT INTO proxy (uuid, role, hash, weights, details, created_utc) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(uuidOr({})).bind(proxy.role).bind(proxy.hash).bind(proxy.weights).bind(proxy.detailsJson).bind(utcNow()).execute();
}

std::optional<ProxyRecord> ProxyTable::find(const std::string &role) {
    Statement row(m_connection, "SELECT " PROXY_COLUMNS ", weights FROM proxy WHERE role = ?");
    if (!row.bind(role).next()) {
        return std::nullopt;
    }
    ProxyRecord proxy = readProxy(row);
    proxy.weights = row.bytes();
    return proxy;
}

std::vector<ProxyRecord> ProxyTable::list() {
    Statement row(m_connection, "SELECT " PROXY_COLUMNS " FROM proxy ORDER BY role DESC");
    return readAll(row, readProxy);
}

void ProxyTable::remove(const std::string &role) { Statement(m_connection, "DELETE FROM proxy WHERE role = ?").bind(role).execute(); }

void ProxyScoreTable::insert(const ProxyScore &score) {
    const Json scores = {{"label", score.label}, {"probabilities", score.probabilities}, {"not_a_class", score.notAClass}};
    Statement(m_connection, "INSERT OR IGNORE INTO proxy_score (uuid, example_id, proxy, proxy_hash, scores, created_utc) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(uuidOr({})).bind(score.exampleId).bind(score.role).bind(score.hash).bind(scores.dump()).bind(utcNow()).execute();
}

std::vector<ProxyScore> ProxyScoreTable::ofExample(ExampleId example) {
    Statement row(m_connection, "SELECT " SCORE_COLUMNS " FROM proxy_score WHERE example_id = ? ORDER BY proxy DESC, id");
    row.bind(example);
    return readAll(row, readScore);
}

std::vector<ProxyScore> ProxyScoreTable::ofRun(RunId run) {
    Statement row(m_connection, "SELECT " SCORE_COLUMNS " FROM proxy_score WHERE example_id IN (SELECT id FROM example WHERE run_id = ?) ORDER BY proxy DESC, example_id, id");
    row.bind(run);
    return readAll(row, readScore);
}

}  // namespace metamer
