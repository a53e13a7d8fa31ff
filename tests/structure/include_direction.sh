#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Dependencies point one way: core <- hub <- {vision, text, audio} <- {datasets, pretrained} <- apps.
set -euo pipefail
status=0

# forbid <folder> <regex of include paths> [regex of files, or files:lines, left out]
forbid() {
  local folder=$1 regex=$2 left_out=${3:-^$} hits
  [ -d "$folder" ] || return 0
  hits=$(grep -rnE --include='*.h' --include='*.cpp' --include='*.cu' --include='*.cuh' --include='*.def' \
           "^ *# *include *[\"<]($regex)" "$folder" | grep -vE "^($left_out)" || true)
  if [ -n "$hits" ]; then
    echo "$folder must not include these:"
    echo "$hits"
    status=1
  fi
}

domains='vision|text|audio'
upper='datasets|pretrained|apps'
forbid core "hearth/(hub|$domains|$upper)/|torch/|ATen/|c10/" core/compat/
forbid core/compat "hearth/(hub|$domains|$upper)/"
forbid hub "hearth/($domains|$upper)/"
forbid vision "hearth/(text|audio|$upper)/"
forbid text "hearth/(vision|audio|$upper)/"
forbid audio "hearth/(vision|text|$upper)/"
forbid datasets "hearth/(pretrained|apps)/"
forbid pretrained "hearth/(datasets|apps)/"

# Core's folders are a ladder: each includes only those below it, here to its left.
rungs=(base tensor dispatch autograd pointwise ops interceptors io nn 'optim|data|metrics' train)
for i in "${!rungs[@]}"; do
  above=$(IFS='|'; echo "${rungs[*]:i+1}")
  for folder in ${rungs[i]//|/ }; do
    for side in src include/hearth; do
      forbid "core/$side/$folder" "(hearth/)?(${above:+$above|}backends)/[^\">]*\.h"
    done
  done
done

# A backend is known to nobody but the one list that installs it.
forbid core "(\.\./)*cpu/" "core/src/cpu/|core/src/backends/registry.cpp:"
forbid core "(\.\./)*cuda/" "core/src/cuda/"
# Kernels compiled once per instruction set take no part in the rest of the tree, but for the texts
# of pointwise ops, which every backend compiles.
forbid core/src/cpu/isa "(hearth/)?(tensor|dispatch|pointwise|ops|autograd|nn|optim|data|metrics|train|io|graph)/[^\">]*\.h" \
  ".*pointwise/(px_)?element.h"
# OneDNN stays behind its folder.
forbid core "(dnnl|oneapi)" core/src/cpu/dnnl/
# And the CUDA toolkit behind its own.
forbid core "(cuda|cudnn|cublas|cub/|thrust/|cuda_)[^\">/]*\.h" core/src/cuda/
exit $status
