// SPDX-License-Identifier: Apache-2.0
// Selection, unique, search, histograms and statistics beyond their golden values: long lines on
// several threads, given outputs, derivatives, errors.
#include "hearth/ops/statistics.h"

#include <cmath>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/histogram.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/searchsorted.h"
#include "hearth/ops/selection.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/unique.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const std::vector<ScalarType> kNumbers = {kByte, kChar,     kShort, kInt,   kLong,
                                          kHalf, kBFloat16, kFloat, kDouble};

/// Whole numbers in no order, with many ties.
Tensor mixed(int64_t n, ScalarType type) {
  const Tensor i = arange(n);
  return (i * 7919 + i * i % 1009).remainder(251).sub(type == kByte ? 0 : 125).to(type);
}

class Threads {
 public:
  explicit Threads(int n) : before_(get_num_threads()) { set_num_threads(n); }
  ~Threads() { set_num_threads(before_); }

 private:
  const int before_;
};

TEST(Selection, LongLinesOnAnyNumberOfThreads) {
  for (const ScalarType type : kNumbers) {
    SCOPED_TRACE(to_string(type));
    const int64_t n = 300000;
    const Tensor x = mixed(n, type);
    const Threads one(1);
    const auto [values, places] = x.sort();
    EXPECT_TRUE(values.equal(x.index_select(0, places)));
    EXPECT_TRUE(values.narrow(0, 1, n - 1).ge(values.narrow(0, 0, n - 1)).all().item<bool>());
    const auto different = unique(x, true, true, true);
    for (const int threads : {1, 3}) {
      const Threads several(threads);
      const auto [again, where] = x.sort();
      EXPECT_TRUE(again.equal(values));
      EXPECT_TRUE(where.equal(places));
      for (const int64_t k : {int64_t{1}, n / 3, n}) {
        const auto [value, place] = x.kthvalue(k);
        EXPECT_EQ(place.item<int64_t>(), places.select(0, k - 1).item<int64_t>()) << k;
        EXPECT_TRUE(value.equal(values.select(0, k - 1)));
      }
      EXPECT_TRUE(x.median().equal(values.select(0, (n - 1) / 2)));
      for (const int64_t k : {int64_t{3}, n / 9, n / 4, n - 2}) {
        const auto [smallest, at] = x.topk(k, 0, /*largest=*/false);
        EXPECT_TRUE(at.equal(places.narrow(0, 0, k))) << k;
        EXPECT_TRUE(smallest.equal(values.narrow(0, 0, k)));
        const Tensor any_order = std::get<1>(x.topk(k, 0, false, /*sorted=*/false));
        EXPECT_TRUE(std::get<0>(any_order.sort()).equal(std::get<0>(at.sort()))) << k;
      }
      const auto [found, inverse, counts] = unique(x, true, true, true);
      EXPECT_TRUE(found.equal(std::get<0>(different)));
      EXPECT_TRUE(inverse.equal(std::get<1>(different)));
      EXPECT_TRUE(counts.equal(std::get<2>(different)));
      EXPECT_TRUE(std::get<0>(unique(x)).equal(found));
      EXPECT_TRUE(found.index_select(0, inverse).equal(x));
      EXPECT_EQ(counts.sum().item<int64_t>(), n);
      EXPECT_TRUE(std::get<2>(unique_consecutive(values, false, true)).equal(counts));
    }
  }
}

TEST(Selection, SignedZerosAndNans) {
  const Tensor x = tensor({0.0, -0.0, kNan, -1.0, -kNan, 0.0});
  const auto [values, places] = x.sort();
  EXPECT_TRUE(places.equal(tensor({3, 0, 1, 5, 2, 4})));
  for (int64_t i = 0; i < 6; ++i)
    EXPECT_EQ(std::signbit(values[i].item<double>()), std::signbit(x[places[i]].item<double>()));
  EXPECT_EQ(std::get<0>(unique(x)).numel(), 4);
  EXPECT_TRUE(std::signbit(std::get<0>(unique(tensor({-0.0}))).item<double>()));
  EXPECT_TRUE(std::isnan(x.median().item<double>()));
  EXPECT_EQ(x.nanmedian().item<double>(), 0);
  EXPECT_EQ(std::get<1>(x.median(0)).item<int64_t>(), 2);
}

