// SPDX-License-Identifier: Apache-2.0
// Which elements of a dim a sampled position reads, for loops of every instruction set and for
// CUDA.
//
// Before including it, define HEARTH_ELEMENT_NAMESPACE and HEARTH_ELEMENT_FN (what stands before a
// function). Kernel header.
#pragma once

#include <stdint.h>

#include "backends/grid_args.h"

namespace HEARTH_ELEMENT_NAMESPACE {
namespace {

HEARTH_ELEMENT_FN float floor_of(float x) { return __builtin_floorf(x); }
HEARTH_ELEMENT_FN double floor_of(double x) { return __builtin_floor(x); }
HEARTH_ELEMENT_FN float even_of(float x) { return __builtin_nearbyintf(x); }
HEARTH_ELEMENT_FN double even_of(double x) { return __builtin_nearbyint(x); }
HEARTH_ELEMENT_FN float fmod_of(float x, float y) { return __builtin_fmodf(x, y); }
HEARTH_ELEMENT_FN double fmod_of(double x, double y) { return __builtin_fmod(x, y); }

/// An element along a dim and its part in the result; `slope` is how that grows with the grid's
/// number.
template <class A>
struct GridTap {
  int32_t at;  ///< -1: outside, and zero
  A weight, slope;
};

/// A position brought inside, and how it moves with what it was made of.
template <class A>
struct GridPlace {
  A at, slope;
};

/// To the nearest one inside. The edges count as outside, as in PyTorch, and NaN as the first.
template <class A>
HEARTH_ELEMENT_FN GridPlace<A> clipped(GridPlace<A> p, A last) {
  if (!(p.at > A(0))) return {A(0), A(0)};
  if (p.at >= last) return {last, A(0)};
  return p;
}

/// Thrown back at both ends of a dim until it is inside.
template <class A>
HEARTH_ELEMENT_FN GridPlace<A> reflected(GridPlace<A> p, A last, bool align) {
  const A low = align ? A(0) : A(-0.5), span = align ? last : last + A(1);
  if (!(span > A(0))) return {A(0), A(0)};
  A from = p.at - low;
  if (from < A(0)) {
    from = -from;
    p.slope = -p.slope;
  }
  const A rest = fmod_of(from, span), turns = floor_of(from / span);
  const bool back = fmod_of(turns, A(2)) != A(0);
  return clipped<A>({back ? span - rest + low : rest + low, back ? -p.slope : p.slope}, last);
}

template <class A>
HEARTH_ELEMENT_FN GridPlace<A> inside(const GridArgs& g, GridPlace<A> p, int64_t size) {
  const A last = static_cast<A>(size - 1);
  if (g.padding == GridArgs::kBorder) return clipped(p, last);
  if (g.padding == GridArgs::kReflection) return reflected(p, last, g.align);
  return p;
}

/// The element of a whole position, -1 where that is outside.
template <class A>
HEARTH_ELEMENT_FN int32_t element_at(A whole, int64_t size) {
  return whole >= A(0) && whole < static_cast<A>(size) ? static_cast<int32_t>(whole) : -1;
}

/// Those of a cubic curve: from the one before `first` on, t behind which the position lies. They
/// are brought inside one by one.
template <class A>
HEARTH_ELEMENT_FN void cubic_taps(const GridArgs& g, A first, A t, A slope, int64_t size,
                                  GridTap<A>* taps) {
  const A a(-0.75);
  for (int k = 0; k < 4; ++k) {
    const GridPlace<A> place = inside<A>(g, {first + static_cast<A>(k - 1), A(0)}, size);
    const A d = k < 2 ? t + static_cast<A>(1 - k) : static_cast<A>(k - 1) - t;
    const A turned = k < 2 ? slope : -slope;
    if (k == 1 || k == 2) {
      taps[k] = {element_at(place.at, size), ((a + A(2)) * d - (a + A(3))) * d * d + A(1),
                 turned * (A(3) * (a + A(2)) * d - A(2) * (a + A(3))) * d};
    } else {
      taps[k] = {element_at(place.at, size), ((a * d - A(5) * a) * d + A(8) * a) * d - A(4) * a,
                 turned * ((A(3) * a * d - A(10) * a) * d + A(8) * a)};
    }
  }
}

/// Writes the 1, 2 or 4 taps of the number `x` of the grid along a dim.
template <int kTaps, class A>
HEARTH_ELEMENT_FN void grid_taps(const GridArgs& g, A x, int64_t size, GridTap<A>* taps) {
  const A n = static_cast<A>(size);
  GridPlace<A> p{g.align ? (x + A(1)) / A(2) * (n - A(1)) : ((x + A(1)) * n - A(1)) / A(2),
                 g.align ? (n - A(1)) / A(2) : n / A(2)};
  if (kTaps != 4) p = inside(g, p, size);
  if constexpr (kTaps == 1) {
    taps[0] = {element_at(even_of(p.at), size), A(1), A(0)};
  } else {
    const A first = floor_of(p.at), t = p.at - first;
    if constexpr (kTaps == 2) {
      taps[0] = {element_at(first, size), A(1) - t, -p.slope};
      taps[1] = {element_at(first + A(1), size), t, p.slope};
    } else {
      cubic_taps(g, first, t, p.slope, size, taps);
    }
  }
}

}  // namespace
}  // namespace HEARTH_ELEMENT_NAMESPACE
