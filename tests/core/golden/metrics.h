// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/io/archive.h"
#include "hearth/metrics/metric.h"

#include "core/golden/runner.h"

namespace hearth::golden {

inline void expect_same(const Tensor& parts, const Tensor& whole, const char* how) {
  EXPECT_EQ(parts.scalar_type(), whole.scalar_type()) << how;
  EXPECT_TRUE(
      parts.sizes() == whole.sizes() &&
      parts.to(kCPU, kDouble).allclose(whole.to(kCPU, kDouble), 1e-9, 1e-12, /*equal_nan=*/true))
      << how;
}

/// The metric's value of all inputs. On the way: of two parts that are merged, of a state that was
/// saved and loaded, and of batches given one by one, the value is the same, and what a batch's own
/// value leaves behind is too.
template <typename M, typename... Inputs>
Tensor value_by_parts(const M& fresh, bool whole_only, const Inputs&... inputs) {
  M all = fresh;
  all.update(inputs...);
  const Tensor whole = all.compute();
  const int64_t n = std::get<0>(std::forward_as_tuple(inputs...)).dim() > 0
                        ? std::get<0>(std::forward_as_tuple(inputs...)).size(0)
                        : 0;
  if (whole_only || n < 2) return whole;
  const int64_t half = (n + 1) / 3 + 1;
  M first = fresh, second = fresh, both = fresh;
  first.update(inputs.slice(0, 0, half)...);
  const Tensor of_batch = second(inputs.slice(0, half)...);
  expect_same(of_batch, second.compute(), "the value of a batch");
  both.load_state_dict(first.state_dict());
  both.merge_state(second);
  expect_same(both.compute(), whole, "merged");
  EXPECT_EQ(both.update_count(), 2);
  first(inputs.slice(0, half)...);
  expect_same(first.compute(), whole, "one by one");
  first.reset();
  EXPECT_EQ(first.update_count(), 0);
  first.update(inputs...);
  expect_same(first.compute(), whole, "after a reset");
  return whole;
}

/// As the expected values were written: float in place of double.
inline Tensor as_float(const Tensor& t) { return t.scalar_type() == kDouble ? t.to(kFloat) : t; }

}  // namespace hearth::golden
