#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles the code of docs/from-pytorch.md: from each row of its tables, what is in the column of
# LibTorch and in that of Hearth. A row is a block in which the names below are known.
#   from_pytorch.sh COMPILER...   in the root of the tree; --print shows the program instead
set -euo pipefail

program() {
  cat <<'EOF'
#include <torch/torch.h>

#include <iostream>

#include "hearth/autograd/forward_ad.h"
#include "hearth/autograd/functional.h"
#include "hearth/data/collate.h"
#include "hearth/data/text_datasets.h"
#include "hearth/data/web_dataset.h"
#include "hearth/datasets/vision/cifar.h"
#include "hearth/datasets/vision/image_folder.h"
#include "hearth/hub/hub.h"
#include "hearth/io/safetensors.h"
#include "hearth/metrics.h"
#include "hearth/nn/modules/lazy.h"
#include "hearth/train.h"
#include "hearth/vision/from_pretrained.h"
#include "hearth/vision/models/feature_extraction.h"
#include "hearth/vision/models/heads.h"
#include "hearth/vision/models/resnet.h"
#include "hearth/vision/models/summary.h"
#include "hearth/vision/ops/layers.h"
#include "hearth/vision/utils.h"

using namespace hearth;
using hearth::datasets::Mode, hearth::datasets::PictureOptions;
using hearth::indexing::Slice, hearth::indexing::None;
namespace F = hearth::nn::functional;

struct Numbers : data::datasets::Dataset<Numbers> {
  data::Example<> get(size_t) override { return {}; }
  std::optional<size_t> size() const override { return 1; }
};

struct Context : nn::Module {
  nn::Linear fc{nullptr};

  void rows(Tensor x, Tensor a, Tensor b, Tensor c, Tensor i, Tensor s, Tensor t, Tensor w, Tensor v,
            Tensor y, Tensor m, Tensor mask, Tensor loss, uint64_t level, void* memory, std::string root, std::string path,
            nn::Sequential net, optim::SGD& opt, std::vector<Tensor> p, Numbers d) {
    using hearth::load, hearth::save;
    const auto f = [](const auto&... v) { return (v, ...); };
    const auto g = [](const Tensor& of) { return of * 2; };
    const auto closure = [&] { return loss; };
    const auto loader = data::make_data_loader(d);
    serialize::OutputArchive archive;
    const std::vector<int64_t> lengths;
    const std::vector<Tensor> samples;
EOF
  awk -F' *[|] *' '
    /^## Where Hearth differs/ { exit }
    /^\| Python/ || /^\|--/ || !/^\|/ { next }
    {
      print "  {"
      for (column = 3; column <= 4; ++column) {
        n = split($column, part, "`")
        for (k = 2; k <= n; k += 2) {
          code = part[k]
          if (code ~ /^Hearth::/) continue  # a target of CMake
          if (code ~ /^(struct|for) /) code = code " {}"
          print "    " code ";"
          ++found
        }
      }
      print "  }"
    }
    END { if (found < 100) print "#error found only " found + 0 " pieces of code" }' docs/from-pytorch.md
  echo "}};"
}

if [ "$1" = --print ]; then
  program
else
  program | "$@" -std=c++20 -fsyntax-only -w -Idatasets/compat -Idatasets/include \
    -Ihub/include -Ivision/include -Icore/compat -Icore/include -x c++ -
fi
