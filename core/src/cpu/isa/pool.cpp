// SPDX-License-Identifier: Apache-2.0
// Pooling as loops over lines: of a plane's output row, or of a pixel's channels.
#include "cpu/pool_kernels.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

template <class T>
constexpr T kLowest = T(-1) < T(0) ? T(T(1) << (8 * sizeof(T) - 1)) : T(0);
template <>
constexpr float kLowest<float> = -__builtin_inff();
template <>
constexpr double kLowest<double> = -__builtin_inf();

template <class T>
inline void fill(T* p, T value, int64_t n) {
  for (int64_t i = 0; i < n; ++i) p[i] = value;
}

/// best[i] = max(best[i], x[i * kStride]); NaN wins.
template <int64_t kStride, class T>
inline void max_line_of(const T* x, int64_t stride, int64_t n, T* __restrict best) {
  const int64_t s = kStride ? kStride : stride;
  for (int64_t i = 0; i < n; ++i) {
    const T v = x[i * s], b = best[i];
    best[i] = (v > b) | (v != v) ? v : b;
  }
}
template <class T>
inline void max_line(const T* x, int64_t stride, int64_t n, T* best) {
  if (stride == 1) return max_line_of<1>(x, stride, n, best);
  if (stride == 2) return max_line_of<2>(x, stride, n, best);
  max_line_of<0>(x, stride, n, best);
}

/// The same, with the place of x[i * stride], place + i * place_step, kept where it wins.
template <int64_t kStride, class T>
inline void max_place_line_of(const T* x, int64_t stride, int64_t n, int32_t place,
                              int32_t place_step, T* __restrict best, int32_t* __restrict at) {
  const int64_t s = kStride ? kStride : stride;
  for (int64_t i = 0; i < n; ++i) {
    const T v = x[i * s], b = best[i];
    const bool wins = (v > b) | (v != v);
    best[i] = wins ? v : b;
    at[i] = wins ? place + static_cast<int32_t>(i) * place_step : at[i];
  }
}
template <class T>
inline void max_place_line(const T* x, int64_t stride, int64_t n, int32_t place, int32_t place_step,
                           T* best, int32_t* at) {
  if (stride == 1) return max_place_line_of<1>(x, stride, n, place, place_step, best, at);
  if (stride == 2) return max_place_line_of<2>(x, stride, n, place, place_step, best, at);
  max_place_line_of<0>(x, stride, n, place, place_step, best, at);
}

/// Outputs [first, end) of a row whose k-th window position exists.
struct Span {
  int64_t first, end, shift;
};
inline Span span_of(const PoolArgs& p, int64_t k) {
  const int64_t shift = k * p.col_step - p.padding, s = p.stride;
  int64_t first = shift >= 0 ? 0 : (-shift + s - 1) / s;
  const int64_t room = p.width - shift;
  int64_t end = room <= 0 ? 0 : (room - 1) / s + 1;
  if (first > p.out_width) first = p.out_width;
  if (end > p.out_width) end = p.out_width;
  if (end < first) end = first;
  return {first, end, shift};
}

/// Maxima of output row oh of a plane and, unless null, their places.
template <class T>
inline void max_row(const PoolArgs& p, const T* x, int64_t oh, T* best, int32_t* at) {
  const PoolWindow& r = p.rows[oh];
  fill(best, kLowest<T>, p.out_width);
  if (at)
    for (int64_t i = 0; i < p.out_width; ++i)
      at[i] = static_cast<int32_t>(r.begin * p.width + p.cols[i].begin);
  for (int64_t i = 0; i < r.count; ++i) {
    const int64_t row = (r.begin + i * p.row_step) * p.width;
    for (int64_t k = 0; k < p.kernel; ++k) {
      const Span s = span_of(p, k);
      const int64_t from = row + s.first * p.stride + s.shift, n = s.end - s.first;
      if (at) {
        max_place_line(x + from, p.stride, n, static_cast<int32_t>(from),
                       static_cast<int32_t>(p.stride), best + s.first, at + s.first);
      } else {
        max_line(x + from, p.stride, n, best + s.first);
      }
    }
    if (p.kernel) continue;
    for (int64_t o = 0; o < p.out_width; ++o) {
      for (int64_t j = 0; j < p.cols[o].count; ++j) {
        const int64_t place = row + p.cols[o].begin + j * p.col_step;
        const T v = x[place];
        if (!(v > best[o] || v != v)) continue;
        best[o] = v;
        if (at) at[o] = static_cast<int32_t>(place);
      }
    }
  }
}

