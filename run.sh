#!/usr/bin/env bash
# Builds Metamer where needed and starts its window.   ./run.sh [--build] [STUDY.metamer]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build="$root/build/release"

build_only=false
arguments=()
for argument in "$@"; do
  case "$argument" in
    --build) build_only=true ;;
    -h|--help)
      echo "usage: run.sh [--build] [STUDY.metamer]"
      echo "  installs what is missing, builds a release, and starts the window (with --build: starts nothing)"
      exit 0 ;;
    -*) echo "run.sh: '$argument' is not an option; see --help" >&2; exit 2 ;;
    *) arguments+=("$(realpath -m -- "$argument")") ;;
  esac
done

# A build is fresh while it is newer than every file it is made of.
is_fresh() {
  [ -x "$build/bin/metamer" ] && [ -x "$build/bin/metamer-cli" ] && [ -e "$build/.complete" ] &&
    [ -z "$(find "$root/core" "$root/ui" "$root/app" "$root/resources" "$root/packaging" "$root/CMakeLists.txt" \
            "$root/CMakePresets.json" -newer "$build/.complete" -print -quit)" ]
}

if ! is_fresh; then
  "$root/packaging/setup"
  echo "run.sh: building a release in $build (a first build takes some minutes)"
  (cd "$root" && cmake --preset release >/dev/null && cmake --build --preset release)
  touch "$build/.complete"
  echo "run.sh: built"
fi

if $build_only; then
  echo "run.sh: ready; programs are in $build/bin"
  exit 0
fi
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  echo "run.sh: no display here, so a demo is made instead of a window"
  exec "$build/bin/metamer-cli" demo --out "${XDG_DATA_HOME:-$HOME/.local/share}/metamer"
fi
exec "$build/bin/metamer" "${arguments[@]}"
