#!/usr/bin/env bash
# Installs what is missing, builds, and runs every default test.   ./test.sh [ctest options]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$root/packaging/setup"
cd "$root"
echo "test.sh: building in build/dev (a first build takes some minutes)"
cmake --preset dev >/dev/null
cmake --build --preset dev
echo "test.sh: running the default tests"
export QT_QPA_PLATFORM=offscreen
ctest --preset dev "$@"
echo "test.sh: all default tests passed"
