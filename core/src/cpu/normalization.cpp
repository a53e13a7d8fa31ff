// SPDX-License-Identifier: Apache-2.0
#include "ops/normalization.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/parallel.h"
#include "cpu/dense.h"
#include "cpu/kernels.h"
#include "cpu/normalization_kernels.h"
#include "cpu/rows.h"
#include "cpu/scratch.h"
#include "cpu/tile.h"

namespace hearth::cpu {

namespace {

template <class T>
const NormKernels<T>& kernels();
template <>
const NormKernels<float>& kernels<float>() {
  static const NormKernels<float>& k = HEARTH_SELECT_ISA(norm_kernels_f32);
  return k;
}
template <>
const NormKernels<double>& kernels<double>() {
  static const NormKernels<double>& k = HEARTH_SELECT_ISA(norm_kernels_f64);
  return k;
}

/// Elements of a piece of work that stays in the first-level cache.
constexpr int64_t kPiece = 4096;
/// Partial sums over all rows are kept for at most this many chunks.
constexpr int64_t kMostChunks = 64;

template <class T>
const T* data_or_null(const Tensor& t) {
  return t.defined() ? ptr<T>(t) : nullptr;
}
Tensor contiguous_or_none(const Tensor& t) { return t.defined() ? contiguous_raw(t) : t; }
Tensor contiguous_or_none(const Tensor& t, ScalarType type) {
  return t.defined() ? contiguous_raw(as_type(t, type)) : t;
}

// ---- layer and rms norm: rows

void normalize_rows(const Call& call, const Tensor& weight_tensor, const Tensor& bias_tensor,
                    const Tensor* mean_out, const Tensor& rstd_out, double eps, bool centered) {
  const Tensor input = contiguous_raw(row_operand(call.in[0], call.compute));
  const Tensor weight = contiguous_or_none(weight_tensor, call.compute);
  const Tensor bias = contiguous_or_none(bias_tensor, call.compute);
  const RowResult result(call.out[0]);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const NormKernels<T>& k = kernels<T>();
    const int64_t rows = impl(rstd_out).numel, n = rows == 0 ? 0 : impl(input).numel / rows;
    parallel_for(0, rows, row_grain(n), [&](int64_t begin, int64_t end) {
      RowReader<T> in(input, n);
      RowWriter<T> out(result.tensor(), rows, n);
      for (int64_t r = begin; r < end; ++r) {
        if (out.past_caches() && r + 1 < end) in.prefetch(r + 1);
        const T* x = in.row(r);
        T mean = 0, squares = 0;
        if (n > 0 && centered) k.moments(x, n, &mean, &squares);
        if (n > 0 && !centered) squares = k.square_sum(x, n);
        const T rstd = T(1) / std::sqrt(squares / static_cast<T>(n) + static_cast<T>(eps));
        if (mean_out) ptr<T>(*mean_out)[r] = mean;
        ptr<T>(rstd_out)[r] = rstd;
        out.write(r, [&](T* to) {
          k.normalize(x, to, n, mean, rstd, data_or_null<T>(weight), data_or_null<T>(bias));
        });
      }
    });
  });
  result.finish();
}

void layer_norm(const Call& call) {
  const auto& op = call.as<ops::LayerNorm>();
  normalize_rows(call, call.in[1], call.in[2], &call.out[1], call.out[2], op.eps, true);
}

void rms_norm(const Call& call) {
  const auto& op = call.as<ops::RmsNorm>();
  normalize_rows(call, call.in[1], Tensor(), nullptr, call.out[1], op.eps, false);
}

