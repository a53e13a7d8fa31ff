// SPDX-License-Identifier: Apache-2.0
// Random numbers by rejection. How many bits an element takes depends on what it draws, so each has
// a counter of its own: draw k of element i takes counter offset + i, whose high half is k + 1.
#pragma once

#include "ops/random.h"

namespace hearth::ops {

/// Poisson numbers of these rates.
struct Poisson {
  uint64_t seed = 0, offset = 0;
  static constexpr OpInfo info{.name = "poisson", .args = {"self", kGeneratorMemory}};
  HEARTH_OP(Poisson, seed, offset)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// How many of `count` trials of probability `prob` succeed.
struct Binomial {
  uint64_t seed = 0, offset = 0;
  static constexpr OpInfo info{.name = "binomial", .args = {"count", "prob", kGeneratorMemory}};
  HEARTH_OP(Binomial, seed, offset)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// Gamma numbers of these shapes and of scale 1.
struct StandardGamma {
  uint64_t seed = 0, offset = 0;
  static constexpr OpInfo info{.name = "_standard_gamma", .args = {"self", kGeneratorMemory}};
  HEARTH_OP(StandardGamma, seed, offset)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1, .out = 1}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

}  // namespace hearth::ops