/// Maxima of the channels of one output pixel and, unless null, their places.
template <class T>
inline void max_pixel(const PoolArgs& p, const T* x, const PoolWindow& r, const PoolWindow& c,
                      T* best, int32_t* at) {
  fill(best, kLowest<T>, p.channels);
  if (at) fill(at, static_cast<int32_t>(r.begin * p.width + c.begin), p.channels);
  for (int64_t i = 0; i < r.count; ++i) {
    for (int64_t j = 0; j < c.count; ++j) {
      const int64_t place = (r.begin + i * p.row_step) * p.width + c.begin + j * p.col_step;
      if (at) {
        max_place_line_of<1>(x + place * p.pixel, 1, p.channels, static_cast<int32_t>(place), 0,
                             best, at);
      } else {
        max_line_of<1>(x + place * p.pixel, 1, p.channels, best);
      }
    }
  }
}

template <class T>
void max_forward(const PoolArgs& p, const void* input, const void* values, void* output,
                 int64_t* places) {
  const T* x = static_cast<const T*>(input);
  const T* v = static_cast<const T*>(values);
  T* y = static_cast<T*>(output);
  int32_t* at = places || v ? p.places : nullptr;
  for (int64_t oh = 0; oh < p.out_height; ++oh) {
    if (p.channels == 0) {
      const int64_t row = oh * p.out_width;
      max_row(p, x, oh, y + row, at);
      for (int64_t i = 0; v && i < p.out_width; ++i) y[row + i] = v[at[i]];
      for (int64_t i = 0; places && i < p.out_width; ++i) places[row + i] = at[i];
      continue;
    }
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const int64_t pixel = (oh * p.out_width + ow) * p.pixel;
      max_pixel(p, x, p.rows[oh], p.cols[ow], y + pixel, at);
      for (int64_t c = 0; v && c < p.channels; ++c) y[pixel + c] = v[at[c] * p.pixel + c];
      for (int64_t c = 0; places && c < p.channels; ++c) places[pixel + c] = at[c];
    }
  }
}

template <class T>
inline void clear(const PoolArgs& p, T* gx) {
  const int64_t pixels = p.height * p.width;
  if (p.channels == 0) return fill(gx, T(0), pixels);
  for (int64_t i = 0; i < pixels; ++i) fill(gx + i * p.pixel, T(0), p.channels);
}

template <class T>
void max_backward(const PoolArgs& p, const void* input, const void* grad, void* grad_input) {
  const T* x = static_cast<const T*>(input);
  const T* g = static_cast<const T*>(grad);
  T* gx = static_cast<T*>(grad_input);
  T* best = static_cast<T*>(p.line);
  int32_t* at = p.places;
  clear(p, gx);
  for (int64_t oh = 0; oh < p.out_height; ++oh) {
    if (p.channels == 0) {
      max_row(p, x, oh, best, at);
      const T* row = g + oh * p.out_width;
      for (int64_t i = 0; i < p.out_width; ++i) gx[at[i]] += row[i];
      continue;
    }
    const PoolWindow& r = p.rows[oh];
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const PoolWindow& c = p.cols[ow];
      max_pixel(p, x, r, c, best, at);
      const T* from = g + (oh * p.out_width + ow) * p.pixel;
      for (int64_t i = 0; i < r.count; ++i) {
        for (int64_t j = 0; j < c.count; ++j) {
          const int64_t place = (r.begin + i * p.row_step) * p.width + c.begin + j * p.col_step;
          T* to = gx + place * p.pixel;
          for (int64_t k = 0; k < p.channels; ++k)
            to[k] += at[k] == static_cast<int32_t>(place) ? from[k] : T(0);
        }
      }
    }
  }
}