void layer_norm_backward(const Call& call) {
  const auto& op = call.as<ops::LayerNormBackward>();
  const Tensor grad = contiguous_raw(row_operand(call.in[0], call.compute));
  const Tensor input = contiguous_raw(row_operand(call.in[1], call.compute));
  const Tensor mean = contiguous_or_none(call.in[2], call.compute);
  const Tensor rstd = contiguous_or_none(call.in[3], call.compute);
  const Tensor weight = contiguous_or_none(call.in[4], call.compute);
  const RowResult dx(call.out[0]);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const NormKernels<T>& k = kernels<T>();
    const int64_t rows = impl(rstd).numel, n = rows == 0 ? 0 : impl(input).numel / rows;
    const int64_t chunks = std::clamp<int64_t>(rows * n / 32768, 1, kMostChunks);
    const int64_t chunk = (rows + chunks - 1) / chunks;
    // Each chunk's share of the gradients of weight and bias.
    const size_t width = static_cast<size_t>(checked_numel(op.normalized_shape));
    Scratch<T> shares(static_cast<size_t>(chunks) * 2 * width);
    parallel_chunks(chunks, [&](int64_t c) {
      T* dw = shares.data() + static_cast<size_t>(c) * 2 * width;
      T* db = dw + width;
      std::fill(dw, dw + 2 * width, T(0));
      const int64_t end = std::min(rows, (c + 1) * chunk);
      RowReader<T> g(grad, n), x(input, n);
      RowWriter<T> out(op.need_input ? dx.tensor() : Tensor(), rows, n);
      for (int64_t r = c * chunk; r < end; ++r) {
        if (out.past_caches() && r + 1 < end) {
          g.prefetch(r + 1);
          x.prefetch(r + 1);
        }
        out.write(r, [&](T* to) {
          k.normalize_grad(g.row(r), x.row(r), to, n, mean.defined() ? ptr<T>(mean)[r] : T(0),
                           ptr<T>(rstd)[r], mean.defined(), data_or_null<T>(weight),
                           op.need_weight ? dw : nullptr, op.need_bias ? db : nullptr);
        });
      }
    });
    const auto combine = [&](const Tensor& out, size_t offset) {
      const Tensor sums = impl(out).contiguous ? out : contiguous_raw(out);
      T* to = ptr<T>(sums);
      for (size_t j = 0; j < width; ++j) {
        double total = 0;
        for (int64_t c = 0; c < chunks; ++c)
          total += shares[static_cast<size_t>(c) * 2 * width + offset + j];
        to[j] = static_cast<T>(total);
      }
      if (!sums.is_same(out)) copy_raw_into(out, sums);
    };
    if (op.need_weight) combine(call.out[1], 0);
    if (op.need_bias) combine(call.out[2], width);
  });
  dx.finish();
}

// ---- group and batch norm: channels

/// A tensor [n, channels, spatial] in memory, or with its channels last.
struct Channels {
  int64_t n, channels, spatial;
  bool last;
  explicit Channels(const Tensor& t) {
    const TensorImpl& i = impl(t);
    n = i.sizes[0];
    channels = i.sizes[1];
    spatial = 1;
    for (size_t d = 2; d < i.sizes.size(); ++d) spatial *= i.sizes[d];
    last = channels > 1 && impl(dim_last(t, 1)).contiguous;
  }
};

/// Whether the kernels take t's layout as it is.
bool has_channel_layout(const Tensor& t) {
  return impl(t).contiguous || impl(dim_last(t, 1)).contiguous;
}

/// Mean and sum of squared deviations of `count` values, grown by others' (Chan's formula).
struct Moments {
  double mean = 0, squares = 0, count = 0;
  void add(double other_mean, double other_squares, double other_count) {
    if (other_count == 0) return;
    const double delta = other_mean - mean, total = count + other_count;
    mean += delta * (other_count / total);
    squares += other_squares + delta * delta * (count * other_count / total);
    count = total;
  }
  void add(const Moments& o) { add(o.mean, o.squares, o.count); }
};

template <class T>
Moments moments_of(const T* x, int64_t n) {
  Moments m;
  for (int64_t at = 0; at < n; at += kPiece) {
    const int64_t size = std::min(kPiece, n - at);
    T mean, squares;
    kernels<T>().moments(x + at, size, &mean, &squares);
    m.add(mean, squares, static_cast<double>(size));
  }
  return m;
}

/// Rows of channels that are summed in T before they join the sums in double.
int64_t block_rows(int64_t channels) { return std::clamp<int64_t>(kPiece / channels, 4, 64); }

/// Adds the moments of each column of rows x channels to m[channels].
template <class T>
void add_column_moments(const T* x, int64_t rows, int64_t channels, Moments* m) {
  Scratch<T> buffer(static_cast<size_t>(2 * channels));
  T *mean = buffer.data(), *squares = mean + channels;
  const int64_t block = block_rows(channels);
  for (int64_t r = 0; r < rows; r += block) {
    const int64_t size = std::min(block, rows - r);
    kernels<T>().moments_cols(x + r * channels, size, channels, mean, squares);
    for (int64_t c = 0; c < channels; ++c) m[c].add(mean[c], squares[c], static_cast<double>(size));
  }
}

/// Sums of g and of g (x - mean).
struct Dots {
  double sum = 0, dot = 0;
};

