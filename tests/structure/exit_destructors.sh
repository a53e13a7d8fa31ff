#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: exit_destructors.sh OBJECT:OBJECT...
# No object of the library may have a static or thread-local object with a destructor: those of
# programs may run later, and what they own still computes and frees graphs.
set -euo pipefail
IFS=: read -ra objects <<<"$1"
status=0
for object in "${objects[@]}"; do
  names=$(nm -u "$object")
  if grep -qE '\b__cxa_(thread_)?atexit$' <<<"$names"; then
    echo "$object registers a destructor to run at exit or at the end of a thread"
    status=1
  fi
done
exit $status
