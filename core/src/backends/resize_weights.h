// SPDX-License-Identifier: Apache-2.0
// The weights of resized dims as tables, made on the host.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "backends/resize_axis.h"
#include "tensor/tensor_impl.h"

namespace hearth {

/// What the results of one dim add up: result r the positions at[k] times weight k, for k
/// in [begin[r], begin[r + 1]).
template <class W>
struct ResizeWeights {
  std::vector<int32_t> begin{0}, at;
  std::vector<W> weights;
  bool copies = false;
  int shift = 0;

  void add(int64_t position, W weight) {
    at.push_back(static_cast<int32_t>(position));
    weights.push_back(weight);
  }
  void end_result() { begin.push_back(static_cast<int32_t>(at.size())); }
  int64_t results() const { return static_cast<int64_t>(begin.size()) - 1; }
  /// The number that all results add up, or 0.
  int64_t taps() const {
    const auto n = static_cast<int64_t>(at.size()) / std::max<int64_t>(results(), 1);
    for (int64_t r = 0; r < results(); ++r)
      if (begin[static_cast<size_t>(r)] != r * n) return 0;
    return n * results() == static_cast<int64_t>(at.size()) ? n : 0;
  }
};

/// Bytes are weighed in fixed point, with as many binary places as the largest weight leaves.
inline ResizeWeights<int16_t> byte_weights(const ResizeAxis<double>& axis) {
  ResizeWeights<int16_t> w;
  if (axis.nearest()) {
    for (int64_t i = 0; i < axis.out; ++i) {
      w.add(axis.taps(i).at(0), 1);
      w.end_result();
    }
    w.copies = true;
    return w;
  }
  std::vector<double> exact;
  double most = 0;
  for (int64_t i = 0; i < axis.out; ++i) {
    const ResizeTaps<double> taps = axis.taps(i);
    for (int64_t k = 0; k < taps.count; ++k) {
      // Positions outside count for the edge.
      if (k > 0 && taps.at(k) == taps.at(k - 1)) {
        exact.back() += taps.weight(k);
      } else {
        w.add(taps.at(k), 0);
        exact.push_back(taps.weight(k));
      }
      most = std::max(most, exact.back());
    }
    w.end_result();
  }
  while (w.shift < 22 && static_cast<int>(0.5 + std::ldexp(most, w.shift + 1)) < 1 << 15) ++w.shift;
  for (size_t k = 0; k < exact.size(); ++k)
    w.weights[k] =
        static_cast<int16_t>(std::ldexp(exact[k], w.shift) + (exact[k] < 0 ? -0.5 : 0.5));
  return w;
}

/// Positions and their number are kept in 32 bits.
inline void check_narrow(const TensorImpl& x, const TensorImpl& y) {
  for (const TensorImpl* t : {&x, &y})
    for (size_t d = 2; d < t->sizes.size(); ++d)
      HEARTH_CHECK_AS(NotImplementedError, t->sizes[d] < 1 << 28,
                      "[upsample] images of more than 2^28 pixels a side are not supported, got ",
                      t->sizes.ref());
}

/// Calls f(axis, scale) for the spatial dims of the small image x and the result y of Upsample.
template <class A, class Op, class F>
auto weights_of(const Op& op, const TensorImpl& x, const TensorImpl& y, const F& f) {
  check_narrow(x, y);
  std::vector<decltype(f(ResizeAxis<A>(op, 1, 1, std::nullopt)))> all;
  const size_t dims = x.sizes.size() - 2;
  for (size_t d = 0; d < dims; ++d)
    all.push_back(f(ResizeAxis<A>(op, x.sizes[d + 2], y.sizes[d + 2], resize_scale(op, d, dims))));
  return all;
}

}  // namespace hearth
