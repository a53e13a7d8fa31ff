#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: exit_destructors.sh OBJECT:OBJECT...
# No object of the library may have a static or thread-local object with a destructor: those of
# programs may run later, and what they own still computes and frees graphs.
set -euo pipefail
IFS=: read -ra objects <<<"$1"
found=$(nm -uA "${objects[@]}" | grep -E '\b__cxa_(thread_)?atexit$' || true)
[ -z "$found" ] || { echo "these register a destructor to run at exit or at the end of a thread:"
                     echo "$found"; exit 1; }
