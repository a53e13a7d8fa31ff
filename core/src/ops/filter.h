// SPDX-License-Identifier: Apache-2.0
// Linear filters along the last dim.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// y[n] = x[n] - sum of a[k] y[n - 1 - k]; n runs from the end when `reverse`, which is the
/// transpose.
struct AllPole {
  bool reverse = false;
  static constexpr OpInfo info{.name = "all_pole_filter", .args = {"self", "coefficients"}};
  HEARTH_OP(AllPole, reverse)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = 0b10, .out = need[1] ? 1u : 0u}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Where output i reads: orig, the number of filters `fresh`, and the phase of output 0 give the
/// first sample of the window of each.
struct PolyphasePlaces {
  int64_t orig, fresh, phase, half;
  /// What output `phase` lies at, in samples from where output 0 would.
  constexpr int64_t shift() const { return phase * orig / fresh; }
  constexpr int64_t first(int64_t i) const {
    return (phase + i) * orig / fresh - shift() - half + 1;
  }
};

struct PolyphaseResample {
  int64_t orig = 1;
  int64_t phase = 0;
  static constexpr OpInfo info{.name = "polyphase_resample",
                               .kind = Kind::Fused,
                               .args = {"self", {"filters", arg::constant}}};
  HEARTH_OP(PolyphaseResample, orig, phase)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 0b10, .specs = true}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
