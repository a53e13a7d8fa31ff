// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/blocks.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

BlockFormat format_of(Args& a) {
  const std::string name(a.s("format"));
  for (int i = 0; i <= static_cast<int>(BlockFormat::IQ4_NL); ++i)
    if (to_string(static_cast<BlockFormat>(i)) == name) return static_cast<BlockFormat>(i);
  throw ValueError("no format " + name);
}

const Table kTable = {
    {"dequantize_blocks",
     [](Args& a) -> Outputs { return {dequantize_blocks(a[0], format_of(a))}; }},
    {"block_linear",
     [](Args& a) -> Outputs {
       const std::optional<Tensor> bias = a.size() > 2 ? std::optional(a[2]) : std::nullopt;
       return {block_linear(a[0], a[1], format_of(a), bias, a.b("fast", false))};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenBlocks, "blocks", kTable);

}  // namespace
}  // namespace hearth::golden
