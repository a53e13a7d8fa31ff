// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/conv_finish.h"
#include "cpu/isa/vector.h"
#include "cpu/isa/vmath.h"

namespace hearth::cpu::HEARTH_ISA {

/// The activation of a register's worth; NaN stays.
static inline Vector<float> activate(ConvFinish::Activation activation, Vector<float> v) {
  using V = Vector<float>;
  const V zero{}, six = 6.0f - zero;
  switch (activation) {
    case ConvFinish::kRelu:
      return v < zero ? zero : v;
    case ConvFinish::kRelu6: {
      const V positive = v < zero ? zero : v;
      return positive > six ? six : positive;
    }
    case ConvFinish::kSilu: {
      float lanes[kLanes<float>];
      store(lanes, v);
      for (float& x : lanes) x *= vmath::sigmoid(x);
      return load<V>(lanes);
    }
    case ConvFinish::kHardswish: {
      V gate = v + 3.0f;
      gate = gate < zero ? zero : gate;
      gate = gate > six ? six : gate;
      return v * gate / six;
    }
    default:
      return v;
  }
}

/// What becomes of a register's worth of channels, of which `count` are there.
struct ChannelFinish {
  Vector<float> scale, shift;
  ConvFinish::Activation activation;
  int64_t count;

  ChannelFinish(const ConvFinish& of, int64_t first, int64_t channels)
      : scale(of.scale ? load_first(of.scale + first, channels) : 1.0f - Vector<float>{}),
        shift(of.shift ? load_first(of.shift + first, channels) : Vector<float>{}),
        activation(of.activation),
        count(channels) {}
  /// residual may be null.
  Vector<float> operator()(Vector<float> sum, const float* residual) const {
    Vector<float> v = sum * scale + shift;
    if (residual) v += load_first(residual, count);
    return activate(activation, v);
  }
};

}  // namespace hearth::cpu::HEARTH_ISA