TEST(Selection, MedianOfNothing) {
  for (const ScalarType type : kNumbers) {
    // NaN, as a cast makes integers of it.
    const Tensor nan = full({}, static_cast<float>(kNan)).to(type);
    const Tensor of_none = empty({0, 2}, type).median();
    EXPECT_EQ(of_none.scalar_type(), type);
    EXPECT_TRUE(of_none.eq(nan).logical_or(of_none.isnan()).item<bool>()) << type;
  }
}

TEST(Quantile, OfInfinitiesByEitherWay) {
  const Tensor x = tensor({1.0, 2.0, INFINITY, 0.0, INFINITY}, kDouble);
  for (const char* how : {"linear", "lower", "higher", "midpoint", "nearest"}) {
    for (const double q : {0.0, 0.25, 0.3, 0.5, 0.75, 0.9, 1.0}) {
      // One by selection, several by sorting.
      const Tensor one = x.quantile(q, std::nullopt, false, how);
      const Tensor two = x.quantile(tensor({q, q}, kDouble), std::nullopt, false, how);
      EXPECT_TRUE(one.expand({2}).allclose(two, 0, 0, /*equal_nan=*/true)) << how << ' ' << q;
    }
  }
}

TEST(Selection, MedianSharesItsGradient) {
  const Tensor x = tensor({1.0, 3.0, 3.0, 3.0, 5.0}).requires_grad_();
  x.median().backward();
  EXPECT_TRUE(x.grad().allclose(tensor({0.0, 1.0 / 3, 1.0 / 3, 1.0 / 3, 0.0})));
  const Tensor y = tensor({kNan, 1.0, kNan}).requires_grad_();
  y.median().backward();
  EXPECT_TRUE(y.grad().equal(tensor({0.5, 0.0, 0.5})));
  y.mutable_grad().reset();
  y.nanmedian().backward();
  EXPECT_TRUE(y.grad().equal(tensor({0.0, 1.0, 0.0})));
}

TEST(Scans, OfSeveralLinesAreThoseOfEach) {
  manual_seed(4);
  for (const int64_t lines : {1, 3, 4, 5, 11}) {
    const Tensor x = randn({lines, 37});
    const Tensor sums = x.cumsum(1), products = x.cumprod(1);
    for (int64_t i = 0; i < lines; ++i) {
      EXPECT_TRUE(sums.select(0, i).equal(x.select(0, i).cumsum(0)));
      EXPECT_TRUE(products.select(0, i).equal(x.select(0, i).cumprod(0)));
    }
    EXPECT_TRUE(sums.equal(x.t().cumsum(0).t()));
  }
}

TEST(Unique, TakesWhatRequiresGrad) {
  const Tensor x = tensor({2.0, 1.0, 2.0}).requires_grad_();
  EXPECT_FALSE(std::get<0>(unique(x)).requires_grad());
  EXPECT_FALSE(std::get<0>(unique_consecutive(x)).requires_grad());
  EXPECT_FALSE(std::get<0>(unique_dim(x, 0)).requires_grad());
  EXPECT_FALSE(searchsorted(x, x).requires_grad());
  EXPECT_FALSE(x.histc(3).requires_grad());
  EXPECT_FALSE(std::get<0>(x.histogram(3)).requires_grad());
}

