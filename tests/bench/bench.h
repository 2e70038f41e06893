#pragma once

#include <QStringList>

namespace metamer::bench {

/// Key press to next picture painted, through the real Label page; with and without an attack beside it. The exit status.
int measureLabelling(const QStringList &arguments);

}  // namespace metamer::bench
