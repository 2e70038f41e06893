#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include <QTemporaryDir>
#include <QtTest>

#include "core/base/error.h"

namespace metamer::test {

/// A folder that goes away with the object.
class Folder {
public:
    std::filesystem::path operator/(const std::string &name) const { return std::filesystem::path(m_folder.path().toStdString()) / name; }

private:
    QTemporaryDir m_folder;
};

/// Where the canonical MNIST files and the released arrays lie: $METAMER_SHARED, else ../shared beside the sources.
inline std::filesystem::path sharedFolder() {
    const char *given = std::getenv("METAMER_SHARED");
    return given ? std::filesystem::path(given) : std::filesystem::path(METAMER_SOURCE_DIR) / ".." / "shared";
}

/// The Error that `work` throws; fails the test if it throws none.
inline Error errorOf(const std::function<void()> &work) {
    try {
        work();
    } catch (const Error &error) {
        return error;
    }
    QTest::qFail("no Error was thrown", __FILE__, __LINE__);
    return Error(ErrorCode::Internal, "");
}

inline bool says(const Error &error, const std::string &part) { return std::string(error.what()).find(part) != std::string::npos; }

}  // namespace metamer::test