template <class T>
Dots dots_of(const T* g, const T* x, int64_t n, T mean) {
  Dots d;
  for (int64_t at = 0; at < n; at += kPiece) {
    T sum, dot;
    kernels<T>().dots(g + at, x + at, std::min(kPiece, n - at), mean, &sum, &dot);
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
    kernels<T>().dots_cols(g + r * channels, x + r * channels, std::min(block, rows - r), channels,
                           mean, sum, dot);
    for (int64_t c = 0; c < channels; ++c) {
      d[c].sum += sum[c];
      d[c].dot += dot[c];
    }
  }
}

/// Runs add(first row, rows, sums) over chunks of rows and combines their sums[channels] in order.
template <class S, class Add, class Join>
void sum_chunks(int64_t rows, int64_t channels, S* total, const Add& add, const Join& join) {
  const int64_t chunks = std::clamp<int64_t>(rows * channels / 32768, 1, kMostChunks);
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

/// y = (x - mean) * scale + shift, with `period` numbers: one per channel, or per sample and
/// channel.
template <class T>
void apply_affine(const T* x, T* y, const Channels& s, int64_t period, const T* mean,
                  const T* scale, const T* shift) {
  const NormKernels<T>& k = kernels<T>();
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

/// dx = a * g + b * (x - mean) + c, likewise.
template <class T>
void apply_combine(const T* g, const T* x, T* dx, const Channels& s, int64_t period, const T* mean,
                   const T* a, const T* b, const T* c) {
  const NormKernels<T>& k = kernels<T>();
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

template <class T>
T weight_at(const T* weight, int64_t c) {
  return weight ? weight[c] : T(1);
}

void batch_norm(const Call& call) {
  const auto& op = call.as<ops::BatchNorm>();
  const Result result(call.out[0], call.compute, has_channel_layout(call.out[0]));
  const Tensor input = in_layout(call.in[0], result.tensor());
  const Channels shape(result.tensor());
  const Tensor weight = contiguous_or_none(call.in[1]), bias = contiguous_or_none(call.in[2]);
  const Tensor running_mean = contiguous_or_none(call.in[3], kDouble);
  const Tensor running_var = contiguous_or_none(call.in[4], kDouble);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const int64_t channels = shape.channels;
    std::vector<Moments> moments;
    if (op.training) moments = channel_moments(ptr<T>(input), shape);
    T *mean = ptr<T>(call.out[1]), *rstd = ptr<T>(call.out[2]);
    const Tensor new_mean =
        running_mean.defined() ? new_tensor({channels}, kDouble, kCPU) : Tensor();
    const Tensor new_var = running_var.defined() ? new_tensor({channels}, kDouble, kCPU) : Tensor();
    Scratch<T> factors(static_cast<size_t>(2 * channels));
    T *scale = factors.data(), *shift = scale + channels;
    for (int64_t c = 0; c < channels; ++c) {
      double var;
      if (op.training) {
        const Moments& m = moments[static_cast<size_t>(c)];
        var = m.squares / m.count;
        mean[c] = static_cast<T>(m.mean);
        const auto move = [&](const Tensor& from, const Tensor& to, double now) {
          if (from.defined())
            ptr<double>(to)[c] = (1 - op.momentum) * ptr<double>(from)[c] + op.momentum * now;
        };
        move(running_mean, new_mean, m.mean);
        move(running_var, new_var, m.squares / (m.count - 1));
      } else {
        var = ptr<double>(running_var)[c];
        mean[c] = static_cast<T>(ptr<double>(running_mean)[c]);
      }
      rstd[c] = static_cast<T>(1 / std::sqrt(var + op.eps));
      scale[c] = rstd[c] * weight_at(data_or_null<T>(weight), c);
      shift[c] = bias.defined() ? ptr<T>(bias)[c] : T(0);
    }
    apply_affine<T>(ptr<T>(input), result.data<T>(), shape, channels, mean, scale, shift);
    if (op.training && new_mean.defined()) copy_raw_into(call.in[3], new_mean);
    if (op.training && new_var.defined()) copy_raw_into(call.in[4], new_var);
  });
  result.finish();
}

/// Writes the gradient of one parameter.
template <class T, class F>
void write_gradient(const Tensor& out, int64_t n, const F& value) {
  const Tensor dense = new_tensor({n}, dtype_of<T>, kCPU);
  for (int64_t c = 0; c < n; ++c) ptr<T>(dense)[c] = static_cast<T>(value(static_cast<size_t>(c)));
  copy_raw_into(out, dense);
}

void batch_norm_backward(const Call& call) {
  const auto& op = call.as<ops::BatchNormBackward>();
  const Result dx(call.out[0], call.compute, op.need_input && has_channel_layout(call.out[0]));
  // Without an input gradient to write, any layout will do.
  const Tensor layout = op.need_input ? dx.tensor()
                        : impl(call.in[1]).dense && has_channel_layout(call.in[1])
                            ? call.in[1]
                            : contiguous_raw(call.in[1]);
  const Tensor grad = in_layout(call.in[0], layout), input = in_layout(call.in[1], layout);
  const Channels shape(layout);
  const Tensor mean_tensor = contiguous_raw(call.in[2]), rstd_tensor = contiguous_raw(call.in[3]);
  const Tensor weight = contiguous_or_none(call.in[4]);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const int64_t channels = shape.channels;
    const T *g = ptr<T>(grad), *x = ptr<T>(input);
    const T *mean = ptr<T>(mean_tensor), *rstd = ptr<T>(rstd_tensor);
    std::vector<Dots> dots(static_cast<size_t>(channels));
    if (op.training || op.need_weight || op.need_bias) dots = channel_dots(g, x, shape, mean);
    if (op.need_weight)
      write_gradient<T>(call.out[1], channels, [&](size_t c) { return dots[c].dot * rstd[c]; });
    if (op.need_bias)
      write_gradient<T>(call.out[2], channels, [&](size_t c) { return dots[c].sum; });
    if (!op.need_input) return;
    const double count = static_cast<double>(shape.n * shape.spatial);
    Scratch<T> factors(static_cast<size_t>(3 * channels));
    T *a = factors.data(), *b = a + channels, *c0 = b + channels;
    for (int64_t c = 0; c < channels; ++c) {
      const Dots& d = dots[static_cast<size_t>(c)];
      const double r = rstd[c], scale = r * weight_at(data_or_null<T>(weight), c);
      a[c] = static_cast<T>(scale);
      b[c] = op.training ? static_cast<T>(-scale * r * r * d.dot / count) : T(0);
      c0[c] = op.training ? static_cast<T>(-scale * d.sum / count) : T(0);
    }
    // Fixed statistics: x takes no part, not even as 0 * x.
    if (op.training)
      apply_combine<T>(g, x, dx.data<T>(), shape, channels, mean, a, b, c0);
    else
      apply_affine<T>(g, dx.data<T>(), shape, channels, b, a, c0);
  });
  dx.finish();
}

