#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# libgomp must see Hearth's spin count when it starts, and the user's when there is one.
set -euo pipefail
program=$1

expect() {  # what, wanted value, environment...
  local got
  got=$(env -u GOMP_SPINCOUNT -u OMP_WAIT_POLICY "${@:3}" OMP_DISPLAY_ENV=verbose "$program" 2>&1 |
        sed -n "s/.*GOMP_SPINCOUNT = '\(.*\)'/\1/p")
  [ "$got" = "$2" ] || { echo "$1: GOMP_SPINCOUNT is '$got', expected '$2'"; exit 1; }
}
expect "default" 1000
expect "user's count" 77 GOMP_SPINCOUNT=77
expect "user's policy" 0 OMP_WAIT_POLICY=passive
