#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian or Ubuntu packages Hearth needs; says which are missing where it cannot.
#
# usage: scripts/install-deps.sh [build|ci|compare|docs]...     (default: build)
set -euo pipefail

# The one package list. build: compiler, libraries, tests, data.
build=(
  g++ cmake ninja-build ccache lld                  # the tools
  libdnnl-dev                                       # core: matmul, convolution
  libopenblas-openmp-dev                            # core: LAPACK
  libpng-dev libjpeg-dev libwebp-dev libtiff-dev    # vision: image files
  pkgconf libsndfile1-dev libmpg123-dev             # audio: sound files
  libavformat-dev libavcodec-dev libavutil-dev      # audio: MP4, Matroska, Opus, video
  libsimdjson-dev libpcre2-dev libsentencepiece-dev # text: tokenizers
  libcurl4-openssl-dev ca-certificates              # hub: downloads
  libssl-dev libarchive-dev                         # hub: checksums, archives
  zlib1g-dev                                        # core: compressed files
  dataset-fashion-mnist                             # datasets: Fashion-MNIST without a download
  libcli11-dev libfmt-dev nlohmann-json3-dev libfreetype-dev  # apps
  libgtest-dev libgmock-dev libbenchmark-dev        # tests, benchmarks
)
ci=(clang-14 libclang-rt-14-dev clang-format-14 python3 time
    espeak-ng     # speech for hearth-audio train --demo
    unicode-data bzip2)  # tests of text
compare=(python3-venv)
docs=(doxygen)

packages=()
for group in "${@:-build}"; do
  case "$group" in
    build | ci | compare | docs) declare -n list="$group"; packages+=("${list[@]}") ;;
    *) echo "install-deps: unknown group '$group'; use build, ci, compare or docs" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "install-deps: not a Debian or Ubuntu system, so nothing was installed. Hearth wants what" >&2
  echo "these Debian packages hold; core alone needs a C++20 compiler, CMake, libgomp and nlohmann-json:" >&2
  printf '  %s\n' "${packages[@]}" >&2
  exit 0
fi

missing=()
installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${packages[@]}" 2>/dev/null |
            sed -n 's/^ii  *//p' || true)
for package in "${packages[@]}"; do
  grep -qxF -- "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ]; then
  root=(env)
elif command -v sudo >/dev/null; then
  root=(sudo env)
else
  echo "install-deps: needs root or sudo to install: ${missing[*]}" >&2
  echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "installing: ${missing[*]}"
"${root[@]}" apt-get update -q
"${root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
  "${missing[@]}"

# What is there has changed, so the next build looks again.
cd "$(dirname "$0")/.."
rm -f build/*/build.ninja
