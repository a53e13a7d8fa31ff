// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_finish.h"

#include <type_traits>

#include "cpu/isa/vector.h"
#include "cpu/isa/vmath.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

using V = Vector<float>;
constexpr int kLane = kLanes<float>;

/// The activation of a register's worth; NaN stays.
template <ConvFinish::Activation kActivation>
inline V activate(V v) {
  const V zero{}, six = 6.0f - zero;
  if constexpr (kActivation == ConvFinish::kRelu) {
    return v < zero ? zero : v;
  } else if constexpr (kActivation == ConvFinish::kRelu6) {
    const V positive = v < zero ? zero : v;
    return positive > six ? six : positive;
  } else if constexpr (kActivation == ConvFinish::kSilu) {
    float lanes[kLanes<float>];
    store(lanes, v);
    for (float& x : lanes) x *= vmath::sigmoid(x);
    return load<V>(lanes);
  } else if constexpr (kActivation == ConvFinish::kHardswish) {
    V gate = v + 3.0f;
    gate = gate < zero ? zero : gate;
    gate = gate > six ? six : gate;
    return v * gate / six;
  } else {
    return v;
  }
}

/// f of the activation as a constant.
template <typename F>
inline void with_activation(ConvFinish::Activation activation, const F& f) {
  switch (activation) {
    case ConvFinish::kRelu:
      return f(std::integral_constant<ConvFinish::Activation, ConvFinish::kRelu>());
    case ConvFinish::kRelu6:
      return f(std::integral_constant<ConvFinish::Activation, ConvFinish::kRelu6>());
    case ConvFinish::kSilu:
      return f(std::integral_constant<ConvFinish::Activation, ConvFinish::kSilu>());
    case ConvFinish::kHardswish:
      return f(std::integral_constant<ConvFinish::Activation, ConvFinish::kHardswish>());
    default:
      return f(std::integral_constant<ConvFinish::Activation, ConvFinish::kNone>());
  }
}

void pixels(const ConvFinish& finish, int64_t channels, int64_t n, const float* residual,
            float* y) {
  with_activation(finish.activation, [&](auto activation) {
    for (int64_t i = 0; i < n; ++i, y += channels) {
      for (int64_t c = 0; c < channels; c += kLane) {
        const int64_t count = channels - c;
        V v = load_first(y + c, count);
        if (finish.scale) v *= load_first(finish.scale + c, count);
        if (finish.shift) v += load_first(finish.shift + c, count);
        if (residual) v += load_first(residual + c, count);
        store_first(y + c, activate<activation()>(v), count);
      }
      if (residual) residual += channels;
    }
  });
}

void plane(const ConvFinish& finish, int64_t channel, int64_t n, const float* residual, float* y) {
  const V scale = (finish.scale ? finish.scale[channel] : 1.0f) - V{};
  const V shift = (finish.shift ? finish.shift[channel] : 0.0f) - V{};
  with_activation(finish.activation, [&](auto activation) {
    for (int64_t i = 0; i < n; i += kLane) {
      V v = load_first(y + i, n - i) * scale + shift;
      if (residual) v += load_first(residual + i, n - i);
      store_first(y + i, activate<activation()>(v), n - i);
    }
  });
}

constexpr ConvFinishKernels kTable = {pixels, plane};

}  // namespace

const ConvFinishKernels& conv_finish_kernels() { return kTable; }

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
