// SPDX-License-Identifier: Apache-2.0
#include "cpu/channels.h"

#include <algorithm>

#include "base/parallel.h"
#include "cpu/dense.h"
#include "cpu/normalization.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

/// Rows of channels that are summed in T before they join the sums in double: more than the first
/// cache holds where there are many channels, as joining costs each channel a division.
int64_t block_rows(int64_t channels) {
  return std::clamp<int64_t>(4 * kChannelPiece / channels, 16, 64);
}

/// Moments of columns that have as many values each.
class ColumnMoments {
 public:
  explicit ColumnMoments(int64_t width)
      : mean_(static_cast<size_t>(width)), squares_(static_cast<size_t>(width)) {}
  /// As Moments::add, of all columns.
  template <class T>
  void add(const T* mean, const T* squares, double count) {
    if (count == 0) return;
    const double total = count_ + count, share = count / total, weight = count_ * share;
    for (size_t j = 0; j < mean_.size(); ++j) {
      const double delta = static_cast<double>(mean[j]) - mean_[j];
      mean_[j] += delta * share;
      squares_[j] += static_cast<double>(squares[j]) + delta * delta * weight;
    }
    count_ = total;
  }
  void add(const ColumnMoments& o) { add(o.mean_.data(), o.squares_.data(), o.count_); }
  std::vector<Moments> each() const {
    std::vector<Moments> m(mean_.size());
    for (size_t j = 0; j < m.size(); ++j) m[j] = {mean_[j], squares_[j], count_};
    return m;
  }

 private:
  std::vector<double> mean_, squares_;
  double count_ = 0;
};

/// Adds those of rows x channels, from element `at` on.
template <class T>
void add_moments(PieceReader<T>& x, int64_t at, int64_t rows, int64_t channels, ColumnMoments& m) {
  Scratch<T> buffer(static_cast<size_t>(2 * channels));
  T *mean = buffer.data(), *squares = mean + channels;
  const int64_t block = block_rows(channels);
  for (int64_t r = 0; r < rows; r += block) {
    const int64_t size = std::min(block, rows - r);
    norm_kernels<T>().moments_cols(x.read(at + r * channels, size * channels), size, channels, mean,
                                   squares);
    m.add(mean, squares, static_cast<double>(size));
  }
}

