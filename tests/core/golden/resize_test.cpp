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
  options.recompute_scale_factor(a.maybe_b("recompute_scale_factor").value_or(false));
  options.antialias(a.b("antialias", false));
  static const std::map<std::string, F::InterpolateFuncOptions::mode_t> modes = {
      {"nearest", kNearest},           {"linear", kLinear},       {"bilinear", kBilinear},
      {"bicubic", kBicubic},           {"trilinear", kTrilinear}, {"area", kArea},
      {"nearest-exact", kNearestExact}};
  const auto& mode = modes.at(a.s("mode"));
  // Said, so that nothing warns.
  if (std::holds_alternative<enumtype::kNearestExact>(mode)) options.align_corners(false);
  return options.mode(mode);
}

const Table kTable = {
    {"interpolate", [](Args& a) -> Outputs { return {F::interpolate(a[0], interpolation(a))}; }},
};

HEARTH_GOLDEN_FAMILY(GoldenResize, "resize", kTable);

}  // namespace

const Table& resize_table() { return kTable; }

}  // namespace hearth::golden
