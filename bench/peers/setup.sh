#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes build/peers: a Python environment with PyTorch on the CPU, and two small programs: LibTorch's
# cost per operator, and this machine's bandwidth and FLOP rate. A second call does nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=2.15.0
dir=$PWD/build/peers
done_mark=$dir/done-$version-metrics

if [ ! -f "$done_mark" ]; then
  echo "setting up PyTorch $version in build/peers"
  python3 -m venv "$dir" || {
    echo "[setup] python3 has no venv module; on Debian install python3-venv" >&2
    exit 1
  }
  pip=("$dir/bin/pip" install -q --disable-pip-version-check)
  "${pip[@]}" --no-deps torchmetrics lightning-utilities
  "${pip[@]}" numpy packaging typing_extensions filelock sympy networkx jinja2 fsspec setuptools expecttest
  # PyTorch's package is its CUDA build. It runs on a CPU, but wants the CUDA libraries it links.
  "${pip[@]}" --no-deps "torch==$version" nvidia-cufile nvidia-cusparselt-cu13 nvidia-nvshmem-cu13 \
    nvidia-nccl-cu13
  if ! CUDA_VISIBLE_DEVICES='' "$dir/bin/python" -c 'import torch' 2> /dev/null; then
    echo "no CUDA libraries on this machine; installing PyTorch's own (2 GB)"
    "${pip[@]}" "torch==$version"
  fi
  CUDA_VISIBLE_DEVICES='' "$dir/bin/python" -c 'import torch' || {
    echo "[setup] PyTorch $version does not start; remove build/peers and try again" >&2
    exit 1
  }
  touch "$done_mark"
fi

outdated() { [ ! "$dir/bin/$1" -nt "bench/peers/$1.cpp" ]; }
compile() {  # compile PROGRAM FLAGS...
  local program=$1
  shift
  "${CXX:-g++}" -std=c++20 -O3 "bench/peers/$program.cpp" -o "$dir/bin/$program" "$@"
}

if outdated floor; then
  compile floor -march=native -fopenmp
fi
if outdated libtorch_door; then
  read -r torch abi < <(CUDA_VISIBLE_DEVICES='' "$dir/bin/python" -c '
import os, torch
print(os.path.dirname(torch.__file__), int(torch._C._GLIBCXX_USE_CXX11_ABI))')
  compile libtorch_door "-D_GLIBCXX_USE_CXX11_ABI=$abi" \
    -isystem "$torch/include" -isystem "$torch/include/torch/csrc/api/include" \
    -L"$torch/lib" -Wl,-rpath,"$torch/lib" -Wl,--allow-shlib-undefined -Wl,--no-as-needed \
    -ltorch_cpu -lc10
fi
