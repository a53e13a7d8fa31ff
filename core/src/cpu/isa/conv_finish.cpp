// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa/conv_finish.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

using V = Vector<float>;
constexpr int kLane = kLanes<float>;

void pixels(const ConvFinish& finish, int64_t first, int64_t channels, int64_t n, int64_t pixel,
            const float* residual, float* y) {
  for (int64_t c = 0; c < channels; c += kLane) {
    const ChannelFinish of(finish, first + c, channels - c);
    for (int64_t i = 0; i < n; ++i) {
      float* to = y + i * pixel + c;
      const V v = load_first(to, channels - c);
      store_first(to, of(v, residual ? residual + i * pixel + c : nullptr), channels - c);
    }
  }
}

void plane(const ConvFinish& finish, int64_t channel, int64_t n, const float* residual, float* y) {
  const V scale = (finish.scale ? finish.scale[channel] : 1.0f) - V{};
  const V shift = (finish.shift ? finish.shift[channel] : 0.0f) - V{};
  for (int64_t i = 0; i < n; i += kLane) {
    V v = load_first(y + i, n - i) * scale + shift;
    if (residual) v += load_first(residual + i, n - i);
    store_first(y + i, activate(finish.activation, v), n - i);
  }
}

constexpr ConvFinishKernels kTable = {pixels, plane};

}  // namespace

const ConvFinishKernels& conv_finish_kernels() { return kTable; }

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