void group_norm(const Call& call) {
  const auto& op = call.as<ops::GroupNorm>();
  const Result result(call.out[0], call.compute, has_channel_layout(call.out[0]));
  const Tensor input = in_layout(call.in[0], result.tensor());
  const Channels shape(result.tensor());
  const Tensor weight = contiguous_or_none(call.in[1]), bias = contiguous_or_none(call.in[2]);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const int64_t channels = shape.channels, each = channels / op.groups;
    const T* x = ptr<T>(input);
    Scratch<T> factors(static_cast<size_t>(3 * shape.n * channels));
    T *mean = factors.data(), *scale = mean + shape.n * channels,
      *shift = scale + shape.n * channels;
    parallel_for(0, shape.n, row_grain(channels * shape.spatial), [&](int64_t begin, int64_t end) {
      for (int64_t n = begin; n < end; ++n) {
        const T* sample = x + n * channels * shape.spatial;
        std::vector<Moments> columns(static_cast<size_t>(shape.last ? channels : 0));
        if (shape.last) add_column_moments(sample, shape.spatial, channels, columns.data());
        for (int64_t g = 0; g < op.groups; ++g) {
          Moments m;
          if (shape.last) {
            for (int64_t c = g * each; c < (g + 1) * each; ++c)
              m.add(columns[static_cast<size_t>(c)]);
          } else {
            m = moments_of(sample + g * each * shape.spatial, each * shape.spatial);
          }
          const double rstd = 1 / std::sqrt(m.squares / m.count + op.eps);
          ptr<T>(call.out[1])[n * op.groups + g] = static_cast<T>(m.mean);
          ptr<T>(call.out[2])[n * op.groups + g] = static_cast<T>(rstd);
          for (int64_t c = g * each; c < (g + 1) * each; ++c) {
            const int64_t i = n * channels + c;
            mean[i] = static_cast<T>(m.mean);
            scale[i] = static_cast<T>(rstd) * weight_at(data_or_null<T>(weight), c);
            shift[i] = bias.defined() ? ptr<T>(bias)[c] : T(0);
          }
        }
      }
    });
    apply_affine<T>(x, result.data<T>(), shape, shape.n * channels, mean, scale, shift);
  });
  result.finish();
}