TEST(Search, SideAndNumbers) {
  const Tensor x = tensor({1, 3, 5});
  EXPECT_EQ(searchsorted(x, 3).item<int64_t>(), 1);
  EXPECT_EQ(searchsorted(x, 3.5).item<int64_t>(), 2);
  EXPECT_EQ(searchsorted(x, 3, false, false, "right").item<int64_t>(), 2);
  EXPECT_EQ(bucketize(5, x, true).item<int32_t>(), 2);
  EXPECT_THROW(searchsorted(x, 3, false, true, "left"), ValueError);
  EXPECT_THROW(searchsorted(x, 3, false, false, "middle"), ValueError);
  EXPECT_TRUE(isin(x, 3).equal(tensor({false, true, false})));
  EXPECT_FALSE(isin(2.5, x).item<bool>());
  EXPECT_TRUE(isin(2, x, false, /*invert=*/true).item<bool>());
  EXPECT_THROW(isin(x.to(kComplexFloat), x), NotImplementedError);
  // Numbers that the tensor's type does not hold.
  const Tensor bytes = tensor({5, 44, 200}, kByte), halves = tensor({1.0, 2.0}, kHalf);
  EXPECT_EQ(searchsorted(bytes, 300).item<int64_t>(), 1);
  EXPECT_EQ(bucketize(300, bytes).item<int64_t>(), 1);
  EXPECT_TRUE(isin(bytes, 300).equal(tensor({false, true, false})));
  EXPECT_EQ(searchsorted(halves, 1e6).item<int64_t>(), 2);
  EXPECT_FALSE(isin(halves, 1e6).any().item<bool>());
}

TEST(Histogram, ListOfEdges) {
  const Tensor x = tensor({0.0, 1.0, 1.0, 2.0}).view({2, 2});
  const auto [hist, edges] = histogramdd(x, {tensor({0.0, 1.0, 2.0}), tensor({0.0, 2.0})});
  EXPECT_TRUE(hist.equal(tensor({1.0, 1.0}).view({2, 1})));
  EXPECT_EQ(edges.size(), 2u);
  EXPECT_EQ(std::get<0>(histogramdd(x, 3)).sizes(), IntArrayRef({3, 3}));
  EXPECT_THROW(histogramdd(x, {tensor({0.0, 1.0})}), ShapeError);
  EXPECT_THROW(histogramdd(x.view({4}), 3), ShapeError);
}

TEST(Histogram, CountsOnAnyNumberOfThreads) {
  const Tensor x = mixed(500000, kByte);
  const Tensor want = std::get<2>(unique(x, true, false, true));
  for (const int threads : {1, 4}) {
    const Threads several(threads);
    EXPECT_TRUE(x.bincount().equal(want));
  }
}

TEST(Statistics, DerivativesOfCompositesAgreeWithDifferences) {
  const Tensor x = (arange(12).to(kDouble) * 0.618).remainder(1).view({3, 4}).requires_grad_();
  const Tensor y =
      (arange(12).to(kDouble) * 0.382 + 0.1).remainder(1).view({3, 4}).requires_grad_();
  const Tensor q = tensor({0.15, 0.6}).to(kDouble).requires_grad_();
  using autograd::variable_list;
  const std::pair<const char*, std::function<variable_list(const variable_list&)>> cases[] = {
      {"mode", [](const variable_list& in) { return variable_list{std::get<0>(in[0].mode(1))}; }},
      {"quantile", [](const variable_list& in) { return variable_list{in[0].quantile(in[2], 1)}; }},
      {"nanquantile",
       [](const variable_list& in) {
         return variable_list{in[0].nanquantile(0.4, 0, true, "midpoint")};
       }},
      {"nanmean", [](const variable_list& in) { return variable_list{in[0].nanmean({1})}; }},
      {"cov", [](const variable_list& in) { return variable_list{in[0].cov()}; }},
      {"cov of weights",
       [](const variable_list& in) {
         return variable_list{in[0].cov(1, tensor({1, 2, 1, 3}), in[1].select(0, 0))};
       }},
      {"corrcoef", [](const variable_list& in) { return variable_list{in[0].corrcoef()}; }},
      {"diff",
       [](const variable_list& in) { return variable_list{in[0].diff(2, 1, in[1], in[1])}; }},
      {"trapezoid",
       [](const variable_list& in) { return variable_list{trapezoid(in[0], in[1], 0)}; }},
      {"cumulative_trapezoid",
       [](const variable_list& in) { return variable_list{cumulative_trapezoid(in[0], in[1])}; }},
      {"dist", [](const variable_list& in) { return variable_list{in[0].dist(in[1], 3)}; }},
      {"renorm", [](const variable_list& in) { return variable_list{in[0].renorm(2, 0, 0.9)}; }},
      {"norm_except_dim",
       [](const variable_list& in) { return variable_list{norm_except_dim(in[0], 3, 1)}; }},
  };
  for (const auto& [name, f] : cases) {
    SCOPED_TRACE(name);
    EXPECT_NO_THROW(autograd::gradcheck(f, {x, y, q}));
    EXPECT_NO_THROW(autograd::gradgradcheck(f, {x, y, q}));
  }
}

