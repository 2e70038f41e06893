#pragma once

#include <QStringList>

namespace metamer::bench {

/// Key press to next picture painted, through the real Label page; with and without an attack beside it. The exit status.
int measureLabelling(const QStringList &arguments);

/// The searches of linf-nearest, linf-semantic and l0-transform on MNIST, and what they are set against. The exit status.
int measureSearch(const QStringList &arguments);

}  // namespace metamer::bench
