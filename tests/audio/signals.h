// SPDX-License-Identifier: Apache-2.0
// Signals that the golden values' generators make by the same formulas.
#pragma once

#include <cstdint>
#include <numbers>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

namespace hearth::audio {

/// Noise x [..., time] at a tenth of a voice that glides up from f0 Hz to half as much again.
inline Tensor tones(const Tensor& x, double rate, double f0) {
  const Tensor t = arange(x.size(-1), kDouble) / rate;
  const double length = static_cast<double>(x.size(-1) - 1) / rate;
  const Tensor phase = 2 * std::numbers::pi * f0 * (t + t * t / (4 * length));
  Tensor voice = zeros_like(t);
  for (int k = 1; k < 6; ++k) voice += sin(k * phase) / k;
  return (0.3 * voice + 0.1 * x.to(kDouble)).to(x.scalar_type());
}

}  // namespace hearth::audio
