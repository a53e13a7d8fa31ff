#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: scripts/cli-docs.sh BIN_DIR   Prints docs/cli.md, which the programs themselves know.
set -euo pipefail
echo '# The programs

Made by `make cli-docs` from what the programs say of themselves. All of them exit with 0 when all is
done, 1 when something failed and 2 for wrong usage; `--json` prints results for programs, messages go
to stderr. `hearth-vision completion bash` (zsh, fish) prints what makes a shell complete commands and
options; `cmake --install` puts it, and a manual page, where shells and man(1) look.
'
for program in audio convert text vision; do
  [ "$program" = audio ] || echo
  "$1/hearth-$program" docs markdown
done
