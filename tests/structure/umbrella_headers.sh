#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# hearth/<library>.h of each library but core includes all of its public headers, in order.
set -euo pipefail
cd "$(dirname "$0")/../.."
status=0
for include in */include; do
  library=${include%/include}
  [ "$library" != core ] || continue
  umbrella="$include/hearth/$library.h"
  want=$(cd "$include" && find "hearth/$library" -name '*.h' | LC_ALL=C sort | sed 's/.*/#include "&"/')
  if ! diff <(echo "$want") <(grep '^#include' "$umbrella"); then
    echo "$umbrella: expected the lines marked <"
    status=1
  fi
done
exit $status
