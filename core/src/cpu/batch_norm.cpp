// SPDX-License-Identifier: Apache-2.0
#include "ops/batch_norm.h"

#include <cmath>
#include <vector>

#include "cpu/channels.h"
#include "cpu/kernels.h"
#include "cpu/normalization.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

void batch_norm(const Call& call) {
  const auto& op = call.as<ops::BatchNorm>();
  const RowResult result(call.out[0], has_channel_layout(call.out[0]));
  const Tensor input = in_layout(row_operand(call.in[0], call.compute), result.tensor());
  const Channels shape(result.tensor());
  const Tensor weight = contiguous_or_none(call.in[1], call.compute);
  const Tensor bias = contiguous_or_none(call.in[2], call.compute);
  const Tensor running_mean = contiguous_or_none(call.in[3], kDouble);
  const Tensor running_var = contiguous_or_none(call.in[4], kDouble);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const int64_t channels = shape.channels;
    std::vector<Moments> moments;
    if (op.training) moments = channel_moments<T>(input, shape);
    T *mean = ptr<T>(call.out[1]), *rstd = ptr<T>(call.out[2]);
    const Tensor new_mean =
        running_mean.defined() ? new_tensor({channels}, kDouble, kCPU) : Tensor();
    const Tensor new_var = running_var.defined() ? new_tensor({channels}, kDouble, kCPU) : Tensor();
    Scratch<T> factors(static_cast<size_t>(3 * channels));
    T *scale = factors.data(), *shift = scale + channels, *centre = shift + channels;
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
      centre[c] = mean[c];
      if (!std::isfinite(scale[c])) {
        // As PyTorch: what an infinite scale makes of the mean decides between infinity and NaN.
        shift[c] -= mean[c] * scale[c];
        centre[c] = T(0);
      }
    }
    apply_affine<T>(input, result.tensor(), shape, channels, centre, scale, shift);
    if (op.training && new_mean.defined()) copy_raw_into(call.in[3], new_mean);
    if (op.training && new_var.defined()) copy_raw_into(call.in[4], new_var);
  });
  result.finish();
}

void batch_norm_backward(const Call& call) {
  const auto& op = call.as<ops::BatchNormBackward>();
  const RowResult dx(call.out[0], !op.need_input || has_channel_layout(call.out[0]));
  // Without an input gradient to write, any layout will do.
  const Tensor layout = op.need_input ? dx.tensor()
                        : impl(call.in[1]).dense && has_channel_layout(call.in[1])
                            ? call.in[1]
                            : contiguous_raw(call.in[1]);
  const Tensor grad = in_layout(row_operand(call.in[0], call.compute), layout);
  const Tensor input = in_layout(row_operand(call.in[1], call.compute), layout);
  const Channels shape(layout);
  const Tensor mean_tensor = contiguous_or_none(call.in[2], call.compute);
  const Tensor rstd_tensor = contiguous_or_none(call.in[3], call.compute);
  const Tensor weight = contiguous_or_none(call.in[4], call.compute);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const int64_t channels = shape.channels;
    const T *mean = ptr<T>(mean_tensor), *rstd = ptr<T>(rstd_tensor);
    std::vector<Dots> dots(static_cast<size_t>(channels));
    if (op.training || op.need_weight || op.need_bias)
      dots = channel_dots(grad, input, shape, mean);
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
      apply_combine<T>(grad, input, dx.tensor(), shape, channels, mean, a, b, c0);
    else
      apply_affine<T>(grad, dx.tensor(), shape, channels, b, a, c0);
  });
  dx.finish();
}

}  // namespace

void install_batch_norm() {
  ops::BatchNorm::row().kernel[0] = converting(&batch_norm);
  ops::BatchNormBackward::row().kernel[0] = converting(&batch_norm_backward);
}

}  // namespace hearth::cpu
