// SPDX-License-Identifier: Apache-2.0
// Tests of sums of products on small integers, where every order of summation gives the same bits.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/base/default_device.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "error_of.h"

namespace hearth {

/// Small integers, so that every type holds products and sums exactly; on the default device.
inline Tensor numbers(IntArrayRef sizes, ScalarType type = kDouble, int64_t seed = 1) {
  const Tensor t = empty(sizes, TensorOptions(kDouble).device(kCPU));
  double* x = t.data_ptr<double>();
  for (int64_t i = 0; i < t.numel(); ++i)
    x[i] = static_cast<double>((i * 7 + seed * 5 + i * i * 3) % 7 - 3);
  return (type == kByte ? t.abs() : t).to(default_device(), type);
}

inline Tensor as_double(const Tensor& t) { return t.is_complex() ? t : t.to(kDouble); }

inline void expect_equal(const Tensor& got, const Tensor& want) {
  ASSERT_EQ(got.sizes(), want.sizes());
  EXPECT_TRUE(as_double(got).equal(as_double(want)));
}

/// Compares the gradients of f(leaves) with those of an expression of pointwise ops and sums.
template <class F, class G>
void expect_same_gradients(std::vector<Tensor> leaves, const F& f, const G& oracle) {
  for (Tensor& t : leaves) t = t.detach().requires_grad_();
  const Tensor y = f(leaves), z = oracle(leaves);
  ASSERT_EQ(y.sizes(), z.sizes());
  const Tensor weight = numbers(y.sizes(), y.dtype(), 11);
  const auto got = autograd::grad({y}, leaves, {weight}, std::nullopt, true);
  const auto want = autograd::grad({z}, leaves, {weight}, std::nullopt, true);
  for (size_t i = 0; i < leaves.size(); ++i) {
    SCOPED_TRACE(i);
    expect_equal(got[i], want[i]);
  }
  // Double backward: the gradient of a function of the gradients.
  const auto square_sum = [](const std::vector<Tensor>& list) {
    Tensor total;
    for (const Tensor& t : list) {
      const Tensor sum = (t * t).sum(), s = sum.is_complex() ? real(sum) : sum;
      total = total.defined() ? total + s : s;
    }
    return total;
  };
  const Tensor twice_got = square_sum(got), twice_want = square_sum(want);
  if (!twice_want.requires_grad()) return;
  const auto got2 = autograd::grad({twice_got}, leaves, {}, std::nullopt, false, true);
  const auto want2 = autograd::grad({twice_want}, leaves, {}, std::nullopt, false, true);
  for (size_t i = 0; i < leaves.size(); ++i) {
    SCOPED_TRACE(i);
    ASSERT_EQ(got2[i].defined(), want2[i].defined());
    if (got2[i].defined()) expect_equal(got2[i], want2[i]);
  }
}

}  // namespace hearth
