// SPDX-License-Identifier: Apache-2.0
// Resizing as loops over lines: of a plane's row, or of a pixel's channels.
#include "cpu/resize_kernels.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

/// What weighted sums of a type are made in, and how they become elements: bytes are rounded.
template <class T>
struct Work {
  using type = T;
  static T element(T v) { return v; }
};
template <>
struct Work<uint8_t> {
  using type = float;
  static uint8_t element(float v) { return static_cast<uint8_t>(v + 0.5f); }
};

template <class T>
inline void forward_plane(const ResizeArgs& p, const T* x, T* y) {
  using W = typename Work<T>::type;
  W* line = static_cast<W*>(p.line);
  for (int64_t oh = 0; oh < p.out_height; ++oh, y += p.out_width) {
    const ResizeTap& r = p.rows[oh];
    const T* a = x + r.first * p.width;
    const T* b = x + r.second * p.width;
    if (p.nearest) {
      for (int64_t ow = 0; ow < p.out_width; ++ow) y[ow] = a[p.cols[ow].first];
      continue;
    }
    // First down the columns, then along the row.
    const W wa = static_cast<W>(r.w0), wb = static_cast<W>(r.w1);
    for (int64_t w = 0; w < p.width; ++w) line[w] = wa * a[w] + wb * b[w];
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const ResizeTap& c = p.cols[ow];
      y[ow] = Work<T>::element(static_cast<W>(c.w0) * line[c.first] +
                               static_cast<W>(c.w1) * line[c.second]);
    }
  }
}

template <class T>
inline void forward_channels(const ResizeArgs& p, const T* x, T* y) {
  using W = typename Work<T>::type;
  for (int64_t oh = 0; oh < p.out_height; ++oh) {
    const ResizeTap& r = p.rows[oh];
    for (int64_t ow = 0; ow < p.out_width; ++ow, y += p.pixel) {
      const ResizeTap& c = p.cols[ow];
      const T* x00 = x + (r.first * p.width + c.first) * p.pixel;
      if (p.nearest) {
        for (int64_t k = 0; k < p.channels; ++k) y[k] = x00[k];
        continue;
      }
      const T* x01 = x + (r.first * p.width + c.second) * p.pixel;
      const T* x10 = x + (r.second * p.width + c.first) * p.pixel;
      const T* x11 = x + (r.second * p.width + c.second) * p.pixel;
      const W h0 = static_cast<W>(r.w0), h1 = static_cast<W>(r.w1);
      const W w0 = static_cast<W>(c.w0), w1 = static_cast<W>(c.w1);
      for (int64_t k = 0; k < p.channels; ++k)
        y[k] =
            Work<T>::element(h0 * (w0 * x00[k] + w1 * x01[k]) + h1 * (w0 * x10[k] + w1 * x11[k]));
    }
  }
}

template <class T>
void forward(const ResizeArgs& p, const void* x, void* y) {
  if (p.channels == 0) return forward_plane(p, static_cast<const T*>(x), static_cast<T*>(y));
  forward_channels(p, static_cast<const T*>(x), static_cast<T*>(y));
}

template <class T>
inline void backward_plane(const ResizeArgs& p, const T* g, T* gx) {
  T* line = static_cast<T*>(p.line);
  for (int64_t i = 0; i < p.height * p.width; ++i) gx[i] = T(0);
  for (int64_t oh = 0; oh < p.out_height; ++oh, g += p.out_width) {
    const ResizeTap& r = p.rows[oh];
    T* a = gx + r.first * p.width;
    T* b = gx + r.second * p.width;
    if (p.nearest) {
      for (int64_t ow = 0; ow < p.out_width; ++ow) a[p.cols[ow].first] += g[ow];
      continue;
    }
    for (int64_t w = 0; w < p.width; ++w) line[w] = T(0);
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const ResizeTap& c = p.cols[ow];
      line[c.first] += static_cast<T>(c.w0) * g[ow];
      line[c.second] += static_cast<T>(c.w1) * g[ow];
    }
    const T wa = static_cast<T>(r.w0), wb = static_cast<T>(r.w1);
    for (int64_t w = 0; w < p.width; ++w) a[w] += wa * line[w];
    for (int64_t w = 0; w < p.width; ++w) b[w] += wb * line[w];
  }
}

template <class T>
inline void add_scaled(T* __restrict to, const T* from, T by, int64_t n) {
  for (int64_t k = 0; k < n; ++k) to[k] += by * from[k];
}

template <class T>
inline void backward_channels(const ResizeArgs& p, const T* g, T* gx) {
  for (int64_t i = 0; i < p.height * p.width; ++i)
    for (int64_t k = 0; k < p.channels; ++k) gx[i * p.pixel + k] = T(0);
  for (int64_t oh = 0; oh < p.out_height; ++oh) {
    const ResizeTap& r = p.rows[oh];
    T* top = gx + r.first * p.width * p.pixel;
    T* bottom = gx + r.second * p.width * p.pixel;
    for (int64_t ow = 0; ow < p.out_width; ++ow, g += p.pixel) {
      const ResizeTap& c = p.cols[ow];
      if (p.nearest) {
        add_scaled(top + c.first * p.pixel, g, T(1), p.channels);
        continue;
      }
      const T h0 = static_cast<T>(r.w0), h1 = static_cast<T>(r.w1);
      const T w0 = static_cast<T>(c.w0), w1 = static_cast<T>(c.w1);
      add_scaled(top + c.first * p.pixel, g, h0 * w0, p.channels);
      add_scaled(top + c.second * p.pixel, g, h0 * w1, p.channels);
      add_scaled(bottom + c.first * p.pixel, g, h1 * w0, p.channels);
      add_scaled(bottom + c.second * p.pixel, g, h1 * w1, p.channels);
    }
  }
}

template <class T>
void backward(const ResizeArgs& p, const void* gy, void* gx) {
  if (p.channels == 0) return backward_plane(p, static_cast<const T*>(gy), static_cast<T*>(gx));
  backward_channels(p, static_cast<const T*>(gy), static_cast<T*>(gx));
}

}  // namespace

const ResizeTable& resize_table() {
  static constexpr ResizeTable table = {{&forward<float>, &forward<double>, &forward<uint8_t>},
                                        {&backward<float>, &backward<double>}};
  return table;
}

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
