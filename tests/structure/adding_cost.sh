#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What adding something costs: in how many files the name of an example of each kind occurs, beside
# the files that merely use it. docs/architecture.md shows how each is added.
#
# usage: adding_cost.sh [-v]     -v lists the files
set -euo pipefail
cd "$(dirname "$0")/../.."
verbose=${1:-}
# Tests of one question to many ops and modules, which need not be asked of a new one; data.
users_of_many='^tests/compat/|^tests/data/|/degenerate_options_test\.cpp$|/host_reads_test\.cpp$'
status=0

# cost <what> <at most> <regex of its names> [users that do not count, as a regex of paths]
cost() {
  local what=$1 most=$2 names=$3 users=${4:-^$} files count
  files=$(grep -rlEI --exclude-dir=.git --exclude-dir=build --exclude='*.bin' "$names" \
            core vision apps tests cmake CMakeLists.txt |
            grep -vE "^tests/structure/|$users_of_many|$users" | sort)
  count=$(grep -c . <<<"$files" || true)
  printf '%-44s %2d files, at most %d\n' "$what" "$count" "$most"
  if [ "$count" -gt "$most" ] || [ "$count" -eq 0 ]; then status=1; fi
  if [ "$count" -gt "$most" ] || [ -n "$verbose" ]; then sed 's/^/    /' <<<"$files"; fi
}

# Its line, a golden line.
cost 'pointwise op frac' 2 '\bfrac(_|_out)?\b' 'sparse_forms\.cpp$'
cost 'pointwise alias arccosh' 1 '\barccosh(_|_out)?\b'
# Rule and header, list of rows, public header, a kernel per backend, samples, golden lines. That
# PyTorch's lists of autocast name it is left out.
cost 'fused op rms_norm' 10 'RmsNorm|rms_norm' '^core/(include/hearth|src)/nn/|normalization_test.cpp$|/autocast(_test)?.cpp$'
# Header, source, a line of tests, a golden line and its call.
cost 'module MultiLabelSoftMarginLoss' 5 'MultiLabelSoftMarginLoss|multilabel_soft_margin_loss'
# Header, source, a line of tests, a golden line, and a line of the umbrella header.
cost 'optimizer RMSprop' 5 'RMSprop|optim/rmsprop' 'sparse_test\.cpp$|cases_sparse\.py$|optimizer_test\.cpp$'
# Header, source, a golden line, a line of the umbrella header.
cost 'image model AlexNet' 4 'AlexNetImpl|models/alexnet|alexnet_models|class AlexNet|"alexnet"'
# Its file.
cost 'command predict of hearth-vision' 1 'predict_command|class Predict '
exit $status
