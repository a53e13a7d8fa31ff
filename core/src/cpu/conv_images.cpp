// SPDX-License-Identifier: Apache-2.0
#include "cpu/conv_images.h"

#include "cpu/gemm_kernels.h"

namespace hearth::cpu {

void pack_lines(const float* src, int64_t lines, int64_t k, int64_t line_stride, int64_t k_stride,
                int64_t width, float* dst) {
  static const GemmKernels<float>& table = HEARTH_SELECT_ISA(gemm_kernels_f32);
  table.pack(src, lines, k, line_stride, k_stride, static_cast<int>(width), dst);
}

void channel_sums(const Images<const float>& images, float* sums) {
  const int64_t channels = images.channels, pixels = images.batch * images.pixels();
  const float* data = images.data;
  parallel_for(channels, 16, [&](int64_t begin, int64_t end) {
    Scratch<double> totals(static_cast<size_t>(end - begin));
    std::fill_n(totals.data(), end - begin, 0.0);
    for (int64_t p = 0; p < pixels; ++p)
      for (int64_t c = begin; c < end; ++c)
        totals[static_cast<size_t>(c - begin)] += static_cast<double>(data[p * channels + c]);
    for (int64_t c = begin; c < end; ++c)
      sums[c] = static_cast<float>(totals[static_cast<size_t>(c - begin)]);
  });
}

}  // namespace hearth::cpu
