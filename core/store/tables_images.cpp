#include "core/base/text.h"
#include "core/store/row_text.h"
#include "core/store/sql.h"
#include "core/store/tables.h"

namespace metamer {
namespace {

SourceImage readSource(Statement &row) {
    SourceImage image;
    image.id = row.id<SourceImageId>();
    image.uuid = row.text();
    image.split = row.text();
    image.index = row.integer();
    image.label = static_cast<int>(row.integer());
    image.pixels = row.bytes();
    return image;
}

std::string toJson(const DatasetReading &reading) {
    return Json{{"layout", reading.layout}, {"range", reading.range}, {"colour", reading.colour}, {"size", reading.size}}.dump();
}

DatasetReading readingFromJson(const std::string &text) {
    const Json json = Json::parse(text, nullptr, false);
    DatasetReading reading;
    if (json.is_object()) {
        reading.layout = json.value("layout", reading.layout);
        reading.range = json.value("range", reading.range);
        reading.colour = json.value("colour", reading.colour);
        reading.size = json.value("size", reading.size);
    }
    return reading;
}

#define SOURCE_COLUMNS "id, uuid, split, dataset_index, label, pixels"

}  // namespace

DatasetId DatasetTable::insert(Dataset dataset) {
    return {Statement(m_connection, "INSERT INTO dataset (uuid, spec, path, sha256, channels, height, width, class_names, "
                                    "train_count, test_count, reading, created_utc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .bind(uuidOr(dataset.uuid)).bind(dataset.spec).bind(dataset.path).bind(dataset.sha256)
                .bind(dataset.shape.channels).bind(dataset.shape.height).bind(dataset.shape.width)
                .bind(Json(dataset.classNames).dump()).bind(dataset.trainCount).bind(dataset.testCount).bind(toJson(dataset.reading)).bind(utcNow())
                .insert()};
}

Dataset DatasetTable::get() {
    Statement row(m_connection, "SELECT id, uuid, spec, path, sha256, channels, height, width, class_names, train_count, "
                                "test_count, reading FROM dataset ORDER BY id LIMIT 1");
    if (!row.next()) {
        throw Error(ErrorCode::Damaged, m_connection.path().string() + " has no data set; create the study again");
    }
    Dataset dataset;
    dataset.id = row.id<DatasetId>();
    dataset.uuid = row.text();
    dataset.spec = row.text();
    dataset.path = row.text();
    dataset.sha256 = row.text();
    dataset.shape.channels = static_cast<int>(row.integer());
    dataset.shape.height = static_cast<int>(row.integer());
    dataset.shape.width = static_cast<int>(row.integer());
    dataset.classNames = listFromJson<std::vector<std::string>>(row.text());
    dataset.trainCount = row.integer();
    dataset.testCount = row.integer();
    dataset.reading = readingFromJson(row.text());
    return dataset;
}

SourceImageId SourceImageTable::ensure(DatasetId dataset, SourceImage image) {
    Statement found(m_connection, "SELECT id FROM source_image WHERE dataset_id = ? AND split = ? AND dataset_index = ?");
    if (found.bind(dataset).bind(image.split).bind(image.index).next()) {
        return found.id<SourceImageId>();
    }
    return {Statement(m_connection, "INSERT INTO source_image (uuid, dataset_id, split, dataset_index, label, pixels) "
                                    "VALUES (?, ?, ?, ?, ?, ?)")
                .bind(uuidOr(image.uuid)).bind(dataset).bind(image.split).bind(image.index).bind(image.label)
                .bind(image.pixels).insert()};
}

std::optional<SourceImage> SourceImageTable::find(SourceImageId id) {
    Statement row(m_connection, "SELECT " SOURCE_COLUMNS " FROM source_image WHERE id = ?");
    row.bind(id);
    return row.next() ? std::optional(readSource(row)) : std::nullopt;
}

std::vector<SourceImage> SourceImageTable::all() {
    Statement row(m_connection, "SELECT " SOURCE_COLUMNS " FROM source_image ORDER BY id");
    return readAll(row, readSource);
}

}  // namespace metamer