void group_norm_backward(const Call& call) {
  const auto& op = call.as<ops::GroupNormBackward>();
  const Result dx(call.out[0], call.compute, op.need_input && has_channel_layout(call.out[0]));
  const Tensor layout = op.need_input ? dx.tensor() : contiguous_raw(call.in[1]);
  const Tensor grad = in_layout(call.in[0], layout), input = in_layout(call.in[1], layout);
  const Channels shape(layout);
  const Tensor mean_tensor = contiguous_raw(call.in[2]), rstd_tensor = contiguous_raw(call.in[3]);
  const Tensor weight = contiguous_or_none(call.in[4]);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const int64_t channels = shape.channels, each = channels / op.groups, all = shape.n * channels;
    const T *g = ptr<T>(grad), *x = ptr<T>(input), *rstd = ptr<T>(rstd_tensor);
    const double count = static_cast<double>(each * shape.spatial);
    Scratch<T> factors(static_cast<size_t>(4 * all));
    T *mean = factors.data(), *a = mean + all, *b = a + all, *c0 = b + all;
    std::vector<Dots> dots(static_cast<size_t>(all));
    parallel_for(0, shape.n, row_grain(channels * shape.spatial), [&](int64_t begin, int64_t end) {
      for (int64_t n = begin; n < end; ++n) {
        Dots* own = dots.data() + n * channels;
        for (int64_t c = 0; c < channels; ++c)
          mean[n * channels + c] = ptr<T>(mean_tensor)[n * op.groups + c / each];
        const int64_t at = n * channels * shape.spatial;
        if (shape.last) {
          add_column_dots(g + at, x + at, shape.spatial, channels, mean + n * channels, own);
        } else {
          for (int64_t c = 0; c < channels; ++c)
            own[c] = dots_of(g + at + c * shape.spatial, x + at + c * shape.spatial, shape.spatial,
                             mean[n * channels + c]);
        }
        for (int64_t k = 0; k < op.groups; ++k) {
          double sum = 0, dot = 0;
          for (int64_t c = k * each; c < (k + 1) * each; ++c) {
            const double w = weight_at(data_or_null<T>(weight), c);
            sum += w * own[c].sum;
            dot += w * own[c].dot;
          }
          const double r = rstd[n * op.groups + k];
          for (int64_t c = k * each; c < (k + 1) * each; ++c) {
            const int64_t i = n * channels + c;
            a[i] = static_cast<T>(r * weight_at(data_or_null<T>(weight), c));
            b[i] = static_cast<T>(-r * r * r * dot / count);
            c0[i] = static_cast<T>(-r * sum / count);
          }
        }
      }
    });
    const auto over_samples = [&](size_t c, const auto& term) {
      double total = 0;
      for (int64_t n = 0; n < shape.n; ++n)
        total += term(n, dots[static_cast<size_t>(n * channels) + c]);
      return total;
    };
    if (op.need_weight)
      write_gradient<T>(call.out[1], channels, [&](size_t c) {
        return over_samples(c, [&](int64_t n, const Dots& d) {
          return d.dot * rstd[n * op.groups + static_cast<int64_t>(c) / each];
        });
      });
    if (op.need_bias)
      write_gradient<T>(call.out[2], channels, [&](size_t c) {
        return over_samples(c, [](int64_t, const Dots& d) { return d.sum; });
      });
    if (op.need_input) apply_combine<T>(g, x, dx.data<T>(), shape, all, mean, a, b, c0);
  });
  dx.finish();
}

}  // namespace

void install_normalization() {
  ops::LayerNorm::row().kernel[0] = converting(&layer_norm);
  ops::RmsNorm::row().kernel[0] = converting(&rms_norm);
  ops::LayerNormBackward::row().kernel[0] = converting(&layer_norm_backward);
  ops::GroupNorm::row().kernel[0] = &group_norm;
  ops::GroupNormBackward::row().kernel[0] = &group_norm_backward;
  ops::BatchNorm::row().kernel[0] = &batch_norm;
  ops::BatchNormBackward::row().kernel[0] = &batch_norm_backward;
}

}  // namespace hearth::cpu
