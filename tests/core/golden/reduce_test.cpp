// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/reduce.h"

#include "hearth/ops/scan.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

Outputs pair(const std::tuple<Tensor, Tensor>& t) { return {std::get<0>(t), std::get<1>(t)}; }

const Table kTable = {
    {"sum",
     [](Args& a) -> Outputs {
       return {a[0].sum(a.ints("dim"), a.b("keepdim"), a.maybe_dtype("dtype"))};
     }},
    {"mean",
     [](Args& a) -> Outputs {
       return {a[0].mean(a.ints("dim"), a.b("keepdim"), a.maybe_dtype("dtype"))};
     }},
    {"prod",
     [](Args& a) -> Outputs {
       return {a.has("dim") ? a[0].prod(a.i("dim"), a.b("keepdim")) : a[0].prod()};
     }},
    {"var",
     [](Args& a) -> Outputs {
       return {a[0].var(a.ints("dim"), Scalar(a.i("correction")), a.b("keepdim"))};
     }},
    {"std",
     [](Args& a) -> Outputs {
       return {a[0].std(a.ints("dim"), Scalar(a.i("correction")), a.b("keepdim"))};
     }},
    {"var_mean",
     [](Args& a) {
       return pair(var_mean(a[0], a.ints("dim"), Scalar(a.i("correction")), a.b("keepdim")));
     }},
    {"std_mean",
     [](Args& a) {
       return pair(std_mean(a[0], a.ints("dim"), Scalar(a.i("correction")), a.b("keepdim")));
     }},
    {"max", [](Args& a) -> Outputs { return {a[0].max()}; }},
    {"min", [](Args& a) -> Outputs { return {a[0].min()}; }},
    {"max_dim", [](Args& a) { return pair(a[0].max(a.i("dim"), a.b("keepdim"))); }},
    {"min_dim", [](Args& a) { return pair(a[0].min(a.i("dim"), a.b("keepdim"))); }},
    {"amax", [](Args& a) -> Outputs { return {a[0].amax(a.ints("dim"), a.b("keepdim"))}; }},
    {"amin", [](Args& a) -> Outputs { return {a[0].amin(a.ints("dim"), a.b("keepdim"))}; }},
    {"argmax", [](Args& a) -> Outputs { return {a[0].argmax(a.maybe_i("dim"), a.b("keepdim"))}; }},
    {"argmin", [](Args& a) -> Outputs { return {a[0].argmin(a.maybe_i("dim"), a.b("keepdim"))}; }},
    {"any",
     [](Args& a) -> Outputs {
       return {a.has("dim") ? a[0].any(a.i("dim"), a.b("keepdim")) : a[0].any()};
     }},
    {"all",
     [](Args& a) -> Outputs {
       return {a.has("dim") ? a[0].all(a.i("dim"), a.b("keepdim")) : a[0].all()};
     }},
    {"count_nonzero", [](Args& a) -> Outputs { return {a[0].count_nonzero(a.maybe_i("dim"))}; }},
    {"norm",
     [](Args& a) -> Outputs {
       const auto dim = a.ints("dim");
       return {dim.empty() ? a[0].norm(a.scalar("p"))
                           : a[0].norm(a.scalar("p"), dim, a.b("keepdim"))};
     }},
    {"logsumexp",
     [](Args& a) -> Outputs { return {a[0].logsumexp(a.ints("dim"), a.b("keepdim"))}; }},
    {"cumsum",
     [](Args& a) -> Outputs { return {a[0].cumsum(a.i("dim"), a.maybe_dtype("dtype"))}; }},
    {"cummax", [](Args& a) { return pair(a[0].cummax(a.i("dim"))); }},
    {"cummin", [](Args& a) { return pair(a[0].cummin(a.i("dim"))); }},
    {"cumprod", [](Args& a) -> Outputs { return {cumprod(a[0], a.i("dim"))}; }},
};

HEARTH_GOLDEN_FAMILY(GoldenReduce, "reduce", kTable);

}  // namespace

const Table& reduce_table() { return kTable; }

}  // namespace hearth::golden
