#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: doxygen-filter.sh HEADER   Prints a header with its .def files in place: Doxygen reads the
# macros of included files, not what is made of them.
set -euo pipefail
exec awk -v root="${1%%/include/*}/include/" '
function copy(file,    line, part) {
  while ((getline line < file) > 0)
    if (line ~ /^ *#include "[^"]*(\.def|_forms\.h)"/) {
      split(line, part, "\"")
      copy(root part[2])
    } else {
      sub(/ : ArgLine<kLine \+ 1>/, "", line)  # a class that derives from its own template
      print line
    }
  close(file)
}
BEGIN { copy(ARGV[1]) }' "$1"