/// Runs add(first row, rows, part) over chunks of rows and combines the parts in order, as
/// join(total, part).
template <class Part, class Add, class Join>
void sum_chunks(int64_t rows, int64_t channels, Part& total, const Add& add, const Join& join) {
  const int64_t chunks = std::clamp<int64_t>(rows * channels / 32768, 1, kMostPartialSums);
  const int64_t chunk = (rows + chunks - 1) / chunks;
  std::vector<Part> parts(static_cast<size_t>(chunks), total);
  parallel_chunks(chunks, [&](int64_t c) {
    const int64_t first = c * chunk, size = std::min(rows, first + chunk) - first;
    if (size > 0) add(first, size, parts[static_cast<size_t>(c)]);
  });
  for (const Part& part : parts) join(total, part);
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
std::vector<Moments> column_moments(PieceReader<T>& x, int64_t at, int64_t rows, int64_t channels) {
  ColumnMoments m(channels);
  add_moments(x, at, rows, channels, m);
  return m.each();
}

template <class T>
std::vector<Moments> channel_moments(const Tensor& x, const Channels& s) {
  const int64_t longest = longest_piece(s.channels);
  if (s.last) {
    ColumnMoments m(s.channels);
    sum_chunks(
        s.n * s.spatial, s.channels, m,
        [&](int64_t first, int64_t rows, ColumnMoments& part) {
          PieceReader<T> in(x, longest);
          add_moments(in, first * s.channels, rows, s.channels, part);
        },
        [](ColumnMoments& total, const ColumnMoments& part) { total.add(part); });
    return m.each();
  }
  std::vector<Moments> m(static_cast<size_t>(s.channels));
  parallel_for(0, s.channels, row_grain(s.n * s.spatial), [&](int64_t begin, int64_t end) {
    PieceReader<T> in(x, longest);
    for (int64_t c = begin; c < end; ++c)
      for (int64_t n = 0; n < s.n; ++n)
        m[static_cast<size_t>(c)].add(moments_of(in, (n * s.channels + c) * s.spatial, s.spatial));
  });
  return m;
}

template <class T>
GradReader<T>::GradReader(const Tensor& g, const Tensor& x, int64_t most, const Affine<T>* end,
                          const Tensor& kept)
    : g_(g, most),
      x_(x, most),
      residual_(end && end->residual.defined() ? end->residual : x, most),
      end_(end),
      kept_(kept.defined() ? ptr<T>(kept) : nullptr),
      formed_(end && !kept_ ? static_cast<size_t>(most) : 0) {}

template <class T>
typename GradReader<T>::Piece GradReader<T>::row(int64_t at, int64_t n, int64_t channel) {
  const Piece piece{g_.read(at, n), x_.read(at, n), {}};
  if (!end_) return piece;
  T* out = kept_ ? kept_ + at : formed_.data();
  norm_kernels<T>().activation_grad(
      piece.g, piece.x, end_->residual.defined() ? residual_.read(at, n) : nullptr, out, n,
      end_->mean[channel], end_->scale[channel], end_->shift[channel], end_->activation);
  return {out, piece.x, {}};
}

template <class T>
typename GradReader<T>::Piece GradReader<T>::cols(int64_t at, int64_t n) {
  Piece piece{g_.read(at, n), x_.read(at, n), {}};
  if (end_)
    piece.following = {end_->activation, end_->residual.defined() ? residual_.read(at, n) : nullptr,
                       end_->mean,       end_->scale,
                       end_->shift,      kept_ ? kept_ + at : nullptr};
  return piece;
}

template <class T>
Dots dots_of(GradReader<T>& in, int64_t at, int64_t n, int64_t channel, T mean) {
  Dots d;
  for (const int64_t end = at + n; at < end; at += kChannelPiece) {
    const int64_t size = std::min(kChannelPiece, end - at);
    const auto piece = in.row(at, size, channel);
    T sum, dot;
    norm_kernels<T>().dots(piece.g, piece.x, size, mean, &sum, &dot);
    d.sum += sum;
    d.dot += dot;
  }
  return d;
}

template <class T>
void add_column_dots(GradReader<T>& in, int64_t at, int64_t rows, int64_t channels, const T* mean,
                     Dots* d) {
  Scratch<T> buffer(static_cast<size_t>(2 * channels));
  T *sum = buffer.data(), *dot = sum + channels;
  const int64_t block = block_rows(channels);
  for (int64_t r = 0; r < rows; r += block) {
    const int64_t size = std::min(block, rows - r);
    const auto piece = in.cols(at + r * channels, size * channels);
    norm_kernels<T>().dots_cols(piece.g, piece.x, size, channels, mean, sum, dot, piece.following);
    for (int64_t c = 0; c < channels; ++c) {
      d[c].sum += sum[c];
      d[c].dot += dot[c];
    }
  }
}

template <class T>
std::vector<Dots> channel_dots(const Tensor& g, const Tensor& x, const Channels& s, const T* mean,
                               const Affine<T>* end, const Tensor& kept) {
  std::vector<Dots> d(static_cast<size_t>(s.channels));
  const int64_t longest = longest_piece(s.channels);
  const auto join = [](Dots& total, const Dots& part) {
    total.sum += part.sum;
    total.dot += part.dot;
  };
  if (s.last) {
    sum_chunks(
        s.n * s.spatial, s.channels, d,
        [&](int64_t first, int64_t rows, std::vector<Dots>& part) {
          GradReader<T> in(g, x, longest, end, kept);
          add_column_dots(in, first * s.channels, rows, s.channels, mean, part.data());
        },
        [&](std::vector<Dots>& total, const std::vector<Dots>& part) {
          for (size_t c = 0; c < total.size(); ++c) join(total[c], part[c]);
        });
    return d;
  }
  parallel_for(0, s.channels, row_grain(s.n * s.spatial), [&](int64_t first, int64_t last) {
    GradReader<T> in(g, x, longest, end, kept);
    for (int64_t c = first; c < last; ++c)
      for (int64_t n = 0; n < s.n; ++n)
        join(d[static_cast<size_t>(c)],
             dots_of(in, (n * s.channels + c) * s.spatial, s.spatial, c, mean[c]));
  });
  return d;
}

template <class T>
void apply_affine(const Tensor& x, const Tensor& y, const Channels& s, const Affine<T>& a) {
  const NormKernels<T>& k = norm_kernels<T>();
  const int64_t step = a.period == s.channels ? 0 : s.channels;
  const int64_t longest = longest_piece(s.channels);
  const bool adds = a.residual.defined();
  for_each_stretch(s, [&](const auto& visit) {
    PieceReader<T> xs(x, longest), residuals(adds ? a.residual : x, longest);
    PieceWriter<T> ys(y, longest);
    const auto residual = [&](int64_t at, int64_t n) {
      return adds ? residuals.read(at, n) : nullptr;
    };
    visit(
        [&](int64_t at, int64_t n, int64_t i) {
          const int64_t c = i % a.period;
          ys.write(at, n, [&](T* to) {
            k.affine(xs.read(at, n), residual(at, n), to, n, a.mean[c], a.scale[c], a.shift[c],
                     a.activation);
          });
        },
        [&](int64_t at, int64_t rows, int64_t sample) {
          const int64_t c = sample * step, n = rows * s.channels;
          ys.write(at, n, [&](T* to) {
            k.affine_cols(xs.read(at, n), residual(at, n), to, rows, s.channels, a.mean + c,
                          a.scale + c, a.shift + c, a.activation);
          });
        });
  });
}

template <class T>
void apply_combine(const Tensor& g, const Tensor& x, const Tensor& dx, const Channels& s,
                   const Combination<T>& f, const Affine<T>* end) {
  const NormKernels<T>& k = norm_kernels<T>();
  const int64_t step = f.period == s.channels ? 0 : s.channels;
  const int64_t longest = longest_piece(s.channels);
  for_each_stretch(s, [&](const auto& visit) {
    GradReader<T> in(g, x, longest, end);
    PieceWriter<T> out(dx, longest);
    visit(
        [&](int64_t at, int64_t n, int64_t i) {
          const int64_t j = i % f.period;
          const auto piece = in.row(at, n, j);
          out.write(at, n, [&](T* to) {
            if (!f.b) return k.affine(piece.g, nullptr, to, n, 0, f.a[j], 0, Activation::None);
            k.combine(piece.g, piece.x, to, n, f.mean[j], f.a[j], f.b[j], f.c[j]);
          });
        },
        [&](int64_t at, int64_t rows, int64_t sample) {
          const int64_t j = sample * step, n = rows * s.channels;
          const auto piece = in.cols(at, n);
          out.write(at, n, [&](T* to) {
            k.combine_cols(piece.g, piece.x, to, rows, s.channels, f.mean + j, f.a + j,
                           f.b ? f.b + j : nullptr, f.c + j, piece.following);
          });
        });
  });
}

#define HEARTH_CHANNELS(T)                                                                         \
  template Moments moments_of(PieceReader<T>&, int64_t, int64_t);                                  \
  template std::vector<Moments> column_moments(PieceReader<T>&, int64_t, int64_t, int64_t);        \
  template std::vector<Moments> channel_moments<T>(const Tensor&, const Channels&);                \
  template class GradReader<T>;                                                                    \
  template Dots dots_of(GradReader<T>&, int64_t, int64_t, int64_t, T);                             \
  template void add_column_dots(GradReader<T>&, int64_t, int64_t, int64_t, const T*, Dots*);       \
  template std::vector<Dots> channel_dots(const Tensor&, const Tensor&, const Channels&, const T*, \
                                          const Affine<T>*, const Tensor&);                        \
  template void apply_affine(const Tensor&, const Tensor&, const Channels&, const Affine<T>&);     \
  template void apply_combine(const Tensor&, const Tensor&, const Tensor&, const Channels&,        \
                              const Combination<T>&, const Affine<T>*);
HEARTH_CHANNELS(float)
HEARTH_CHANNELS(double)
#undef HEARTH_CHANNELS

}  // namespace hearth::cpu
