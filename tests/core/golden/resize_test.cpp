// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/upsampling.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

namespace F = nn::functional;

F::InterpolateFuncOptions interpolation(Args& a) {
  F::InterpolateFuncOptions options;
  if (a.has("size")) options.size(a.ints("size"));
  if (a.has("scale_factor")) options.scale_factor(a.floats("scale_factor"));
  options.align_corners(a.maybe_b("align_corners"));
  if (a.s("mode") == "nearest") return options.mode(kNearest);
  return options.mode(kBilinear);
}

const Table kTable = {
    {"interpolate", [](Args& a) -> Outputs { return {F::interpolate(a[0], interpolation(a))}; }},
};

HEARTH_GOLDEN_FAMILY(GoldenResize, "resize", kTable);

}  // namespace

const Table& resize_table() { return kTable; }

}  // namespace hearth::golden
