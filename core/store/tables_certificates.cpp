#include "core/base/text.h"
#include "core/store/row_text.h"
#include "core/store/sql.h"
#include "core/store/tables.h"

namespace metamer {
namespace {

#define CERTIFICATE_COLUMNS "model_hash, source_id, norm, eps, status, method, margin"

const EnumNames<CertificateStatus> kStatuses = {{CertificateStatus::Certified, "certified"}, {CertificateStatus::NotCertified, "not_certified"}, {CertificateStatus::Unknown, "unknown"}};

Certificate readCertificate(Statement &row) {
    Certificate certificate;
    certificate.modelHash = row.text();
    certificate.sourceId = row.id<SourceImageId>();
    certificate.norm = row.text();
    certificate.epsText = row.text();
    certificate.status = kStatuses.value(row.text());
    certificate.method = row.text();
    certificate.margin = row.optionalReal();
    return certificate;
}

CertificateCount readCount(Statement &row) {
    CertificateCount count;
    count.norm = row.text();
    count.epsText = row.text();
    count.images = row.integer();
    count.certified = row.integer();
    count.unknown = row.integer();
    return count;
}

}  // namespace

void CertificateTable::save(const Certificate &certificate) {
    Statement(m_connection, "INSERT INTO certificate (uuid, model_hash, source_id, norm, eps, status, method, margin, created_utc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                            "ON CONFLICT (model_hash, source_id, norm, eps) DO UPDATE SET status = excluded.status, method = excluded.method, margin = excluded.margin, "
                            "created_utc = excluded.created_utc WHERE certificate.status = 'unknown'")
        .bind(newUuid()).bind(certificate.modelHash).bind(certificate.sourceId).bind(certificate.norm).bind(certificate.epsText)
        .bind(kStatuses.text(certificate.status)).bind(certificate.method).bind(certificate.margin).bind(utcNow()).execute();
}

std::vector<Certificate> CertificateTable::ofModel(const std::string &modelHash) {
    Statement rows(m_connection, "SELECT " CERTIFICATE_COLUMNS " FROM certificate WHERE model_hash = ? ORDER BY id");
    rows.bind(modelHash);
    return readAll(rows, readCertificate);
}

std::vector<Certificate> CertificateTable::ofSource(SourceImageId source) {
    Statement rows(m_connection, "SELECT " CERTIFICATE_COLUMNS " FROM certificate WHERE source_id = ? ORDER BY id");
    rows.bind(source);
    return readAll(rows, readCertificate);
}

std::vector<CertificateCount> CertificateTable::counts(const std::string &modelHash) {
    Statement rows(m_connection, "SELECT norm, eps, COUNT(*), SUM(status = 'certified'), SUM(status = 'unknown') FROM certificate WHERE model_hash = ? GROUP BY norm, eps ORDER BY norm DESC, eps");
    rows.bind(modelHash);
    return readAll(rows, readCount);
}

}  // namespace metamer
