// SPDX-License-Identifier: Apache-2.0
#include "ops/copy.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "cpu/kernels.h"
#include "cpu/tile.h"
#include "ops/creation.h"

namespace hearth::cpu {

namespace {

void copy(const Call& call) {
  // Another device's side is its backend's business.
  if (call.in[1].is_cpu()) {
    copy_tiled(call.out[0], call.in[1]);
  } else {
    copy_raw_into(call.out[0], call.in[1], call.as<ops::Copy>().non_blocking);
  }
}
void to(const Call& call) {
  copy_raw_into(call.out[0], call.in[0], call.as<ops::To>().non_blocking);
}

void full(const Call& call) {
  const auto& op = call.as<ops::Full>();
  if (op.value) fill_tiled(call.out[0], *op.value);
}
void full_like(const Call& call) {
  const auto& op = call.as<ops::FullLike>();
  if (op.value) fill_tiled(call.out[0], *op.value);
}
void fill(const Call& call) { fill_tiled(call.out[0], call.as<ops::Fill>().value); }

template <class T>
void arange_as(const ops::Arange& op, T* out) {
  // Each element from its index: no error accumulates. The values fit where products on the way
  // may not: those wrap around.
  using A = std::conditional_t<std::is_integral_v<T>, uint64_t, double>;
  using S = std::conditional_t<std::is_integral_v<T>, int64_t, double>;
  const A start = static_cast<A>(op.start.to<S>()), step = static_cast<A>(op.step.to<S>());
  for (int64_t i = 0; i < op.steps; ++i) out[i] = static_cast<T>(start + static_cast<A>(i) * step);
}

void arange(const Call& call) {
  const auto& op = call.as<ops::Arange>();
  const Tensor& out = call.out[0];
  switch (op.dtype) {
    case kByte:
      return arange_as(op, ptr<uint8_t>(out));
    case kChar:
      return arange_as(op, ptr<int8_t>(out));
    case kShort:
      return arange_as(op, ptr<int16_t>(out));
    case kInt:
      return arange_as(op, ptr<int32_t>(out));
    case kLong:
      return arange_as(op, ptr<int64_t>(out));
    case kFloat:
      return arange_as(op, ptr<float>(out));
    case kDouble:
      return arange_as(op, ptr<double>(out));
    case kHalf:
      return arange_as(op, ptr<Half>(out));
    case kBFloat16:
      return arange_as(op, ptr<BFloat16>(out));
    default:
      throw NotImplementedError(cat_str("[arange] not implemented for ", op.dtype));
  }
}

/// `value`, which rounding may have taken past the ends, as an integer between them.
int64_t between(int64_t start, int64_t end, double value) {
  const auto [low, high] = std::minmax({start, end});
  if (value <= static_cast<double>(low)) return low;
  if (value >= static_cast<double>(high)) return high;
  return static_cast<int64_t>(value);
}

/// a * b + c, rounded once where there is such a function, as PyTorch's loops do.
template <class A>
A fused(A a, A b, A c) {
  if constexpr (std::is_floating_point_v<A>) {
    return std::fma(a, b, c);
  } else {
    return a * b + c;
  }
}

template <class T>
void linspace_as(const ops::Linspace& op, T* out) {
  // In the type itself, from both ends, so that the last value is exact.
  using A = std::conditional_t<std::is_integral_v<T>, double,
                               std::conditional_t<sizeof(T) == 2, float, T>>;
  const A start = A(op.start.to<T>()), end = A(op.end.to<T>());  // integers from rounded ends
  const A step = op.steps > 1 ? (end - start) / A(static_cast<double>(op.steps - 1)) : A(0);
  for (int64_t i = 0; i < op.steps; ++i) {
    const bool front = i < op.steps / 2 || op.steps == 1;
    const A k = A(static_cast<double>(front ? i : op.steps - 1 - i));
    const A value = front ? fused(step, k, start) : fused(-step, k, end);
    out[i] = static_cast<T>(value);
    if constexpr (std::is_integral_v<T> && sizeof(T) == 8) {
      // Doubles do not tell all of these apart.
      if (!op.start.isIntegral(false) || !op.end.isIntegral(false)) continue;
      const int64_t first = op.start.toLong(), last = op.end.toLong();
      out[i] = k > 0 ? between(first, last, value) : front ? first : last;
    }
  }
}

void linspace(const Call& call) {
  const auto& op = call.as<ops::Linspace>();
  switch (op.dtype) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return linspace_as(op, ptr<T>(call.out[0]));
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      return;
  }
}

}  // namespace

void install_copy() {
  ops::Copy::row().kernel[0] = &copy;
  ops::To::row().kernel[0] = &to;
  ops::Full::row().kernel[0] = &full;
  ops::FullLike::row().kernel[0] = &full_like;
  ops::Fill::row().kernel[0] = &fill;
  ops::Arange::row().kernel[0] = &arange;
  ops::Linspace::row().kernel[0] = &linspace;
}

}  // namespace hearth::cpu
