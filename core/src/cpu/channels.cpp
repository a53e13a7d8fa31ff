// SPDX-License-Identifier: Apache-2.0
#include "cpu/channels.h"

#include <algorithm>

#include "base/parallel.h"
#include "cpu/dense.h"
#include "cpu/normalization.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

/// Elements of a piece of work that stays in the first-level cache.
constexpr int64_t kPiece = 4096;

/// Rows of channels that are summed in T before they join the sums in double.
int64_t block_rows(int64_t channels) { return std::clamp<int64_t>(kPiece / channels, 4, 64); }

/// Runs add(first row, rows, sums) over chunks of rows and combines their sums[channels] in order.
template <class S, class Add, class Join>
void sum_chunks(int64_t rows, int64_t channels, S* total, const Add& add, const Join& join) {
  const int64_t chunks = std::clamp<int64_t>(rows * channels / 32768, 1, kMostPartialSums);
  const int64_t chunk = (rows + chunks - 1) / chunks;
  std::vector<S> parts(static_cast<size_t>(chunks * channels));
  parallel_chunks(chunks, [&](int64_t c) {
    const int64_t first = c * chunk, size = std::min(rows, first + chunk) - first;
    if (size > 0) add(first, size, parts.data() + c * channels);
  });
  for (int64_t c = 0; c < chunks; ++c)
    for (int64_t j = 0; j < channels; ++j)
      join(total[j], parts[static_cast<size_t>(c * channels + j)]);
}

/// Calls row(at, n, c) for every channel's stretch of elements in memory, or cols(at, rows) for
/// stretches of rows of all channels; `c` and the arrays for cols start at channel `sample *
/// channels` where numbers differ by sample.
template <class Row, class Cols>
void for_each_stretch(const Channels& s, const Row& row, const Cols& cols) {
  if (!s.last) {
    parallel_for(0, s.n * s.channels, row_grain(s.spatial), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) row(i * s.spatial, i);
    });
    return;
  }
  const int64_t block = std::min(s.spatial, std::max<int64_t>(1, kPiece / s.channels));
  const int64_t blocks = block == 0 ? 0 : (s.spatial + block - 1) / block;
  parallel_for(0, s.n * blocks, row_grain(block * s.channels), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t sample = i / blocks, first = i % blocks * block;
      cols((sample * s.spatial + first) * s.channels, std::min(block, s.spatial - first), sample);
    }
  });
}

}  // namespace

template <class T>
Moments moments_of(const T* x, int64_t n) {
  Moments m;
  for (int64_t at = 0; at < n; at += kPiece) {
    const int64_t size = std::min(kPiece, n - at);
    T mean, squares;
    norm_kernels<T>().moments(x + at, size, &mean, &squares);
    m.add(mean, squares, static_cast<double>(size));
  }
  return m;
}

template <class T>
void add_column_moments(const T* x, int64_t rows, int64_t channels, Moments* m) {
  Scratch<T> buffer(static_cast<size_t>(2 * channels));
  T *mean = buffer.data(), *squares = mean + channels;
  const int64_t block = block_rows(channels);
  for (int64_t r = 0; r < rows; r += block) {
    const int64_t size = std::min(block, rows - r);
    norm_kernels<T>().moments_cols(x + r * channels, size, channels, mean, squares);
    for (int64_t c = 0; c < channels; ++c) m[c].add(mean[c], squares[c], static_cast<double>(size));
  }
}

template <class T>
std::vector<Moments> channel_moments(const T* x, const Channels& s) {
  std::vector<Moments> m(static_cast<size_t>(s.channels));
  if (s.last) {
    sum_chunks(
        s.n * s.spatial, s.channels, m.data(),
        [&](int64_t first, int64_t rows, Moments* part) {
          add_column_moments(x + first * s.channels, rows, s.channels, part);
        },
        [](Moments& total, const Moments& part) { total.add(part); });
    return m;
  }
  parallel_for(0, s.channels, row_grain(s.n * s.spatial), [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c)
      for (int64_t n = 0; n < s.n; ++n)
        m[static_cast<size_t>(c)].add(moments_of(x + (n * s.channels + c) * s.spatial, s.spatial));
  });
  return m;
}

