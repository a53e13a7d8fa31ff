// SPDX-License-Identifier: Apache-2.0
// Fourier transforms over lists of dims. Each row's derivative is the row of the way back.
#pragma once

#include <cmath>

#include "dispatch/op.h"

namespace hearth::ops {

enum class FftNorm : uint8_t { None, RootN, N };
constexpr FftNorm last_value(FftNorm) { return FftNorm::N; }

struct FftC2C {
  DimVector dims;  ///< not negative, all different; so in the other rows
  FftNorm norm = FftNorm::None;
  bool forward = true;
  static constexpr OpInfo info{.name = "fft_c2c", .jvp = Jvp::Linear};
  HEARTH_OP(FftC2C, dims, norm, forward)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// Of real numbers; the last of the dims keeps n / 2 + 1 points when onesided. The window is for a
/// single dim, the tensor's last.
struct FftR2C {
  DimVector dims;
  FftNorm norm = FftNorm::None;
  bool forward = true;
  bool onesided = true;
  /// Points of a half that stand for their conjugates too are multiplied by this.
  double interior = 1;
  static constexpr OpInfo info{
      .name = "fft_r2c", .jvp = Jvp::Multilinear, .args = {"self", {"window", arg::optional}}};
  HEARTH_OP(FftR2C, dims, norm, forward, onesided, interior)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = (need[1] ? 1u : 0u) | 2u, .specs = true}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The real numbers, n of them along the last of the dims, whose spectrum's half is given.
struct FftC2R {
  DimVector dims;
  int64_t n = 1;
  FftNorm norm = FftNorm::None;
  bool forward = false;
  double interior = 1;  ///< as in FftR2C
  static constexpr OpInfo info{.name = "fft_c2r", .jvp = Jvp::Linear};
  HEARTH_OP(FftC2R, dims, n, norm, forward, interior)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// What the norm of a transform multiplies by; `n`: points of one, over all dims.
inline double fft_scale(FftNorm norm, double n) {
  return norm == FftNorm::None ? 1 : norm == FftNorm::N ? 1 / n : 1 / std::sqrt(n);
}

}  // namespace hearth::ops