template <class T>
inline void add_line(const T* x, T* __restrict sum, int64_t n) {
  for (int64_t i = 0; i < n; ++i) sum[i] += x[i];
}

template <class T>
void avg_forward(const PoolArgs& p, const void* input, void* output) {
  const T* x = static_cast<const T*>(input);
  T* y = static_cast<T*>(output);
  for (int64_t oh = 0; oh < p.out_height; ++oh) {
    const PoolWindow& r = p.rows[oh];
    if (p.channels == 0) {
      // First down the columns, then along the row.
      T* sums = static_cast<T*>(p.line);
      fill(sums, T(0), p.width);
      for (int64_t i = 0; i < r.count; ++i) add_line(x + (r.begin + i) * p.width, sums, p.width);
      for (int64_t ow = 0; ow < p.out_width; ++ow) {
        const PoolWindow& c = p.cols[ow];
        T sum = T(0);
        for (int64_t j = 0; j < c.count; ++j) sum += sums[c.begin + j];
        y[oh * p.out_width + ow] = sum / static_cast<T>(r.size * c.size);
      }
      continue;
    }
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const PoolWindow& c = p.cols[ow];
      T* to = y + (oh * p.out_width + ow) * p.pixel;
      fill(to, T(0), p.channels);
      for (int64_t i = 0; i < r.count; ++i)
        for (int64_t j = 0; j < c.count; ++j)
          add_line(x + ((r.begin + i) * p.width + c.begin + j) * p.pixel, to, p.channels);
      const T size = static_cast<T>(r.size * c.size);
      for (int64_t k = 0; k < p.channels; ++k) to[k] /= size;
    }
  }
}

template <class T>
void avg_backward(const PoolArgs& p, const void* grad, void* grad_input) {
  const T* g = static_cast<const T*>(grad);
  T* gx = static_cast<T*>(grad_input);
  T* line = static_cast<T*>(p.line);
  clear(p, gx);
  for (int64_t oh = 0; oh < p.out_height; ++oh) {
    const PoolWindow& r = p.rows[oh];
    if (p.channels == 0) {
      fill(line, T(0), p.width);
      for (int64_t ow = 0; ow < p.out_width; ++ow) {
        const PoolWindow& c = p.cols[ow];
        const T v = g[oh * p.out_width + ow] / static_cast<T>(r.size * c.size);
        for (int64_t j = 0; j < c.count; ++j) line[c.begin + j] += v;
      }
      for (int64_t i = 0; i < r.count; ++i) add_line(line, gx + (r.begin + i) * p.width, p.width);
      continue;
    }
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const PoolWindow& c = p.cols[ow];
      const T* from = g + (oh * p.out_width + ow) * p.pixel;
      const T size = static_cast<T>(r.size * c.size);
      for (int64_t k = 0; k < p.channels; ++k) line[k] = from[k] / size;
      for (int64_t i = 0; i < r.count; ++i)
        for (int64_t j = 0; j < c.count; ++j)
          add_line(line, gx + ((r.begin + i) * p.width + c.begin + j) * p.pixel, p.channels);
    }
  }
}

}  // namespace

const PoolTable& pool_table() {
  static constexpr PoolTable table = {
      {&max_forward<float>, &max_forward<double>, &max_forward<int8_t>, &max_forward<uint8_t>,
       &max_forward<int16_t>, &max_forward<int32_t>, &max_forward<int64_t>},
      {&max_backward<float>, &max_backward<double>},
      {&avg_forward<float>, &avg_forward<double>},
      {&avg_backward<float>, &avg_backward<double>}};
  return table;
}

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
