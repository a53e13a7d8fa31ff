// SPDX-License-Identifier: Apache-2.0
#include "ops/group_norm.h"

#include <cmath>
#include <vector>

#include "base/parallel.h"
#include "cpu/channels.h"
#include "cpu/kernels.h"
#include "cpu/normalization.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

void group_norm(const Call& call) {
  const auto& op = call.as<ops::GroupNorm>();
  const RowResult result(call.out[0], has_channel_layout(call.out[0]));
  const Tensor input = in_layout(row_operand(call.in[0], call.compute), result.tensor());
  const Channels shape(result.tensor());
  const Tensor weight = contiguous_or_none(call.in[1], call.compute);
  const Tensor bias = contiguous_or_none(call.in[2], call.compute);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const int64_t channels = shape.channels, each = channels / op.groups;
    Scratch<T> factors(static_cast<size_t>(3 * shape.n * channels));
    T *mean = factors.data(), *scale = mean + shape.n * channels,
      *shift = scale + shape.n * channels;
    parallel_for(0, shape.n, row_grain(channels * shape.spatial), [&](int64_t begin, int64_t end) {
      PieceReader<T> x(input, longest_piece(channels));
      for (int64_t n = begin; n < end; ++n) {
        const int64_t sample = n * channels * shape.spatial;
        std::vector<Moments> columns;
        if (shape.last) columns = column_moments(x, sample, shape.spatial, channels);
        for (int64_t g = 0; g < op.groups; ++g) {
          Moments m;
          if (shape.last) {
            for (int64_t c = g * each; c < (g + 1) * each; ++c)
              m.add(columns[static_cast<size_t>(c)]);
          } else {
            m = moments_of(x, sample + g * each * shape.spatial, each * shape.spatial);
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
    apply_affine<T>(input, result.tensor(), shape, {shape.n * channels, mean, scale, shift});
  });
  result.finish();
}

void group_norm_backward(const Call& call) {
  const auto& op = call.as<ops::GroupNormBackward>();
  const RowResult dx(call.out[0], !op.need_input || has_channel_layout(call.out[0]));
  const Tensor layout = op.need_input ? dx.tensor() : contiguous_raw(call.in[1]);
  const Tensor grad = in_layout(row_operand(call.in[0], call.compute), layout);
  const Tensor input = in_layout(row_operand(call.in[1], call.compute), layout);
  const Channels shape(layout);
  const Tensor mean_tensor = contiguous_or_none(call.in[2], call.compute);
  const Tensor rstd_tensor = contiguous_or_none(call.in[3], call.compute);
  const Tensor weight = contiguous_or_none(call.in[4], call.compute);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const int64_t channels = shape.channels, each = channels / op.groups, all = shape.n * channels;
    const T* rstd = ptr<T>(rstd_tensor);
    const double count = static_cast<double>(each * shape.spatial);
    Scratch<T> factors(static_cast<size_t>(4 * all));
    T *mean = factors.data(), *a = mean + all, *b = a + all, *c0 = b + all;
    std::vector<Dots> dots(static_cast<size_t>(all));
    parallel_for(0, shape.n, row_grain(channels * shape.spatial), [&](int64_t begin, int64_t end) {
      GradReader<T> in(grad, input, longest_piece(channels));
      for (int64_t n = begin; n < end; ++n) {
        Dots* own = dots.data() + n * channels;
        for (int64_t c = 0; c < channels; ++c)
          mean[n * channels + c] = ptr<T>(mean_tensor)[n * op.groups + c / each];
        const int64_t at = n * channels * shape.spatial;
        if (shape.last) {
          add_column_dots(in, at, shape.spatial, channels, mean + n * channels, own);
        } else {
          for (int64_t c = 0; c < channels; ++c)
            own[c] = dots_of(in, at + c * shape.spatial, shape.spatial, c, mean[n * channels + c]);
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
    if (op.need_input) apply_combine<T>(grad, input, dx.tensor(), shape, {all, mean, a, b, c0});
  });
  dx.finish();
}

}  // namespace

void install_group_norm() {
  ops::GroupNorm::row().kernel[0] = converting(&group_norm);
  ops::GroupNormBackward::row().kernel[0] = converting(&group_norm_backward);
}

}  // namespace hearth::cpu
