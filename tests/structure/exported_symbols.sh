#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: exported_symbols.sh LIBRARY...
# Prints each name that a library exports outside namespace hearth; fails when there is one.
set -euo pipefail
about='vtable|typeinfo|typeinfo name|VTT|guard variable|TLS init function|TLS wrapper function'
about+='|construction vtable|non-virtual thunk|virtual thunk|covariant return thunk'
status=0
for library in "$@"; do
  names=$(nm -DC --defined-only "$library" | cut -d' ' -f3-)
  [ -n "$names" ] || { echo "$library: exports nothing"; status=1; }
  # A template function's name is preceded by its return type.
  others=$(grep -vE "^((($about) (for|to) )*|[a-z_A-Z][^(]* )hearth::" <<<"$names" || true)
  if [ -n "$others" ]; then
    sed "s|^|${library##*/}: |" <<<"$others"
    status=1
  fi
done
exit $status
