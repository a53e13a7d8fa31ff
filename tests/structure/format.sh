#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: format.sh [CLANG_FORMAT]   Every source must be formatted; `make format` does it.
set -euo pipefail
find . '(' -path ./build -o -path ./.git ')' -prune -o \
     -type f '(' -name '*.h' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh' ')' -print0 |
  xargs -0 "${1:-clang-format-14}" --dry-run --Werror
