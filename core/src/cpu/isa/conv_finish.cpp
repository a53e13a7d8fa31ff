// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_finish.h"

#include "cpu/isa/activation.h"
#include "cpu/isa/vector.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

using V = Vector<float>;
constexpr int kLane = kLanes<float>;

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
        store_first(y + c, activate<activation(), float>(v), count);
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
      store_first(y + i, activate<activation(), float>(v), n - i);
    }
  });
}

constexpr ConvFinishKernels kTable = {pixels, plane};

}  // namespace

const ConvFinishKernels& conv_finish_kernels() { return kTable; }

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
