#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: isa_symbols.sh NAMESPACE:OBJECT:OBJECT... ...
# A kernel object may define nothing outside its namespace and nothing weak: the linker keeps one
# copy of a weak function, perhaps the one that an older processor cannot run.
set -euo pipefail
status=0
for group in "$@"; do
  IFS=: read -ra parts <<<"$group"
  namespace=${parts[0]}
  for object in "${parts[@]:1}"; do
    bad=$(nm -C --defined-only "$object" | awk '{ $1 = ""; print substr($0, 2) }' |
          grep -E '^[A-Zuvw] ' | grep -vE "^[A-Z] .*${namespace}::" || true)
    bad+=$(nm -C --defined-only "$object" | awk '{ $1 = ""; print substr($0, 2) }' |
           grep -E '^[WVuvw] ' || true)
    if [ -n "$bad" ]; then
      echo "$object:"
      sort -u <<<"$bad" | head -20
      status=1
    fi
  done
done
exit $status
