#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Public headers include Hearth's and light standard headers, and nothing else.
set -euo pipefail
status=0
folders=(core hub vision text audio datasets pretrained apps tests bench cmake scripts)
files() { find "${folders[@]}" -type f "$@" 2>/dev/null || true; }
mapfile -t headers < <(files '(' -path '*/include/hearth/*.h' -o -path 'core/compat/*' ')')
[ ${#headers[@]} -gt 0 ] || { echo "no public headers found"; exit 1; }

complain() {  # title, lines
  [ -z "$2" ] && return
  echo "$1:"
  echo "$2"
  status=1
}

heavy='iostream|istream|ostream|fstream|sstream|iomanip|thread|mutex|condition_variable|future'
heavy+='|shared_mutex|random|regex|functional|ranges|filesystem|format|chrono|locale|codecvt|valarray'
# LibTorch's own header brings the streams along, and c10::str is made of them. Chunked datasets are
# threads, and no part of the umbrella header.
complain "heavy standard headers" "$(
  grep -nE "^ *# *include *<($heavy)>" "${headers[@]}" |
  grep -vE '^core/(compat/|include/hearth/data/chunk\.h:)' || true)"

# bits/chrono.h is what libstdc++ has of <chrono> without the streams.
light='algorithm|any|array|atomic|bit|bits/chrono\.h|cerrno|cfloat|cmath|compare|complex|concepts|cstddef|cstdint|cstdio'
light+='|cstdlib|cstring|deque|exception|initializer_list|iosfwd|iterator|limits|list|map|memory|new'
light+='|numbers|numeric|optional|queue|set|span|stdexcept|string|string_view|tuple|type_traits|typeindex'
light+='|typeinfo|unordered_map|unordered_set|utility|variant|vector'
complain "neither Hearth's nor a light standard header" "$(
  grep -nE "^ *# *include" "${headers[@]}" | grep -vE '^core/compat/(torch/torch|c10/util/(tempfile|Type))\.h:' |
  grep -vE "# *include *([\"<](hearth|torch|ATen|c10)/|<($light|$heavy)>)" || true)"

sources=(-regex '.*\.\(h\|cpp\|cu\|cuh\|def\|sh\|py\|cmake\)\|.*/CMakeLists\.txt')
complain "without the licence line" "$(
  comm -23 <(files "${sources[@]}" | sort) <(files "${sources[@]}" | xargs -d '\n' awk '
    FNR > 2 { nextfile } /SPDX-License-Identifier: Apache-2.0/ { print FILENAME }' | sort))"

complain "without #pragma once" "$(grep -L '^#pragma once' "${headers[@]}" || true)"
exit $status
