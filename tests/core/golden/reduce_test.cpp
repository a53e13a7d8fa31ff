// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/reduce.h"

#include "hearth/ops/scan.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

Outputs pair(const std::tuple<Tensor, Tensor>& both) {
  return {std::get<0>(both), std::get<1>(both)};
}

std::optional<ScalarType> dtype(Args& a) { return a.maybe_dtype("dtype"); }

#define MOMENT(name)                                                                        \
  {                                                                                         \
#name, [](Args& a) -> Outputs {                                                           \
      return {a[0].name(a.ints("dim"), Scalar(a.f("correction")), a.b("keepdim"))};           \
    } \
  }
#define MOMENT_MEAN(name)                                                                   \
  {                                                                                         \
#name, [](Args& a) -> Outputs {                                                           \
      return pair(name(a[0], a.ints("dim"), Scalar(a.f("correction")), a.b("keepdim")));      \
    } \
  }
#define TRUTH(name)                                                                         \
  {                                                                                         \
#name, [](Args& a) -> Outputs {                                                           \
      if (!a.has("dim")) return {a[0].name()};                                                \
      return {a[0].name(a.i("dim"), a.b("keepdim"))};                                         \
    } \
  }

const Table kTable = {
    {"sum", [](Args& a) -> Outputs { return {a[0].sum(a.ints("dim"), a.b("keepdim"), dtype(a))}; }},
    {"mean",
     [](Args& a) -> Outputs { return {a[0].mean(a.ints("dim"), a.b("keepdim"), dtype(a))}; }},
    {"prod",
     [](Args& a) -> Outputs {
       if (!a.has("dim")) return {a[0].prod()};
       return {a[0].prod(a.i("dim"), a.b("keepdim"))};
     }},
    MOMENT(var),
    MOMENT(std),
    MOMENT_MEAN(var_mean),
    MOMENT_MEAN(std_mean),
    {"max", [](Args& a) -> Outputs { return {a[0].max()}; }},
    {"min", [](Args& a) -> Outputs { return {a[0].min()}; }},
    {"max_dim", [](Args& a) -> Outputs { return pair(a[0].max(a.i("dim"), a.b("keepdim"))); }},
    {"min_dim", [](Args& a) -> Outputs { return pair(a[0].min(a.i("dim"), a.b("keepdim"))); }},
    {"amax", [](Args& a) -> Outputs { return {a[0].amax(a.ints("dim"), a.b("keepdim"))}; }},
    {"amin", [](Args& a) -> Outputs { return {a[0].amin(a.ints("dim"), a.b("keepdim"))}; }},
    {"argmax", [](Args& a) -> Outputs { return {a[0].argmax(a.maybe_i("dim"), a.b("keepdim"))}; }},
    {"argmin", [](Args& a) -> Outputs { return {a[0].argmin(a.maybe_i("dim"), a.b("keepdim"))}; }},
    TRUTH(any),
    TRUTH(all),
    {"count_nonzero", [](Args& a) -> Outputs { return {a[0].count_nonzero(a.maybe_i("dim"))}; }},
    {"norm",
     [](Args& a) -> Outputs {
       if (a.ints("dim").empty()) return {a[0].norm(a.scalar("p"))};
       return {a[0].norm(a.scalar("p"), a.ints("dim"), a.b("keepdim"))};
     }},
    {"logsumexp",
     [](Args& a) -> Outputs { return {a[0].logsumexp(a.ints("dim"), a.b("keepdim"))}; }},
    {"cumsum", [](Args& a) -> Outputs { return {a[0].cumsum(a.i("dim"), dtype(a))}; }},
    {"cumprod", [](Args& a) -> Outputs { return {a[0].cumprod(a.i("dim"), dtype(a))}; }},
};

HEARTH_GOLDEN_FAMILY(GoldenReduce, "reduce", kTable);

}  // namespace
}  // namespace hearth::golden
