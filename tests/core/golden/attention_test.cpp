// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/attention.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

const Table kTable = {
    {"scaled_dot_product_attention",
     [](Args& a) -> Outputs {
       return {scaled_dot_product_attention(
           a[0], a[1], a[2], a[3].defined() ? std::optional(a[3]) : std::nullopt, a.f("dropout_p"),
           a.b("is_causal"), a.maybe_f("scale"))};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenAttention, "attention", kTable);

}  // namespace
}  // namespace hearth::golden
