#!/usr/bin/env bash
# Builds Metamer where needed and starts its window.   ./run.sh [--build] [--cuda] [STUDY.metamer]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

build_only=false
preset=release
arguments=()
for argument in "$@"; do
  case "$argument" in
    --build) build_only=true ;;
    --cuda) preset=cuda ;;
    -h|--help)
      echo "usage: run.sh [--build] [--cuda] [STUDY.metamer]"
      echo "  installs what is missing, builds a release, and starts the window"
      echo "  --build  starts nothing"
      echo "  --cuda   on a LibTorch with CUDA, fetched once into build/ (the size is told first)"
      exit 0 ;;
    -*) echo "run.sh: '$argument' is not an option; see --help" >&2; exit 2 ;;
    *) arguments+=("$(realpath -m -- "$argument")") ;;
  esac
done
build="$root/build/$preset"

# A build is fresh while it is newer than every file it is made of.
is_fresh() {
  [ -x "$build/bin/metamer" ] && [ -x "$build/bin/metamer-cli" ] && [ -e "$build/.complete" ] &&
    [ -z "$(find "$root/core" "$root/ui" "$root/app" "$root/resources" "$root/packaging" "$root/CMakeLists.txt" \
            "$root/CMakePresets.json" -newer "$build/.complete" -print -quit)" ]
}

if ! is_fresh; then
  "$root/packaging/setup"
  options=()
  if [ "$preset" = cuda ]; then
    torch=$("$root/packaging/libtorch-cuda" "$root/build/torch-cuda")
    options=("-DMETAMER_TORCH_ROOT=$torch")
  fi
  echo "run.sh: building a release in $build (a first build takes some minutes)"
  (cd "$root" && cmake --preset "$preset" "${options[@]}" >/dev/null && cmake --build --preset "$preset")
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
