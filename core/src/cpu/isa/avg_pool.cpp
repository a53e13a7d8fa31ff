// SPDX-License-Identifier: Apache-2.0
// Average pooling as loops over lines: of a plane's output row, or of a pixel's channels.
#include "cpu/isa/pool.h"

namespace hearth::cpu {
namespace HEARTH_ISA {
namespace {

template <class T>
inline void add_line(const T* x, T* __restrict sum, int64_t n) {
  for (int64_t i = 0; i < n; ++i) sum[i] += x[i];
}

/// A mean of integers is cut off towards zero. (The smallest integer has no negative.)
inline int64_t quotient(int64_t sum, double size) {
  const int64_t by = static_cast<int64_t>(size);
  return by == -1 ? static_cast<int64_t>(0 - static_cast<uint64_t>(sum)) : sum / by;
}
template <class T>
inline T quotient(T sum, double size) {
  return sum / static_cast<T>(size);
}

/// What the mean of a window divides by.
inline double size_of(const PoolWindow& s, const PoolWindow& r, const PoolWindow& c) {
  return static_cast<double>(s.size) * static_cast<double>(r.size) * static_cast<double>(c.size);
}

template <class T>
void avg_forward(const PoolArgs& p, const void* input, void* output) {
  const T* x = static_cast<const T*>(input);
  T* y = static_cast<T*>(output);
  for_each_row(p, [&](const PoolWindow& s, const PoolWindow& r, int64_t row) {
    if (p.channels == 0) {
      // First across the window's rows, then along them.
      T* sums = static_cast<T*>(p.line);
      fill(sums, T(0), p.width);
      for (int64_t k = 0; k < s.count; ++k)
        for (int64_t i = 0; i < r.count; ++i) add_line(x + row_at(p, s, k, r, i), sums, p.width);
      for (int64_t ow = 0; ow < p.out_width; ++ow) {
        const PoolWindow& c = p.cols[ow];
        T sum = T(0);
        for (int64_t j = 0; j < c.count; ++j) sum += sums[c.begin + j];
        y[row + ow] = quotient(sum, size_of(s, r, c));
      }
      return;
    }
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const PoolWindow& c = p.cols[ow];
      T* to = y + (row + ow) * p.pixel;
      fill(to, T(0), p.channels);
      for (int64_t k = 0; k < s.count; ++k)
        for (int64_t i = 0; i < r.count; ++i)
          for (int64_t j = 0; j < c.count; ++j)
            add_line(x + (row_at(p, s, k, r, i) + c.begin + j) * p.pixel, to, p.channels);
      for (int64_t k = 0; k < p.channels; ++k) to[k] = quotient(to[k], size_of(s, r, c));
    }
  });
}

template <class T>
void avg_backward(const PoolArgs& p, const void* grad, void* grad_input) {
  const T* g = static_cast<const T*>(grad);
  T* gx = static_cast<T*>(grad_input);
  T* line = static_cast<T*>(p.line);
  clear(p, gx);
  for_each_row(p, [&](const PoolWindow& s, const PoolWindow& r, int64_t row) {
    if (p.channels == 0) {
      fill(line, T(0), p.width);
      for (int64_t ow = 0; ow < p.out_width; ++ow) {
        const PoolWindow& c = p.cols[ow];
        const T v = g[row + ow] / static_cast<T>(size_of(s, r, c));
        for (int64_t j = 0; j < c.count; ++j) line[c.begin + j] += v;
      }
      for (int64_t k = 0; k < s.count; ++k)
        for (int64_t i = 0; i < r.count; ++i) add_line(line, gx + row_at(p, s, k, r, i), p.width);
      return;
    }
    for (int64_t ow = 0; ow < p.out_width; ++ow) {
      const PoolWindow& c = p.cols[ow];
      const T* from = g + (row + ow) * p.pixel;
      const T size = static_cast<T>(size_of(s, r, c));
      for (int64_t k = 0; k < p.channels; ++k) line[k] = from[k] / size;
      for (int64_t k = 0; k < s.count; ++k)
        for (int64_t i = 0; i < r.count; ++i)
          for (int64_t j = 0; j < c.count; ++j)
            add_line(line, gx + (row_at(p, s, k, r, i) + c.begin + j) * p.pixel, p.channels);
    }
  });
}

}  // namespace

const AvgPoolTable& avg_pool_table() {
  static constexpr AvgPoolTable table = {{&avg_forward<float>, &avg_forward<double>, nullptr,
                                          nullptr, nullptr, nullptr, &avg_forward<int64_t>},
                                         {&avg_backward<float>, &avg_backward<double>}};
  return table;
}

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
