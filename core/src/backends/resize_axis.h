// SPDX-License-Identifier: Apache-2.0
// Where resized images take their pixels from, for both backends.
#pragma once

#include <optional>

#include <math.h>

#include "backends/device_fn.h"
#include "ops/resize.h"

namespace hearth {

/// What one output of a dim adds up: weight(k) of position at(k), for `count` positions.
template <class A>
struct ResizeTaps {
  int64_t first, count, in;
  A fraction;  ///< how far behind position 0 of the filter's middle; antialiased: from `first` on
  A narrow;    ///< distances are multiplied by it
  A total;     ///< weights are divided by it
  bool cubic, antialias;
  bool still;  ///< nothing moves: the neighbour is the position itself

  /// A position before or behind the input is its edge.
  HEARTH_DEVICE_FN int64_t at(int64_t k) const {
    const int64_t p = still ? first : first + k;
    return p < 0 ? 0 : p > in - 1 ? in - 1 : p;
  }
  HEARTH_DEVICE_FN A weight(int64_t k) const {
    if (antialias) return filter((static_cast<A>(k) - fraction) * narrow) / total;
    if (count == 1) return A(1);
    if (!cubic) return k == 0 ? A(1) - fraction : fraction;
    const A t = k < 2 ? fraction : A(1) - fraction;
    const A a(-0.75);
    if (k == 1 || k == 2) return ((a + A(2)) * t - (a + A(3))) * t * t + A(1);
    const A x = t + A(1);
    return ((a * x - A(5) * a) * x + A(8) * a) * x - A(4) * a;
  }
  /// The filter of antialiasing: a triangle, or Keys' cubic.
  HEARTH_DEVICE_FN A filter(A x) const {
    if (x < A(0)) x = -x;
    if (!cubic) return x < A(1) ? A(1) - x : A(0);
    const A a(-0.5);
    if (x < A(1)) return ((a + A(2)) * x - (a + A(3))) * x * x + A(1);
    return x < A(2) ? (((x - A(5)) * x + A(8)) * x - A(4)) * a : A(0);
  }
};

/// One dim, computed in A as PyTorch does.
template <class A>
struct ResizeAxis {
  int64_t in, out;
  A scale;
  ops::ResizeFilter filter;
  bool align, antialias;

  template <class Op>
  ResizeAxis(const Op& op, int64_t from, int64_t to, std::optional<double> asked)
      : in(from),
        out(to),
        filter(op.filter),
        align(op.align_corners && !nearest()),
        antialias(op.antialias && !nearest()) {
    if (align) {
      scale = out > 1 ? static_cast<A>(in - 1) / static_cast<A>(out - 1) : A(0);
    } else {
      scale = asked && *asked > 0 ? static_cast<A>(1.0 / *asked)
                                  : static_cast<A>(in) / static_cast<A>(out);
    }
  }

  HEARTH_DEVICE_FN bool nearest() const {
    return filter == ops::ResizeFilter::Nearest || filter == ops::ResizeFilter::NearestExact;
  }
  HEARTH_DEVICE_FN bool cubic() const { return filter == ops::ResizeFilter::Cubic; }
  /// How far an output looks to either side.
  HEARTH_DEVICE_FN A reach() const {
    const A own = cubic() ? A(2) : A(1);
    return antialias && scale > A(1) ? own * scale : own;
  }
  /// Output positions count from their pixels' middle, or from where the corner pixels' middles
  /// are.
  HEARTH_DEVICE_FN A shift() const {
    return (align && !antialias) || filter == ops::ResizeFilter::Nearest ? A(0) : A(0.5);
  }

  HEARTH_DEVICE_FN static float fused(float a, float b, float c) { return fmaf(a, b, c); }
  HEARTH_DEVICE_FN static double fused(double a, double b, double c) { return fma(a, b, c); }

  HEARTH_DEVICE_FN ResizeTaps<A> taps(int64_t i) const {
    ResizeTaps<A> t{0, 1, in, A(0), A(1), A(1), cubic(), antialias, false};
    const A position = scale * (static_cast<A>(i) + shift());
    if (antialias) {
      const A support = reach();
      const auto first = static_cast<int64_t>(position - support + A(0.5));
      const auto end = static_cast<int64_t>(position + support + A(0.5));
      t.first = first > 0 ? first : 0;
      t.count = (end < in ? end : in) - t.first;
      if (t.count < 0) t.count = 0;
      t.fraction = position - A(0.5) - static_cast<A>(t.first);
      t.narrow = scale > A(1) ? A(1) / scale : A(1);
      A sum(0);
      for (int64_t k = 0; k < t.count; ++k)
        sum += t.filter((static_cast<A>(k) - t.fraction) * t.narrow);
      if (sum != A(0)) t.total = sum;
      return t;
    }
    if (nearest()) {
      // What is cut off of a number that is not negative is what floor would.
      t.first = static_cast<int64_t>(position);
      return t;
    }
    // In one rounding, as PyTorch's compilers make it.
    A from = shift() == A(0) ? position : fused(scale, static_cast<A>(i) + shift(), -shift());
    if (cubic()) {
      auto whole = static_cast<int64_t>(from);
      if (static_cast<A>(whole) > from) --whole;
      t.first = whole < in - 1 ? whole : in - 1;
    } else {
      if (from < A(0)) from = A(0);
      t.first = static_cast<int64_t>(from);
      if (t.first > in - 1) t.first = in - 1;
      if (in == out) {
        t.still = true;
        t.first = i;
        from = static_cast<A>(i);
      }
    }
    A fraction = from - static_cast<A>(t.first);
    t.fraction = fraction < A(0) ? A(0) : fraction > A(1) ? A(1) : fraction;
    t.count = cubic() ? 4 : 2;
    if (cubic()) t.first -= 1;
    return t;
  }

  /// The outputs that position p goes into lie in [low, high], and few others. At either end they
  /// are all beyond.
  HEARTH_DEVICE_FN void reached(int64_t p, int64_t* low, int64_t* high) const {
    *low = 0;
    *high = out - 1;
    if (!(scale > A(0))) return;
    const A before = nearest() ? A(0) : reach(), after = nearest() ? A(1) : reach();
    const A middle = static_cast<A>(p) + (nearest() ? A(0) : antialias ? A(0.5) : shift());
    const int64_t rounding = 1 + (out >> 20);
    if (p > 0) {
      const auto l = static_cast<int64_t>((middle - before) / scale - shift()) - rounding;
      if (l > 0) *low = l < out - 1 ? l : out - 1;
    }
    if (p < in - 1) {
      const auto h = static_cast<int64_t>((middle + after) / scale - shift()) + rounding;
      if (h < out - 1) *high = h > 0 ? h : 0;
    }
  }
  /// How much of position p output i takes.
  HEARTH_DEVICE_FN A weight(int64_t i, int64_t p) const {
    const ResizeTaps<A> t = taps(i);
    A sum(0);
    for (int64_t k = 0; k < t.count; ++k)
      if (t.at(k) == p) sum += t.weight(k);
    return sum;
  }
};

/// The factor asked for spatial dim d of `dims`.
template <class Op>
std::optional<double> resize_scale(const Op& op, size_t d, size_t dims) {
  const std::optional<double>* scales[] = {&op.scale_d, &op.scale_h, &op.scale_w};
  return *scales[3 - dims + d];
}

}  // namespace hearth
