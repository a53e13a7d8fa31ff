// SPDX-License-Identifier: Apache-2.0
// Batch norm, alone and with a residual and an activation behind it: two passes over memory forward
// (moments, results) and two backward (sums, gradients), whatever follows.
#include "ops/batch_norm.h"

#include <cmath>
#include <vector>

#include "cpu/channels.h"
#include "cpu/kernels.h"
#include "cpu/normalization.h"
#include "cpu/scratch.h"
#include "ops/batch_norm_act.h"

namespace hearth::cpu {

namespace {

/// What the norm does to each channel: (x - centre) * scale + shift.
template <class T>
class Numbers {
 public:
  /// weight and bias may be null.
  Numbers(int64_t channels, const T* mean, const T* rstd, const T* weight, const T* bias)
      : channels_(channels), all_(static_cast<size_t>(3 * channels)) {
    T *centre = all_.data(), *scale = centre + channels, *shift = scale + channels;
    for (int64_t c = 0; c < channels; ++c) {
      scale[c] = rstd[c] * weight_at(weight, c);
      shift[c] = bias ? bias[c] : T(0);
      centre[c] = mean[c];
      if (!std::isfinite(scale[c])) {
        // As PyTorch: what an infinite scale makes of the mean decides between infinity and NaN.
        shift[c] -= mean[c] * scale[c];
        centre[c] = T(0);
      }
    }
  }
  Affine<T> with(ConvActivation activation, const Tensor& residual) {
    const T* centre = all_.data();
    return {channels_,
            centre,
            centre + channels_,
            centre + 2 * channels_,
            static_cast<Activation>(activation),
            residual};
  }

 private:
  const int64_t channels_;
  Scratch<T> all_;
};

/// `op` is the norm; what follows it may be nothing.
void forward(const Call& call, const ops::BatchNorm& op, ConvActivation activation,
             const Tensor& added) {
  const RowResult result(call.out[0], has_channel_layout(call.out[0]));
  const Tensor input = in_layout(row_operand(call.in[0], call.compute), result.tensor());
  const Tensor residual =
      added.defined() ? in_layout(row_operand(added, call.compute), result.tensor()) : added;
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
    }
    Numbers<T> numbers(channels, mean, rstd, data_or_null<T>(weight), data_or_null<T>(bias));
    apply_affine(input, result.tensor(), shape, numbers.with(activation, residual));
    if (op.training && new_mean.defined()) copy_raw_into(call.in[3], new_mean);
    if (op.training && new_var.defined()) copy_raw_into(call.in[4], new_var);
  });
  result.finish();
}

void batch_norm(const Call& call) {
  forward(call, call.as<ops::BatchNorm>(), ConvActivation::None, {});
}
void batch_norm_act(const Call& call) {
  const auto& op = call.as<ops::BatchNormAct>();
  forward(call, op.norm(), op.activation, call.in[5]);
}

/// `op` is the norm's backward; `act`, if not null, what gave it its gradient.
void backward(const Call& call, const ops::BatchNormBackward& op,
              const ops::BatchNormActBackward* act) {
  const RowResult dx(call.out[0], !op.need_input || has_channel_layout(call.out[0]));
  // Without an input gradient to write, any layout will do.
  const Tensor layout = op.need_input ? dx.tensor()
                        : impl(call.in[1]).dense && has_channel_layout(call.in[1])
                            ? call.in[1]
                            : contiguous_raw(call.in[1]);
  const auto laid_out = [&](const Tensor& t) {
    return t.defined() ? in_layout(row_operand(t, call.compute), layout) : t;
  };
  const Tensor grad = laid_out(call.in[0]), input = laid_out(call.in[1]);
  const Tensor residual = act ? laid_out(call.in[6]) : Tensor();
  const Channels shape(layout);
  const Tensor mean_tensor = contiguous_or_none(call.in[2], call.compute);
  const Tensor rstd_tensor = contiguous_or_none(call.in[3], call.compute);
  const Tensor weight = contiguous_or_none(call.in[4], call.compute);
  const Tensor bias = act ? contiguous_or_none(call.in[5], call.compute) : Tensor();
  // The gradient of the activation's input, which is the residual's.
  Tensor formed;
  if (act && act->need_residual) {
    const Tensor& out = call.out[3];
    const bool suits = impl(out).dtype == call.compute && impl(out).strides == impl(layout).strides;
    formed = suits ? out : new_tensor(impl(out).sizes, call.compute, kCPU, impl(layout).strides);
  }
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const int64_t channels = shape.channels;
    const T *mean = ptr<T>(mean_tensor), *rstd = ptr<T>(rstd_tensor);
    Numbers<T> numbers(channels, mean, rstd, data_or_null<T>(weight), data_or_null<T>(bias));
    const Affine<T> affine = numbers.with(act ? act->activation : ConvActivation::None, residual);
    const Affine<T>* end = act ? &affine : nullptr;
    std::vector<Dots> dots(static_cast<size_t>(channels));
    if (op.training || op.need_weight || op.need_bias || formed.defined())
      dots = channel_dots(grad, input, shape, mean, end, formed);
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
    const Combination<T> combination{channels, mean, a, op.training ? b : nullptr, c0};
    if (formed.defined())
      apply_combine<T>(formed, input, dx.tensor(), shape, combination);
    else
      apply_combine<T>(grad, input, dx.tensor(), shape, combination, end);
  });
  dx.finish();
  if (formed.defined() && !formed.is_same(call.out[3])) copy_raw_into(call.out[3], formed);
}

void batch_norm_backward(const Call& call) {
  backward(call, call.as<ops::BatchNormBackward>(), nullptr);
}
void batch_norm_act_backward(const Call& call) {
  const auto& op = call.as<ops::BatchNormActBackward>();
  const bool formed = op.activation != ConvActivation::None;
  if (!formed && op.need_residual) copy_raw_into(call.out[3], call.in[0]);
  backward(call, op.norm(), formed ? &op : nullptr);
}

}  // namespace

void install_batch_norm() {
  ops::BatchNorm::row().kernel[0] = converting(&batch_norm);
  ops::BatchNormBackward::row().kernel[0] = converting(&batch_norm_backward);
  ops::BatchNormAct::row().kernel[0] = converting(&batch_norm_act);
  ops::BatchNormActBackward::row().kernel[0] = converting(&batch_norm_act_backward);
}

}  // namespace hearth::cpu
