// SPDX-License-Identifier: Apache-2.0
// Numbers are rounded where PyTorch's are: products of matrices have no fused steps here, but
// grid_sample's have.
#include "transforms/warp_kernels.h"

namespace hearth::vision {
namespace HEARTH_ISA {
namespace {

void places(const PlaneRead& read, int32_t row, int32_t n, float* __restrict px,
            float* __restrict py) {
  const float y = read.first_y + static_cast<float>(row);
  const float xx = read.x[0], xy = read.x[1], x1 = read.x[2];
  const float yx = read.y[0], yy = read.y[1], y1 = read.y[2];
  for (int32_t i = 0; i < n; ++i) {
    const float x = read.first_x + static_cast<float>(i);
    px[i] = x * xx + y * xy + x1;
    py[i] = x * yx + y * yy + y1;
  }
  if (!read.projective) return;
  const float wx = read.w[0], wy = read.w[1], w1 = read.w[2];
  for (int32_t i = 0; i < n; ++i) {
    const float w = (read.first_x + static_cast<float>(i)) * wx + y * wy + w1;
    px[i] = px[i] / w - 1.0f;
    py[i] = py[i] / w - 1.0f;
  }
}

/// A place in pixels; those of the first and last are 0 and size - 1.
inline float in_pixels(float place, float half_size) {
  return __builtin_fmaf(place + 1.0f, half_size, -0.5f);
}

/// The same, cut to [-2, size]: what is further out reads nothing either, nor does what is no
/// number.
inline float cut(float pixel, int32_t size) {
  const auto most = static_cast<float>(size);
  return pixel >= -2.0f ? (pixel <= most ? pixel : most) : -2.0f;
}

inline int32_t rounded_down(float v) {
  const auto cut_off = static_cast<int32_t>(v);
  return cut_off - (static_cast<float>(cut_off) > v ? 1 : 0);
}

void nearest(const float* __restrict x, const float* __restrict y, int32_t n, int32_t height,
             int32_t width, int32_t* __restrict pixels) {
  const float half_width = static_cast<float>(width) * 0.5f,
              half_height = static_cast<float>(height) * 0.5f;
  for (int32_t i = 0; i < n; ++i) {
    const auto px = static_cast<int32_t>(__builtin_rintf(cut(in_pixels(x[i], half_width), width)));
    const auto py =
        static_cast<int32_t>(__builtin_rintf(cut(in_pixels(y[i], half_height), height)));
    const bool inside = (px >= 0) & (px < width) & (py >= 0) & (py < height);
    pixels[i] = inside ? py * width + px : -1;
  }
}

/// As parameters, so that the compiler believes that they are apart.
void find_taps(const float* __restrict x, const float* __restrict y, int32_t n, int32_t height,
               int32_t width, int32_t* __restrict at0, int32_t* __restrict at1,
               int32_t* __restrict at2, int32_t* __restrict at3, float* __restrict w0,
               float* __restrict w1, float* __restrict w2, float* __restrict w3) {
  const float half_width = static_cast<float>(width) * 0.5f,
              half_height = static_cast<float>(height) * 0.5f;
  const int32_t outside = height * width;
  for (int32_t i = 0; i < n; ++i) {
    const float px = cut(in_pixels(x[i], half_width), width),
                py = cut(in_pixels(y[i], half_height), height);
    const int32_t l = rounded_down(px), t = rounded_down(py);
    const float east = px - static_cast<float>(l), south = py - static_cast<float>(t);
    const float west = 1.0f - east, north = 1.0f - south;
    w0[i] = west * north;
    w1[i] = east * north;
    w2[i] = west * south;
    w3[i] = east * south;
    const int32_t pixel = t * width + l;
    const bool in_l = (l >= 0) & (l < width), in_r = (l >= -1) & (l + 1 < width);
    const bool in_t = (t >= 0) & (t < height), in_b = (t >= -1) & (t + 1 < height);
    at0[i] = (in_l & in_t) ? pixel : outside;
    at1[i] = (in_r & in_t) ? pixel + 1 : outside;
    at2[i] = (in_l & in_b) ? pixel + width : outside;
    at3[i] = (in_r & in_b) ? pixel + width + 1 : outside;
  }
}

void bilinear(const float* x, const float* y, int32_t n, int32_t height, int32_t width,
              const BilinearTaps& taps) {
  find_taps(x, y, n, height, width, taps.at[0], taps.at[1], taps.at[2], taps.at[3], taps.weight[0],
            taps.weight[1], taps.weight[2], taps.weight[3]);
}

typedef float Floats __attribute__((vector_size(16)));

inline Floats load(const float* in, int32_t pixel) {
  Floats v;
  __builtin_memcpy(&v, in + int64_t{pixel} * 4, sizeof v);
  return v;
}

inline Floats fused(Floats a, float b, Floats c) {
  Floats r;
  for (int k = 0; k < 4; ++k) r[k] = __builtin_fmaf(a[k], b, c[k]);
  return r;
}

template <bool kFill>
void blend_pixels(const BilinearTaps& taps, int32_t n, const float* in, Floats fill,
                  float* __restrict out) {
  const int32_t *at0 = taps.at[0], *at1 = taps.at[1], *at2 = taps.at[2], *at3 = taps.at[3];
  const float *w0 = taps.weight[0], *w1 = taps.weight[1], *w2 = taps.weight[2],
              *w3 = taps.weight[3];
  for (int32_t i = 0; i < n; ++i, out += 4) {
    Floats v = load(in, at0[i]) * w0[i];
    v = fused(load(in, at1[i]), w1[i], v);
    v = fused(load(in, at2[i]), w2[i], v);
    v = fused(load(in, at3[i]), w3[i], v);
    if (kFill) v = (v - fill) * v[3] + fill;
    __builtin_memcpy(out, &v, sizeof v);
  }
}

void blend(const BilinearTaps& taps, int32_t n, const float* in, const float* fill, float* out) {
  if (!fill) return blend_pixels<false>(taps, n, in, Floats{}, out);
  blend_pixels<true>(taps, n, in, Floats{fill[0], fill[1], fill[2], 0.0f}, out);
}

}  // namespace

const WarpKernels& warp_kernels() {
  static constexpr WarpKernels all{places, nearest, bilinear, blend};
  return all;
}

}  // namespace HEARTH_ISA
}  // namespace hearth::vision
