// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/filter.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/shape.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/samples.h"
#include "error_of.h"
#include "ops/filter.h"

namespace hearth::testing_ops {
namespace {

/// y[n] = x[n] - sum of a[k] y[n - 1 - k], of doubles, one after the other.
Tensor filtered_plainly(const Tensor& x, const Tensor& a, bool reverse) {
  const Tensor lines = (reverse ? x.flip({-1}) : x).to(kDouble).clone();
  const int64_t n = x.size(-1), order = a.size(-1);
  const Tensor all = a.to(kDouble).expand({x.size(0), x.size(1), order}).contiguous();
  for (int64_t l = 0; l < x.size(0) * x.size(1); ++l) {
    double* y = lines.data_ptr<double>() + l * n;
    const double* c = all.data_ptr<double>() + l * order;
    for (int64_t i = 0; i < n; ++i)
      for (int64_t k = 0; k < order && k < i; ++k) y[i] -= c[k] * y[i - 1 - k];
  }
  return reverse ? lines.flip({-1}) : lines;
}

TEST(AllPoleFilter, IsTheRecursion) {
  for (const int64_t order : {1, 2, 3, 4, 5, 7, 8, 9, 20})
    for (const int64_t n : {1, 2, 7, 9, 1023, 1024, 1025, 2100})
      for (const bool reverse : {false, true}) {
        SCOPED_TRACE(cat_str("order ", order, ", ", n, " samples"));
        const double bound = 0.9 / static_cast<double>(order);
        const Tensor x = values({3, 5, n}, -1, 1);
        for (const Tensor& a :
             {values({order}, -bound, bound), values({5, order}, -bound, bound)}) {
          const Tensor want = filtered_plainly(x, a, reverse);
          EXPECT_TRUE(all_pole_filter(x, a, reverse).allclose(want, 1e-12, 1e-12));
          EXPECT_TRUE(all_pole_filter(x.to(kFloat), a.to(kFloat), reverse)
                          .allclose(want.to(kFloat), 1e-5, 1e-5));
        }
      }
}

// A resonance this sharp loses its level when its state is rounded to float.
TEST(AllPoleFilter, HoldsItsStateInDouble) {
  const Tensor x = zeros({1, 1, 20000});
  x.select(-1, 0).fill_(1);
  const double radius = 0.9999, angle = 0.001;
  const Tensor a = tensor({-2 * radius * std::cos(angle), radius * radius}).to(kFloat);
  const Tensor y = all_pole_filter(x, a), want = filtered_plainly(x, a, false);
  EXPECT_LT((y - want).abs().max().item<double>(), 1e-6 * want.abs().max().item<double>());
}

TEST(AllPoleFilter, WhatIsNotFiniteStays) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  for (const int64_t order : {2, 9}) {
    const Tensor x = ones({12}), a = full({order}, 0.1f);
    x[3].fill_(kInf);
    const Tensor y = all_pole_filter(x, a);
    EXPECT_TRUE(y.slice(0, 0, 3).isfinite().all().item<bool>());
    EXPECT_EQ(y[3].item<float>(), kInf);
    EXPECT_EQ(y[4].item<float>(), -kInf);
    x[3].fill_(std::nanf(""));
    EXPECT_EQ(all_pole_filter(x, a).isnan().sum().item<int64_t>(), 9);
  }
}

TEST(AllPoleFilter, SaysWhatItWants) {
  const Tensor x = ones({2, 3, 8});
  for (const Tensor& a : {ones({4, 2}), ones({2, 1, 3, 2}), ones({0}), scalar_tensor(1)})
    EXPECT_THAT(error_of([&] { all_pole_filter(x, a); }),
                testing::HasSubstr("coefficients [..., order]"));
  EXPECT_THAT(error_of([&] { all_pole_filter(ones({3}, kLong), ones({1}, kLong)); }),
              testing::HasSubstr("floating-point"));
}

struct Ratio {
  int64_t orig, fresh, half;
};
constexpr Ratio kRatios[] = {{441, 160, 17}, {3, 1, 19}, {1, 3, 7}, {160, 147, 7},
                             {7, 5, 1},      {2, 9, 3},  {5, 4, 40}};

TEST(PolyphaseResample, IsTheStridedConvolution) {
  for (const Ratio& r : kRatios)
    for (const int64_t n : {1, 5, 100, 3000}) {
      SCOPED_TRACE(cat_str(r.orig, " to ", r.fresh, ", ", n, " samples"));
      const Tensor x = values({2, n}, -1, 1), h = values({r.fresh, 2 * r.half}, -1, 1);
      for (const int64_t phase : {int64_t{0}, r.fresh - 1}) {
        const ops::PolyphaseResample op{r.orig, phase};
        const Tensor want = op.decompose(ArgList({&x, &h}, {}))[0];
        EXPECT_TRUE(polyphase_resample(x, h, r.orig, phase).allclose(want, 1e-11, 1e-11));
        EXPECT_TRUE(polyphase_resample(x.to(kFloat), h.to(kFloat), r.orig, phase)
                        .allclose(want.to(kFloat), 1e-5, 1e-4));
      }
      EXPECT_EQ(polyphase_resample(x, h, r.orig).size(-1), (n * r.fresh + r.orig - 1) / r.orig);
    }
}

TEST(PolyphaseResample, PartsAndThreadsGiveTheSameBits) {
  const int before = get_num_threads();
  for (const Ratio& r : kRatios) {
    const Tensor x = values({2, 30000}, -1, 1).to(kFloat);
    const Tensor h = values({r.fresh, 2 * r.half}, -1, 1).to(kFloat);
    set_num_threads(1);
    const Tensor want = polyphase_resample(x, h, r.orig);
    for (const int threads : {3, 7}) {
      set_num_threads(threads);
      EXPECT_TRUE(polyphase_resample(x, h, r.orig).equal(want));
    }
    // From the sample where output `first` lies, to where all of its windows are inside.
    const int64_t first = r.fresh + 1, at = first * r.orig / r.fresh;
    const Tensor part = polyphase_resample(x.slice(-1, at), h, r.orig, first % r.fresh);
    const int64_t inside = r.half * r.fresh / r.orig + 2;
    EXPECT_TRUE(part.slice(-1, inside).equal(want.slice(-1, first + inside)));
  }
  set_num_threads(before);
}

TEST(PolyphaseResample, SaysWhatItWants) {
  const Tensor x = ones({8});
  EXPECT_THAT(error_of([&] {
                polyphase_resample(x, ones({2, 3}), 1);
              }),
              testing::HasSubstr("filters [new, 2 * width]"));
  EXPECT_THAT(error_of([&] {
                polyphase_resample(x, ones({2, 4}), 0);
              }),
              testing::HasSubstr("orig > 0"));
  EXPECT_THAT(error_of([&] {
                polyphase_resample(x, ones({2, 4}), 3, 2);
              }),
              testing::HasSubstr("phase in [0, 2)"));
  EXPECT_THAT(error_of([&] {
                polyphase_resample(ones({8}, kInt), ones({2, 4}, kInt), 1);
              }),
              testing::HasSubstr("floating-point"));
}

}  // namespace
}  // namespace hearth::testing_ops
