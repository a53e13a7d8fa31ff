#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What Hearth costs its users: compile time and memory of its header, library size, foreign symbols.
#
# usage: scripts/footprint.sh [--build] [--headers] [--slack N] [--json] [BUILD_DIR]
#   --build    also time a full build with tests, from nothing and without ccache
#   --headers  only the header's cost
#   --slack N  allow N times the limits of time
#   --json     print one JSON object instead of a table
# Exits with 1 when a limit is passed.
set -euo pipefail
shopt -s nullglob
cd "$(dirname "$0")/.."

full_build=false headers_only=false json=false slack=1 build=build/release
while [ $# -gt 0 ]; do
  case "$1" in
    --build) full_build=true ;;
    --headers) headers_only=true ;;
    --slack) slack=$2; shift ;;
    --json) json=true ;;
    -*) sed -n '3,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    *) build=$1 ;;
  esac
  shift
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rows=()  # name|value|limit|unit

compile_cost() {  # compiler: adds its seconds of a processor and megabytes, the best of three runs
  local compiler=$1 seconds=() megabytes=()
  printf '#include <hearth/hearth.h>\nint main() {}\n' >"$work/main.cpp"
  for _ in 1 2 3; do
    if [ -x /usr/bin/time ]; then
      /usr/bin/time -o "$work/cost" -f '%U %S %M' \
        "$compiler" -std=c++20 -Icore/include -c "$work/main.cpp" -o "$work/main.o"
      seconds+=("$(awk '{ printf "%.2f", $1 + $2 }' "$work/cost")")
      megabytes+=("$(awk '{ printf "%.0f", $3 / 1024 }' "$work/cost")")
    else
      local TIMEFORMAT='%U %S'
      { time "$compiler" -std=c++20 -Icore/include -c "$work/main.cpp" -o "$work/main.o" 2>&3; } \
        3>&2 2>"$work/cost"
      seconds+=("$(awk '{ printf "%.2f", $1 + $2 }' "$work/cost")")
    fi
  done
  smallest() { printf '%s\n' "$@" | sort -g | head -1; }
  rows+=("include hearth/hearth.h, ${compiler##*/}|$(smallest "${seconds[@]}")|$(
    awk -v s="$slack" 'BEGIN { print 2 * s }')|s")
  if [ ${#megabytes[@]} -gt 0 ]; then
    rows+=("include hearth/hearth.h, ${compiler##*/}|$(smallest "${megabytes[@]}")|320|MB")
  else
    echo "footprint: no memory measured without /usr/bin/time (Debian: time)" >&2
  fi
}

compilers=()
for compiler in g++ clang++-14 clang++; do
  if command -v "$compiler" >/dev/null && [[ " ${compilers[*]} " != *" clang++"* ]]; then
    compilers+=("$compiler")
  fi
done
for compiler in "${compilers[@]}"; do compile_cost "$compiler"; done

if ! $headers_only; then
  library=$build/lib/libhearth.so
  [ -e "$library" ] || { echo "footprint: $library is missing; run 'make build' first" >&2; exit 1; }
  strip -o "$work/stripped.so" "$library"
  rows+=("libhearth.so, stripped|$(
    stat -c %s "$work/stripped.so" | awk '{ printf "%.1f", $1 / 1e6 }')|19|MB")
  # Not libhearth_gomp_defaults, which exports nothing, nor libhearth_cuda: C functions that are
  # looked up.
  foreign=$(bash tests/structure/exported_symbols.sh "$build"/lib/libhearth{,_[!cg]*}.so || true)
  rows+=("exported names outside hearth::|$(grep -c . <<<"$foreign" || true)|0|")
fi

if $full_build; then
  rm -rf build/footprint
  begin=$SECONDS
  cmake --preset release -B build/footprint >/dev/null
  CCACHE_DISABLE=1 ninja -C build/footprint --quiet
  rows+=("full build with tests|$((SECONDS - begin))|480|s")
  rm -rf build/footprint
fi

printf '%s\n' "${rows[@]}" | awk -F'|' -v json=$json '
  { over = $2 + 0 > $3 + 0; failed += over }
  json == "true" {
    printf "%s{\"name\": \"%s\", \"value\": %s, \"limit\": %s, \"unit\": \"%s\"}",
           NR == 1 ? "{\"footprint\": [" : ", ", $1, $2, $3, $4
    next
  }
  { printf "%-40s %8s %-2s  limit %5s%s\n", $1, $2, $4, $3, over ? "  PASSED THE LIMIT" : "" }
  END { if (json == "true") print "]}"; exit failed > 0 }'
