// SPDX-License-Identifier: Apache-2.0
#include "cpu/channels.h"

#include <algorithm>

#include "base/parallel.h"
#include "cpu/dense.h"
#include "cpu/normalization.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

/// Rows of channels that are summed in T before they join the sums in double.
int64_t block_rows(int64_t channels) {
  return std::clamp<int64_t>(kChannelPiece / channels, 4, 64);
}

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

/// Calls thread(visit) in threads; visit(row, cols) calls row(at, n, i) for pieces of channels'
/// stretches in memory, i counting samples and channels, or cols(at, rows, sample) for pieces of
/// rows of all channels.
template <class Thread>
void for_each_stretch(const Channels& s, const Thread& thread) {
  if (!s.last) {
    parallel_for(0, s.n * s.channels, row_grain(s.spatial), [&](int64_t begin, int64_t end) {
      thread([&](const auto& row, const auto&) {
        for (int64_t i = begin; i < end; ++i)
          for (int64_t at = 0; at < s.spatial; at += kChannelPiece)
            row(i * s.spatial + at, std::min(kChannelPiece, s.spatial - at), i);
      });
    });
    return;
  }
  const int64_t block = std::min(s.spatial, std::max<int64_t>(1, kChannelPiece / s.channels));
  const int64_t blocks = block == 0 ? 0 : (s.spatial + block - 1) / block;
  parallel_for(0, s.n * blocks, row_grain(block * s.channels), [&](int64_t begin, int64_t end) {
    thread([&](const auto&, const auto& cols) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t sample = i / blocks, first = i % blocks * block;
        cols((sample * s.spatial + first) * s.channels, std::min(block, s.spatial - first), sample);
      }
    });
  });
}

}  // namespace

int64_t longest_piece(int64_t channels) {
  return std::max(kChannelPiece, block_rows(channels) * channels);
}

template <class T>
Moments moments_of(PieceReader<T>& x, int64_t at, int64_t n) {
  Moments m;
  for (const int64_t end = at + n; at < end; at += kChannelPiece) {
    const int64_t size = std::min(kChannelPiece, end - at);
    T mean, squares;
    norm_kernels<T>().moments(x.read(at, size), size, &mean, &squares);
    m.add(mean, squares, static_cast<double>(size));
  }
  return m;
}

template <class T>
void add_column_moments(PieceReader<T>& x, int64_t at, int64_t rows, int64_t channels, Moments* m) {
  Scratch<T> buffer(static_cast<size_t>(2 * channels));
  T *mean = buffer.data(), *squares = mean + channels;
  const int64_t block = block_rows(channels);
  for (int64_t r = 0; r < rows; r += block) {
    const int64_t size = std::min(block, rows - r);
    norm_kernels<T>().moments_cols(x.read(at + r * channels, size * channels), size, channels, mean,
                                   squares);
    for (int64_t c = 0; c < channels; ++c) m[c].add(mean[c], squares[c], static_cast<double>(size));
  }
}

template <class T>
std::vector<Moments> channel_moments(const Tensor& x, const Channels& s) {
  std::vector<Moments> m(static_cast<size_t>(s.channels));
  const int64_t longest = longest_piece(s.channels);
  if (s.last) {
    sum_chunks(
        s.n * s.spatial, s.channels, m.data(),
        [&](int64_t first, int64_t rows, Moments* part) {
          PieceReader<T> in(x, longest);
          add_column_moments(in, first * s.channels, rows, s.channels, part);
        },
        [](Moments& total, const Moments& part) { total.add(part); });
    return m;
  }
  parallel_for(0, s.channels, row_grain(s.n * s.spatial), [&](int64_t begin, int64_t end) {
    PieceReader<T> in(x, longest);
    for (int64_t c = begin; c < end; ++c)
      for (int64_t n = 0; n < s.n; ++n)
        m[static_cast<size_t>(c)].add(moments_of(in, (n * s.channels + c) * s.spatial, s.spatial));
  });
  return m;
}

template <class T>
Dots dots_of(PieceReader<T>& g, PieceReader<T>& x, int64_t at, int64_t n, T mean) {
  Dots d;
  for (const int64_t end = at + n; at < end; at += kChannelPiece) {
    const int64_t size = std::min(kChannelPiece, end - at);
    T sum, dot;
    norm_kernels<T>().dots(g.read(at, size), x.read(at, size), size, mean, &sum, &dot);
    d.sum += sum;
    d.dot += dot;
  }
  return d;
}

template <class T>
void add_column_dots(PieceReader<T>& g, PieceReader<T>& x, int64_t at, int64_t rows,
                     int64_t channels, const T* mean, Dots* d) {
  Scratch<T> buffer(static_cast<size_t>(2 * channels));
  T *sum = buffer.data(), *dot = sum + channels;
  const int64_t block = block_rows(channels);
  for (int64_t r = 0; r < rows; r += block) {
    const int64_t size = std::min(block, rows - r), first = at + r * channels;
    norm_kernels<T>().dots_cols(g.read(first, size * channels), x.read(first, size * channels),
                                size, channels, mean, sum, dot);
    for (int64_t c = 0; c < channels; ++c) {
      d[c].sum += sum[c];
      d[c].dot += dot[c];
    }
  }
}

