// SPDX-License-Identifier: Apache-2.0
// Checks that fused ops share: kernel against decompose, threads, gradients.
#pragma once

#include <cstring>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "dispatch/op.h"

namespace hearth {

/// Irregular numbers in [-scale, scale].
inline Tensor wave(IntArrayRef sizes, double scale = 2, ScalarType type = kDouble,
                   double phase = 0) {
  const int64_t n = checked_numel(sizes);
  return ((arange(n, TensorOptions(kDouble)) * 1.7 + phase).sin() * scale).view(sizes).to(type);
}

/// The same elements with another order in memory and gaps between them.
inline Tensor scattered(const Tensor& t) {
  if (t.dim() < 2) return stack({t, t}, -1).select(-1, 0);
  Tensor moved = t.transpose(0, -1);
  return stack({moved, moved}, -1).select(-1, 1).transpose(0, -1);
}

inline Tensor channels_last(const Tensor& t) { return t.contiguous(MemoryFormat::ChannelsLast); }

inline void expect_close(const Tensor& got, const Tensor& want, double tolerance) {
  ASSERT_EQ(got.sizes(), want.sizes());
  EXPECT_EQ(got.scalar_type(), want.scalar_type());
  EXPECT_TRUE(got.to(kDouble).allclose(want.to(kDouble), tolerance, tolerance, /*equal_nan=*/true))
      << "largest difference "
      << (got.numel() ? (got - want).abs().to(kDouble).sum().item<double>() : 0.0);
}

inline double tolerance_of(ScalarType t) {
  return t == kDouble ? 1e-12 : t == kFloat ? 1e-5 : t == kHalf ? 4e-3 : 3e-2;
}

/// Of half inputs the op gives, bit for bit, what it gives of the same numbers as float, rounded.
template <class Op, class... T>
void expect_rounds_float_results(const Op& op, const T&... in) {
  const NoGradGuard no_grad;
  const auto run = [&op](const std::vector<Tensor>& list) {
    return invoke_list(Op::row(), &op, ArgList(list));
  };
  const std::vector<Tensor> half{in...};
  std::vector<Tensor> single;
  for (const Tensor& t : half)
    single.push_back(t.defined() && t.is_floating_point() ? t.to(kFloat) : t);
  const Tensors got = run(half), want = run(single);
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i)
    EXPECT_TRUE(got[i].equal(want[i].to(got[i].scalar_type()))) << "output " << i;
}

/// The op by its kernel and by its decomposition: sizes, types and values must agree.
template <class Op, class... T>
void expect_decomposes(const Op& op, const T&... in) {
  const Tensor* args[] = {&in...};
  const Args list(args, sizeof...(T));
  const NoGradGuard no_grad;
  const Tensors want = Op::row().decompose(Op::row(), &op, list);
  std::vector<Tensor> got(want.size());
  invoke({Op::row(), &op, list, got, Bind::Fresh});
  for (size_t i = 0; i < want.size(); ++i) {
    SCOPED_TRACE(i);
    ASSERT_EQ(got[i].defined(), want[i].defined());
    if (got[i].defined()) expect_close(got[i], want[i], tolerance_of(args[0]->scalar_type()));
  }
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  const Tensor x = a.contiguous(), y = b.contiguous();
  return x.sizes() == y.sizes() &&
         std::memcmp(x.const_data_ptr(), y.const_data_ptr(), x.nbytes()) == 0;
}

/// f() gives the same bits on 1, 3 and 7 threads.
template <class F>
void expect_same_on_any_threads(const F& f) {
  const int before = get_num_threads();
  set_num_threads(1);
  const Tensor one = f();
  for (int n : {3, 7}) {
    set_num_threads(n);
    EXPECT_TRUE(same_bits(f(), one)) << n << " threads";
  }
  set_num_threads(before);
}

/// First and second derivatives of f against differences.
template <class F>
void expect_gradients(const F& f, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> leaves;
  for (const Tensor& t : inputs) leaves.push_back(t.detach().clone().requires_grad_());
  EXPECT_TRUE(autograd::gradcheck(f, leaves));
  EXPECT_TRUE(autograd::gradgradcheck(f, leaves));
}

template <class E, class F>
void expect_error(const F& f, std::string_view part) {
  try {
    f();
    ADD_FAILURE() << "nothing thrown; expected \"" << part << "\"";
  } catch (const E& e) {
    EXPECT_NE(std::string_view(e.what()).find(part), std::string_view::npos) << e.what();
  }
}

}  // namespace hearth
