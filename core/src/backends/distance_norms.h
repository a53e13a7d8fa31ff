// SPDX-License-Identifier: Apache-2.0
// Kernel header: how a norm sums, finishes, and what a difference d has of the gradient g at
// distance r > 0.
#pragma once

#include <cmath>

#include "backends/device_fn.h"

namespace hearth::distance_norms {

template <class T>
struct Zero {
  T p;
  HEARTH_DEVICE_FN T add(T sum, T d) const { return sum + (d != 0 ? T(1) : T(0)); }
  HEARTH_DEVICE_FN T finish(T sum) const { return sum; }
  HEARTH_DEVICE_FN T slope(T, T, T) const { return 0; }
};
template <class T>
struct One {
  T p;
  HEARTH_DEVICE_FN T add(T sum, T d) const { return sum + std::abs(d); }
  HEARTH_DEVICE_FN T finish(T sum) const { return sum; }
  HEARTH_DEVICE_FN T slope(T d, T, T g) const { return d > 0 ? g : d < 0 ? -g : d * 0; }
};
template <class T>
struct Two {
  T p;
  HEARTH_DEVICE_FN T add(T sum, T d) const { return sum + d * d; }
  HEARTH_DEVICE_FN T finish(T sum) const { return std::sqrt(sum); }
  HEARTH_DEVICE_FN T slope(T d, T r, T g) const { return g * d / r; }
};
template <class T>
struct Largest {
  T p;
  HEARTH_DEVICE_FN T add(T sum, T d) const {
    d = std::abs(d);
    return d > sum || d != d ? d : sum;
  }
  HEARTH_DEVICE_FN T finish(T sum) const { return sum; }
  HEARTH_DEVICE_FN T slope(T d, T r, T g) const { return std::abs(d) != r ? 0 : d < 0 ? -g : g; }
};
template <class T>
struct Power {
  T p;
  HEARTH_DEVICE_FN T add(T sum, T d) const { return sum + std::pow(std::abs(d), p); }
  HEARTH_DEVICE_FN T finish(T sum) const { return std::pow(sum, 1 / p); }
  HEARTH_DEVICE_FN T slope(T d, T r, T g) const {
    if (d == 0) return 0;
    return std::copysign(std::pow(std::abs(d) / r, p - 1), d) * g;
  }
};

/// Calls f with the norm of order p.
template <class T, class F>
void with_norm(double p, const F& f) {
  const auto power = static_cast<T>(p);
  if (p == 0) return f(Zero<T>{power});
  if (p == 1) return f(One<T>{power});
  if (p == 2) return f(Two<T>{power});
  if (std::isinf(p)) return f(Largest<T>{power});
  f(Power<T>{power});
}

}  // namespace hearth::distance_norms