TEST(Statistics, RenormInPlaceKeepsItsHistory) {
  const Tensor x = tensor({3.0, 4.0, 0.3, 0.4}).view({2, 2}).requires_grad_();
  const Tensor y = x * 1;
  y.renorm_(2, 0, 1);
  EXPECT_TRUE(y.allclose(x.renorm(2, 0, 1)));
  const Tensor w = tensor({1.0, -2.0, 3.0, 4.0}).view({2, 2});
  const Tensor in_place = autograd::grad({(y * w).sum()}, {x})[0];
  EXPECT_TRUE(in_place.allclose(autograd::grad({(x.renorm(2, 0, 1) * w).sum()}, {x})[0]));
}

TEST(GivenOutputs, EqualFreshOnes) {
  const Tensor x = (arange(24).to(kFloat) * 0.618F).remainder(1).view({2, 3, 4});
  Tensor a = empty({0}), b = empty({0}, TensorOptions(kLong)), c = empty({0}),
         flags = empty({0}, TensorOptions(kBool));
  const auto one = [&](Tensor& out, const Tensor& want) {
    EXPECT_TRUE(&out == &a || &out == &b || &out == &c || &out == &flags);
    EXPECT_TRUE(out.equal(want.to(out.scalar_type())));
  };
  const auto two = [&](std::tuple<Tensor&, Tensor&> out, const std::tuple<Tensor, Tensor>& want) {
    one(std::get<0>(out), std::get<0>(want));
    one(std::get<1>(out), std::get<1>(want));
  };
  one(sum_out(a, x), x.sum());
  one(mean_out(a, x), x.mean());
  one(prod_out(a, x), x.prod());
  one(nansum_out(a, x, IntArrayRef{1}), x.sum(1));
  one(nanmean_out(a, x, IntArrayRef{1}), x.mean(1));
  one(all_out(flags, x), x.all());
  one(all_out(flags, x, OptionalIntArrayRef({0, 1})), x.all(OptionalIntArrayRef({0, 1})));
  one(any_out(flags, x), x.any());
  one(any_out(flags, x, OptionalIntArrayRef({0, 1})), x.any(OptionalIntArrayRef({0, 1})));
  one(count_nonzero_out(b, x, IntArrayRef{1}), x.count_nonzero(IntArrayRef{1}));
  one(count_nonzero_out(b, x), x.count_nonzero());
  one(max_out(a, x), x.max());
  one(min_out(a, x), x.min());
  one(max_out(a, x, x.flip({2})), x.maximum(x.flip({2})));
  one(min_out(a, x, x.flip({2})), x.minimum(x.flip({2})));
  two(aminmax_out(a, c, x, 1), x.aminmax(1));
  one(var_out(a, x, IntArrayRef{1}, true), x.var(1));
  one(var_out(a, x, IntArrayRef{1}), x.var(1));
  one(std_out(a, x, IntArrayRef{1}, false), x.std(IntArrayRef{1}, false));
  one(std_out(a, x), x.std());
  two(var_mean_out(a, c, x, IntArrayRef{1}), var_mean(x, 1));
  two(std_mean_out(a, c, x, IntArrayRef{1}), std_mean(x, 1));
  one(linalg_vector_norm_out(a, x, 3, IntArrayRef{1}), linalg_vector_norm(x, 3, IntArrayRef{1}));
  one(norm_out(a, x), x.norm());
  one(norm_out(a, x, 3, {1}, true), x.norm(3, {1}, true));
  one(frobenius_norm_out(a, x, {0, 1}), frobenius_norm(x, {0, 1}));
  one(logsumexp_out(a, x, {1}), x.logsumexp({1}));
  one(logcumsumexp_out(a, x, 1), x.logcumsumexp(1));
  two(cummax_out(a, b, x, 1), x.cummax(1));
  two(cummin_out(a, b, x, 1), x.cummin(1));
  two(sort_out(a, b, x, 1, true), x.sort(1, true));
  two(sort_out(a, b, x, std::optional<bool>(true), 1), x.sort(1));
  one(argsort_out(b, x, true, 1), x.argsort(int64_t{1}));
  one(msort_out(a, x), x.msort());
  two(topk_out(a, b, x, 2), x.topk(2));
  two(kthvalue_out(a, b, x, 2), x.kthvalue(2));
  two(median_out(a, b, x, 1), x.median(1));
  two(nanmedian_out(a, b, x, 1), x.nanmedian(1));
  one(median_out(a, x), x.median());
  one(nanmedian_out(a, x), x.nanmedian());
  two(mode_out(a, b, x, 1), x.mode(1));
  one(quantile_out(a, x, 0.3, 1), x.quantile(0.3, 1));
  one(quantile_out(a, x, tensor({0.3F}), 1), x.quantile(tensor({0.3F}), 1));
  one(nanquantile_out(a, x, 0.3, 1), x.quantile(0.3, 1));
  one(diff_out(a, x), x.diff());
  one(dist_out(a, x, x * 2), x.norm());
  one(renorm_out(a, x, 2, 0, 1), x.renorm(2, 0, 1));
  one(histc_out(a, x, 5), x.histc(5));
  two(histogram_out(a, c, x, 5), x.histogram(5));
  two(histogram_out(a, c, x, tensor({0.0F, 0.5F, 1.0F})), x.histogram(tensor({0.0F, 0.5F, 1.0F})));
  one(bincount_out(b, arange(4)), ones({4}));
  one(searchsorted_out(b, tensor({0.2F, 0.7F}), x), bucketize(x, tensor({0.2F, 0.7F})));
  one(searchsorted_out(b, tensor({0.2F, 0.7F}), 0.5), ones({}));
  one(bucketize_out(b, x, tensor({0.2F, 0.7F})), bucketize(x, tensor({0.2F, 0.7F})));
  one(isin_out(flags, x, x), ones(x.sizes()));
  const auto [values, inverse, counts] = _unique2_out(a, b, c, x, true, true, true);
  EXPECT_TRUE(values.equal(std::get<0>(x.reshape({-1}).sort())));
  EXPECT_EQ(inverse.sizes(), x.sizes());
  EXPECT_EQ(counts.scalar_type(), kFloat);
  const Tensor y = x.clone().requires_grad_();
  EXPECT_THROW(renorm_out(a, y, 2, 0, 1), AutogradError);
  EXPECT_THROW(histc_out(b, x, 5), DtypeError);
}

TEST(Predicates, AreFunctionsToo) {
  EXPECT_TRUE(is_nonzero(tensor({2})));
  EXPECT_THROW(is_nonzero(zeros({2})), Error);
  EXPECT_TRUE(is_signed(zeros({2})));
  EXPECT_TRUE(is_floating_point(zeros({2})));
  EXPECT_FALSE(is_complex(zeros({2})));
  EXPECT_FALSE(is_same_size(zeros({2}), zeros({3})));
}

}  // namespace
}  // namespace hearth
