// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/scatter.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

Outputs segments(Args& a) {
  const std::optional<Tensor> none;
  const bool by_lengths = a.s("kind") == "lengths";
  return {segment_reduce(a[0], a.s("reduce"), by_lengths ? a[1] : none, none,
                         by_lengths ? none : a[1], a.i("axis"), a.b("unsafe"),
                         a.maybe_scalar("initial"))};
}

const Table kTable = {
    {"scatter_reduce",
     [](Args& a) -> Outputs {
       return {scatter_reduce(a[0], a.i("dim"), a[1], a[2], a.s("reduce"), a.b("include_self"))};
     }},
    {"index_reduce",
     [](Args& a) -> Outputs {
       return {index_reduce(a[0], a.i("dim"), a[1], a[2], a.s("reduce"), a.b("include_self"))};
     }},
    {"scatter_into",
     [](Args& a) -> Outputs { return {scatter(a[0], a.i("dim"), a[1], a[2], a.s("reduce"))}; }},
    {"scatter_value_into",
     [](Args& a) -> Outputs {
       return {scatter(a[0], a.i("dim"), a[1], a.scalar("value"), a.s("reduce"))};
     }},
    {"put", [](Args& a) -> Outputs { return {put(a[0], a[1], a[2], a.b("accumulate"))}; }},
    {"select_scatter",
     [](Args& a) -> Outputs { return {select_scatter(a[0], a[1], a.i("dim"), a.i("index"))}; }},
    {"slice_scatter",
     [](Args& a) -> Outputs {
       return {slice_scatter(a[0], a[1], a.i("dim"), a.maybe_i("start"), a.maybe_i("end"),
                             a.i("step"))};
     }},
    {"diagonal_scatter",
     [](Args& a) -> Outputs {
       return {diagonal_scatter(a[0], a[1], a.i("offset"), a.i("dim1"), a.i("dim2"))};
     }},
    {"as_strided_scatter",
     [](Args& a) -> Outputs {
       return {as_strided_scatter(a[0], a[1], a.ints("size"), a.ints("stride"),
                                  a.maybe_i("storage_offset"))};
     }},
    {"fill_diagonal_",
     [](Args& a) -> Outputs {
       return {a[0].clone().fill_diagonal_(a.scalar("value"), a.b("wrap"))};
     }},
    {"nonzero_static",
     [](Args& a) -> Outputs { return {nonzero_static(a[0], a.i("size"), a.i("fill_value"))}; }},
    {"nonzero_numpy", [](Args& a) -> Outputs { return nonzero_numpy(a[0]); }},
    {"unravel_index", [](Args& a) -> Outputs { return unravel_index(a[0], a.ints("shape")); }},
    {"segment_reduce", segments},
};

HEARTH_GOLDEN_FAMILY(GoldenScatter, "scatter", kTable);

}  // namespace
}  // namespace hearth::golden
