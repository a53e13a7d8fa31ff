#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: scripts/bpe-corpus.sh FOLDER   Writes FOLDER/corpus.txt, which pretrained/data/bpe is trained on: the King
# James Bible of Debian's bible-kjv-text, which is in the public domain, and Hearth's own documents and sources.
set -euo pipefail
[ $# = 1 ] || { sed -n 3,4p "$0"; exit 2; }
mkdir -p "$1/packages"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
(cd "$folder/packages" && apt-get download bible-kjv bible-kjv-text &&
  for deb in *.deb; do dpkg-deb -x "$deb" .; done)
{
  # Without the places of verses.
  "$folder/packages/usr/bin/bible" -p "$folder/packages/usr/lib" -f 'gen1:1-rev22:21' < /dev/null |
    sed -E 's/^[1-3A-Za-z]+[0-9]+:[0-9]+ //'
  git ls-files '*.md' '*.h' '*.py' '*.sh' | grep -v '^tests/data/' | LC_ALL=C sort | xargs cat
} > "$folder/corpus.txt"
wc -c "$folder/corpus.txt"