template <class T>
std::vector<Dots> channel_dots(const Tensor& g, const Tensor& x, const Channels& s, const T* mean) {
  std::vector<Dots> d(static_cast<size_t>(s.channels));
  const int64_t longest = longest_piece(s.channels);
  const auto join = [](Dots& total, const Dots& part) {
    total.sum += part.sum;
    total.dot += part.dot;
  };
  if (s.last) {
    sum_chunks(
        s.n * s.spatial, s.channels, d.data(),
        [&](int64_t first, int64_t rows, Dots* part) {
          PieceReader<T> gs(g, longest), xs(x, longest);
          add_column_dots(gs, xs, first * s.channels, rows, s.channels, mean, part);
        },
        join);
    return d;
  }
  parallel_for(0, s.channels, row_grain(s.n * s.spatial), [&](int64_t begin, int64_t end) {
    PieceReader<T> gs(g, longest), xs(x, longest);
    for (int64_t c = begin; c < end; ++c)
      for (int64_t n = 0; n < s.n; ++n)
        join(d[static_cast<size_t>(c)],
             dots_of(gs, xs, (n * s.channels + c) * s.spatial, s.spatial, mean[c]));
  });
  return d;
}

template <class T>
void apply_affine(const Tensor& x, const Tensor& y, const Channels& s, int64_t period,
                  const T* mean, const T* scale, const T* shift) {
  const NormKernels<T>& k = norm_kernels<T>();
  const int64_t step = period == s.channels ? 0 : s.channels, longest = longest_piece(s.channels);
  for_each_stretch(s, [&](const auto& visit) {
    PieceReader<T> xs(x, longest);
    PieceWriter<T> ys(y, longest);
    visit(
        [&](int64_t at, int64_t n, int64_t i) {
          const int64_t c = i % period;
          ys.write(at, n,
                   [&](T* to) { k.affine(xs.read(at, n), to, n, mean[c], scale[c], shift[c]); });
        },
        [&](int64_t at, int64_t rows, int64_t sample) {
          const int64_t c = sample * step, n = rows * s.channels;
          ys.write(at, n, [&](T* to) {
            k.affine_cols(xs.read(at, n), to, rows, s.channels, mean + c, scale + c, shift + c);
          });
        });
  });
}

template <class T>
void apply_combine(const Tensor& g, const Tensor& x, const Tensor& dx, const Channels& s,
                   int64_t period, const T* mean, const T* a, const T* b, const T* c) {
  const NormKernels<T>& k = norm_kernels<T>();
  const int64_t step = period == s.channels ? 0 : s.channels, longest = longest_piece(s.channels);
  for_each_stretch(s, [&](const auto& visit) {
    PieceReader<T> gs(g, longest), xs(x, longest);
    PieceWriter<T> out(dx, longest);
    visit(
        [&](int64_t at, int64_t n, int64_t i) {
          const int64_t j = i % period;
          out.write(at, n, [&](T* to) {
            k.combine(gs.read(at, n), xs.read(at, n), to, n, mean[j], a[j], b[j], c[j]);
          });
        },
        [&](int64_t at, int64_t rows, int64_t sample) {
          const int64_t j = sample * step, n = rows * s.channels;
          out.write(at, n, [&](T* to) {
            k.combine_cols(gs.read(at, n), xs.read(at, n), to, rows, s.channels, mean + j, a + j,
                           b + j, c + j);
          });
        });
  });
}

#define HEARTH_CHANNELS(T)                                                                     \
  template Moments moments_of(PieceReader<T>&, int64_t, int64_t);                              \
  template void add_column_moments(PieceReader<T>&, int64_t, int64_t, int64_t, Moments*);      \
  template std::vector<Moments> channel_moments<T>(const Tensor&, const Channels&);            \
  template Dots dots_of(PieceReader<T>&, PieceReader<T>&, int64_t, int64_t, T);                \
  template void add_column_dots(PieceReader<T>&, PieceReader<T>&, int64_t, int64_t, int64_t,   \
                                const T*, Dots*);                                              \
  template std::vector<Dots> channel_dots(const Tensor&, const Tensor&, const Channels&,       \
                                          const T*);                                           \
  template void apply_affine(const Tensor&, const Tensor&, const Channels&, int64_t, const T*, \
                             const T*, const T*);                                              \
  template void apply_combine(const Tensor&, const Tensor&, const Tensor&, const Channels&,    \
                              int64_t, const T*, const T*, const T*, const T*);
HEARTH_CHANNELS(float)
HEARTH_CHANNELS(double)
#undef HEARTH_CHANNELS

}  // namespace hearth::cpu
