// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Where a new tensor lies: on the device of its options, else on the thread's default.
Device device_of(const TensorOptions& options);

/// A new tensor of one value. No value leaves it uninitialised.
struct Full {
  DimVector sizes;
  std::optional<Scalar> value;
  ScalarType dtype = kFloat;
  Device device = kCPU;
  MemoryFormat format = MemoryFormat::Contiguous;
  bool pinned = false;
  static constexpr OpInfo info{
      .name = "full", .differentiable = false, .barebones = true, .args = {}};
  HEARTH_OP(Full, sizes, value, dtype, device, format, pinned)
  Specs infer(Args in) const;
};

/// A new tensor like another.
struct FullLike {
  std::optional<Scalar> value;
  std::optional<ScalarType> dtype;
  MemoryFormat format = MemoryFormat::Preserve;
  static constexpr OpInfo info{.name = "full_like", .strided = true, .barebones = true};
  HEARTH_OP(FullLike, value, dtype, format)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  // Nothing of the input's values remains.
  Grads vjp(const Saved&, Args, NeedMask) const { return Grads(1); }
};

/// Every element becomes `value`; made to run in place.
struct Fill {
  Scalar value;
  static constexpr OpInfo info{.name = "fill", .strided = true, .barebones = true};
  HEARTH_OP(Fill, value)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// start, start + step, ...: `steps` values.
struct Arange {
  Scalar start, step;
  int64_t steps = 0;
  ScalarType dtype = kFloat;
  Device device = kCPU;
  static constexpr OpInfo info{.name = "arange", .differentiable = false, .args = {}};
  HEARTH_OP(Arange, start, step, steps, dtype, device)
  Specs infer(Args in) const;
};

/// `steps` values from start to end, both included.
struct Linspace {
  Scalar start, end;
  int64_t steps = 0;
  ScalarType dtype = kFloat;
  Device device = kCPU;
  static constexpr OpInfo info{.name = "linspace", .differentiable = false, .args = {}};
  HEARTH_OP(Linspace, start, end, steps, dtype, device)
  Specs infer(Args in) const;
};

}  // namespace hearth::ops
