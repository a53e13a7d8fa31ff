#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: header_cost.sh COMPILER   Guards what <hearth/hearth.h> costs: time, memory, std headers.
set -euo pipefail
compiler=$1

# Three times the time that footprint allows: the machine may be busy.
scripts/footprint.sh --headers --slack 3

# <ostream> is not among them: libstdc++'s <memory> includes it.
heavy='iostream|istream|fstream|sstream|iomanip|thread|mutex|condition_variable|future'
heavy+='|shared_mutex|random|regex|functional|ranges|filesystem|format|chrono|locale|codecvt|valarray'
found=$("$compiler" -std=c++20 -Icore/include -M -x c++ core/include/hearth/hearth.h |
        grep -oE "/c\+\+/[0-9.]+/($heavy)( |$)" | sort -u || true)
if [ -n "$found" ]; then
  echo "hearth/hearth.h pulls in heavy standard headers:"
  echo "$found"
  exit 1
fi
