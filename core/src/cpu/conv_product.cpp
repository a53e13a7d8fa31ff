// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_product.h"

#include <cstring>

#include "base/parallel.h"
#include "cpu/conv_images.h"
#include "cpu/conv_phase.h"
#include "cpu/gemm.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

/// What a tap reads for each pixel of the result: [pixels, channels].
class TapRows {
 public:
  TapRows(const ConvArgs& c, const float* x)
      : source_(input_images(c, x)),
        zeros_(c.in_channels),
        phase_(c),
        pixels_(c.batch * c.positions()),
        gathered_(!reads_in_order(c)),
        addresses_(static_cast<size_t>(gathered_ ? c.area() * pixels_ : 0)),
        rows_(static_cast<size_t>(gathered_ ? pixels_ * c.in_channels : 0)) {
    if (!gathered_) return;
    set_forward(c, phase_);
    Walk walk(phase_, 0);
    for (int64_t i = 0; i < pixels_; ++i, walk.next())
      walk.addresses(source_, zeros_.data(), addresses_.data() + i, pixels_);
  }
  const float* of(int64_t tap) {
    if (!gathered_) return source_.data;
    const int64_t channels = source_.channels;
    parallel_for(pixels_, 1 + 16384 / channels, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        std::memcpy(rows_.data() + i * channels, addresses_.data()[tap * pixels_ + i],
                    static_cast<size_t>(channels) * sizeof(float));
    });
    return rows_.data();
  }
  int64_t pixels() const { return pixels_; }

 private:
  static bool reads_in_order(const ConvArgs& c) {
    bool itself = c.area() == 1;
    for (int d = 0; d < kConvDims; ++d)
      itself &= c.stride[d] == 1 && c.pad_begin[d] == 0 && c.pad_end[d] == 0;
    return itself;
  }

  Images<const float> source_;
  Zeros zeros_;
  Phase phase_;
  int64_t pixels_;
  bool gathered_;
  Scratch<const float*> addresses_;
  Scratch<float> rows_;
};

}  // namespace

bool product_accepts(const ConvArgs& c) {
  return c.dtype == kFloat && c.groups == 1 && c.layout == ConvLayout::ChannelsLast &&
         (c.area() == 1 || c.weight_layout == ConvLayout::ChannelsLast);
}

void product_forward(const ConvArgs& c, const float* x, const float* w, const float* bias,
                     float* y) {
  TapRows rows(c, x);
  MatmulArgs g;
  g.m = rows.pixels(), g.n = c.out_channels, g.k = c.in_channels;
  g.a = rows.of(0), g.a_stride = {c.in_channels, 1};
  g.b = w, g.b_stride = {1, c.in_channels};
  g.c = y, g.c_stride = c.out_channels;
  g.bias = bias;
  matmul(g);
}

void product_backward_weights(const ConvArgs& c, const float* x, const float* gy, float* gw,
                              float* gb) {
  TapRows rows(c, x);
  MatmulArgs g;
  g.m = c.out_channels, g.n = c.in_channels, g.k = rows.pixels();
  g.a = gy, g.a_stride = {1, c.out_channels};
  g.b_stride = {c.in_channels, 1};
  g.c_stride = c.in_channels * c.area();
  for (int64_t tap = 0; tap < c.area(); ++tap) {
    g.b = rows.of(tap);
    g.c = gw + tap * c.in_channels;
    matmul(g);
  }
  if (gb) channel_sums(output_images(c, gy), gb);
}

}  // namespace hearth::cpu