template <class T>
Dots dots_of(const T* g, const T* x, int64_t n, T mean) {
  Dots d;
  for (int64_t at = 0; at < n; at += kPiece) {
    T sum, dot;
    norm_kernels<T>().dots(g + at, x + at, std::min(kPiece, n - at), mean, &sum, &dot);
    d.sum += sum;
    d.dot += dot;
  }
  return d;
}

template <class T>
void add_column_dots(const T* g, const T* x, int64_t rows, int64_t channels, const T* mean,
                     Dots* d) {
  Scratch<T> buffer(static_cast<size_t>(2 * channels));
  T *sum = buffer.data(), *dot = sum + channels;
  const int64_t block = block_rows(channels);
  for (int64_t r = 0; r < rows; r += block) {
    norm_kernels<T>().dots_cols(g + r * channels, x + r * channels, std::min(block, rows - r),
                                channels, mean, sum, dot);
    for (int64_t c = 0; c < channels; ++c) {
      d[c].sum += sum[c];
      d[c].dot += dot[c];
    }
  }
}

template <class T>
std::vector<Dots> channel_dots(const T* g, const T* x, const Channels& s, const T* mean) {
  std::vector<Dots> d(static_cast<size_t>(s.channels));
  const auto join = [](Dots& total, const Dots& part) {
    total.sum += part.sum;
    total.dot += part.dot;
  };
  if (s.last) {
    sum_chunks(
        s.n * s.spatial, s.channels, d.data(),
        [&](int64_t first, int64_t rows, Dots* part) {
          const int64_t at = first * s.channels;
          add_column_dots(g + at, x + at, rows, s.channels, mean, part);
        },
        join);
    return d;
  }
  parallel_for(0, s.channels, row_grain(s.n * s.spatial), [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c)
      for (int64_t n = 0; n < s.n; ++n) {
        const int64_t at = (n * s.channels + c) * s.spatial;
        join(d[static_cast<size_t>(c)], dots_of(g + at, x + at, s.spatial, mean[c]));
      }
  });
  return d;
}

template <class T>
void apply_affine(const T* x, T* y, const Channels& s, int64_t period, const T* mean,
                  const T* scale, const T* shift) {
  const NormKernels<T>& k = norm_kernels<T>();
  const int64_t step = period == s.channels ? 0 : s.channels;
  for_each_stretch(
      s,
      [&](int64_t at, int64_t i) {
        const int64_t c = i % period;
        k.affine(x + at, y + at, s.spatial, mean[c], scale[c], shift[c]);
      },
      [&](int64_t at, int64_t rows, int64_t sample) {
        const int64_t c = sample * step;
        k.affine_cols(x + at, y + at, rows, s.channels, mean + c, scale + c, shift + c);
      });
}

template <class T>
void apply_combine(const T* g, const T* x, T* dx, const Channels& s, int64_t period, const T* mean,
                   const T* a, const T* b, const T* c) {
  const NormKernels<T>& k = norm_kernels<T>();
  const int64_t step = period == s.channels ? 0 : s.channels;
  for_each_stretch(
      s,
      [&](int64_t at, int64_t i) {
        const int64_t j = i % period;
        k.combine(g + at, x + at, dx + at, s.spatial, mean[j], a[j], b[j], c[j]);
      },
      [&](int64_t at, int64_t rows, int64_t sample) {
        const int64_t j = sample * step;
        k.combine_cols(g + at, x + at, dx + at, rows, s.channels, mean + j, a + j, b + j, c + j);
      });
}

#define HEARTH_CHANNELS(T)                                                                \
  template Moments moments_of(const T*, int64_t);                                         \
  template void add_column_moments(const T*, int64_t, int64_t, Moments*);                 \
  template std::vector<Moments> channel_moments(const T*, const Channels&);               \
  template Dots dots_of(const T*, const T*, int64_t, T);                                  \
  template void add_column_dots(const T*, const T*, int64_t, int64_t, const T*, Dots*);   \
  template std::vector<Dots> channel_dots(const T*, const T*, const Channels&, const T*); \
  template void apply_affine(const T*, T*, const Channels&, int64_t, const T*, const T*,  \
                             const T*);                                                   \
  template void apply_combine(const T*, const T*, T*, const Channels&, int64_t, const T*, \
                              const T*, const T*, const T*);
HEARTH_CHANNELS(float)
HEARTH_CHANNELS(double)
#undef HEARTH_CHANNELS

}  // namespace hearth::cpu
