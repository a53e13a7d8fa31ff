#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: isa_symbols.sh NAMESPACE:OBJECT:OBJECT... ...
# Whatever a kernel object defines must carry its level's namespace in its name. Of a function that
# several levels define under one name (a template of the standard library, an inline function) the
# linker keeps one copy, perhaps the one that an older processor cannot run.
set -euo pipefail
status=0
for group in "$@"; do
  IFS=: read -ra parts <<<"$group"
  for object in "${parts[@]:1}"; do
    names=$(nm -C --defined-only --extern-only "$object" | cut -d' ' -f2-)
    [ -n "$names" ] || { echo "$object defines nothing"; status=1; }
    bad=$(grep -v "${parts[0]}::" <<<"$names" || true)
    if [ -n "$bad" ]; then
      echo "$object defines names outside ${parts[0]}:"
      sort -u <<<"$bad" | head -20
      status=1
    fi
  done
done
exit $status
