// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/statistics.h"

#include "hearth/ops/histogram.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/searchsorted.h"
#include "hearth/ops/selection.h"
#include "hearth/ops/unique.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

Outputs list(const std::tuple<Tensor, Tensor>& t) { return {std::get<0>(t), std::get<1>(t)}; }
Outputs list(const std::tuple<Tensor, Tensor, Tensor>& t) {
  return {std::get<0>(t), std::get<1>(t), std::get<2>(t)};
}

OptionalIntArrayRef dims(const std::vector<int64_t>& dim) {
  return dim.empty() ? OptionalIntArrayRef() : OptionalIntArrayRef(dim);
}
std::optional<ArrayRef<double>> range_of(const std::vector<double>& numbers) {
  if (numbers.empty()) return std::nullopt;
  return ArrayRef<double>(numbers);
}
/// An empty list is written as one of integers.
std::vector<double> numbers(Args& a, std::string_view name) {
  const Attribute& value = a.test_case().attributes.find(name)->second;
  return std::holds_alternative<std::vector<double>>(value) ? a.floats(name)
                                                            : std::vector<double>();
}

Outputs first(Outputs out) {
  out.resize(1);
  return out;
}

Outputs histogram_dd(Args& a) {
  const auto cut = numbers(a, "range");
  const auto [hist, edges] = histogramdd(a[0], a.ints("bins"), range_of(cut), a[1], a.b("density"));
  Outputs out{hist};
  out.insert(out.end(), edges.begin(), edges.end());
  return out;
}

const Table kTable = {
    {"median", [](Args& a) -> Outputs { return {a[0].median()}; }},
    {"nanmedian", [](Args& a) -> Outputs { return {a[0].nanmedian()}; }},
    {"median_dim", [](Args& a) { return list(a[0].median(a.i("dim"), a.b("keepdim"))); }},
    {"nanmedian_dim", [](Args& a) { return list(a[0].nanmedian(a.i("dim"), a.b("keepdim"))); }},
    {"median_values", [](Args& a) { return first(list(median(a[0], a.i("dim")))); }},
    {"nanmedian_values", [](Args& a) { return first(list(nanmedian(a[0], a.i("dim")))); }},
    {"kthvalue", [](Args& a) { return list(a[0].kthvalue(a.i("k"), a.i("dim"), a.b("keepdim"))); }},
    {"mode", [](Args& a) { return list(a[0].mode(a.i("dim"), a.b("keepdim"))); }},
    {"quantile",
     [](Args& a) -> Outputs {
       return {a[0].quantile(a[1], a.maybe_i("dim"), a.b("keepdim"), a.s("interpolation"))};
     }},
    {"quantile_number",
     [](Args& a) -> Outputs {
       return {quantile(a[0], a.f("q"), a.maybe_i("dim"), a.b("keepdim"), a.s("interpolation"))};
     }},
    {"nanquantile",
     [](Args& a) -> Outputs {
       return {a[0].nanquantile(a[1], a.maybe_i("dim"), a.b("keepdim"), a.s("interpolation"))};
     }},
    {"nanquantile_number",
     [](Args& a) -> Outputs {
       return {nanquantile(a[0], a.f("q"), a.maybe_i("dim"), a.b("keepdim"), a.s("interpolation"))};
     }},
    {"nansum",
     [](Args& a) -> Outputs {
       const auto dim = a.ints("dim");
       return {a[0].nansum(dims(dim), a.b("keepdim"), a.maybe_dtype("dtype"))};
     }},
    {"nanmean",
     [](Args& a) -> Outputs {
       const auto dim = a.ints("dim");
       return {a[0].nanmean(dims(dim), a.b("keepdim"), a.maybe_dtype("dtype"))};
     }},
    {"logcumsumexp", [](Args& a) -> Outputs { return {a[0].logcumsumexp(a.i("dim"))}; }},
    {"unique",
     [](Args& a) {
       return list(_unique2(a[0], true, a.b("return_inverse"), a.b("return_counts")));
     }},
    {"unique_consecutive",
     [](Args& a) {
       return list(
           unique_consecutive(a[0], a.b("return_inverse"), a.b("return_counts"), a.maybe_i("dim")));
     }},
    {"unique_dim", [](Args& a) { return list(unique_dim(a[0], a.i("dim"))); }},
    {"unique_dim_consecutive",
     [](Args& a) { return list(unique_consecutive(a[0], true, true, a.i("dim"))); }},
    {"searchsorted",
     [](Args& a) -> Outputs {
       return {searchsorted(a[0], a[1], a.b("out_int32"), a.b("right"), std::nullopt, a[2])};
     }},
    {"bucketize",
     [](Args& a) -> Outputs { return {bucketize(a[0], a[1], a.b("out_int32"), a.b("right"))}; }},
    {"isin", [](Args& a) -> Outputs { return {isin(a[0], a[1], false, a.b("invert"))}; }},
    {"bincount", [](Args& a) -> Outputs { return {a[0].bincount(a[1], a.i("minlength"))}; }},
    {"histc",
     [](Args& a) -> Outputs {
       return {a[0].histc(a.i("bins"), a.scalar("min"), a.scalar("max"))};
     }},
    {"histogram_edges", [](Args& a) { return list(a[0].histogram(a[1], a[2], a.b("density"))); }},
    {"histogram",
     [](Args& a) {
       const auto cut = numbers(a, "range");
       return list(a[0].histogram(a.i("bins"), range_of(cut), a[1], a.b("density")));
     }},
    {"histogramdd", histogram_dd},
    {"cov", [](Args& a) -> Outputs { return {a[0].cov(a.i("correction"), a[1], a[2])}; }},
    {"corrcoef", [](Args& a) -> Outputs { return {a[0].corrcoef()}; }},
    {"diff", [](Args& a) -> Outputs { return {a[0].diff(a.i("n"), a.i("dim"), a[1], a[2])}; }},
    {"trapezoid",
     [](Args& a) -> Outputs {
       if (a.has("dx")) return {trapezoid(a[0], a.scalar("dx"), a.i("dim"))};
       return {trapezoid(a[0], a[1], a.i("dim"))};
     }},
    {"cumulative_trapezoid",
     [](Args& a) -> Outputs {
       if (a.has("dx")) return {cumulative_trapezoid(a[0], a.scalar("dx"), a.i("dim"))};
       return {cumulative_trapezoid(a[0], a[1], a.i("dim"))};
     }},
    {"dist", [](Args& a) -> Outputs { return {a[0].dist(a[1], a.scalar("p"))}; }},
    {"renorm",
     [](Args& a) -> Outputs {
       return {a[0].renorm(a.scalar("p"), a.i("dim"), a.scalar("maxnorm"))};
     }},
    {"norm_except_dim",
     [](Args& a) -> Outputs { return {norm_except_dim(a[0], a.i("pow"), a.i("dim"))}; }},
};

HEARTH_GOLDEN_FAMILY(GoldenStatistics, "statistics", kTable);

}  // namespace

const Table& statistics_table() { return kTable; }

}  // namespace hearth::golden
