// SPDX-License-Identifier: Apache-2.0
// From tensors to the convolutions of cpu/conv_algorithm.h.
#include "ops/conv.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "cpu/conv_algorithm.h"
#include "cpu/dense.h"
#include "cpu/kernels.h"
#include "cpu/low_precision.h"
#include "cpu/scratch.h"
#include "ops/conv_norm.h"
#include "ops/copy.h"
#include "tensor/image_layout.h"

namespace hearth::cpu {

namespace {

/// A weight as it is when dense in either layout.
Tensor weight_raw(const Tensor& w, ConvLayout* layout) {
  const bool last = prefers_channels_last(impl(w));
  *layout = layout_of(last);
  return image_raw(w, last);
}

template <typename T>
void add_bias(const T* bias, T* y, int64_t batch, int64_t channels, int64_t positions, bool last) {
  parallel_for(batch, 1 + 32768 / (channels * positions + 1), [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      T* image = y + n * channels * positions;
      if (last) {
        for (int64_t p = 0; p < positions; ++p)
          for (int64_t c = 0; c < channels; ++c) image[p * channels + c] += bias[c];
      } else {
        for (int64_t c = 0; c < channels; ++c)
          for (int64_t p = 0; p < positions; ++p) image[c * positions + p] += bias[c];
      }
    }
  });
}

void add_bias(const Tensor& bias, const Tensor& y, bool last) {
  const TensorImpl& t = impl(y);
  if (t.numel == 0) return;
  const int64_t batch = t.sizes[0], channels = t.sizes[1], positions = t.numel / batch / channels;
  if (t.dtype == kFloat)
    return add_bias(ptr<float>(bias), ptr<float>(y), batch, channels, positions, last);
  if (t.dtype == kDouble)
    return add_bias(ptr<double>(bias), ptr<double>(y), batch, channels, positions, last);
  if (t.dtype == kLong)
    return add_bias(ptr<int64_t>(bias), ptr<int64_t>(y), batch, channels, positions, last);
  Scratch<float> fy(static_cast<size_t>(t.numel)), fb(static_cast<size_t>(channels));
  to_float(t.dtype, raw_data(y), fy.data(), t.numel);
  to_float(t.dtype, raw_data(bias), fb.data(), channels);
  add_bias(fb.data(), fy.data(), batch, channels, positions, last);
  from_float(t.dtype, fy.data(), raw_data(y), t.numel);
}

void convolution(const Call& call) {
  const auto& op = call.as<ops::Convolution>();
  const Result result(call.out[0], call.compute);
  const Tensor& out = result.tensor();
  const bool last =
      prefers_channels_last(impl(call.in[0])) || prefers_channels_last(impl(call.in[1]));
  const Tensor x = image_raw(call.in[0], last);
  ConvLayout weight_layout;
  const Tensor w = weight_raw(call.in[1], &weight_layout);
  Tensor bias = call.in.get(2);
  if (bias.defined()) bias = contiguous_raw(bias);
  const int64_t* kernel = impl(w).sizes.data() + 2;
  // A transposed convolution is the backward-data of one that goes the other way.
  ConvArgs c = op.transposed ? conv_args(op, impl(out), impl(x), kernel)
                             : conv_args(op, impl(x), impl(out), kernel);
  c.layout = layout_of(last);
  c.weight_layout = weight_layout;
  if (!op.transposed) {
    conv_forward(c, raw_data(x), raw_data(w), bias.defined() ? raw_data(bias) : nullptr,
                 raw_data(out));
  } else {
    conv_backward_data(c, raw_data(x), raw_data(w), raw_data(out));
    if (bias.defined()) add_bias(bias, out, last);
  }
  result.finish();
}

/// What a norm makes of a channel: sum * scale + shift.
template <typename T>
void set_finish(const Call& call, int64_t channels, double eps, T* scale, T* shift) {
  const auto given = [&](size_t i) {
    const Tensor& t = call.in.get(i);
    return t.defined() ? contiguous_raw(t) : Tensor();
  };
  const Tensor bias = given(2), mean = given(3), var = given(4), weight = given(5), plus = given(6);
  const auto at = [](const Tensor& t, int64_t c, double otherwise) {
    return t.defined() ? static_cast<double>(ptr<T>(t)[c]) : otherwise;
  };
  for (int64_t c = 0; c < channels; ++c) {
    const double by = mean.defined() ? at(weight, c, 1) / std::sqrt(at(var, c, 1) + eps) : 1.0;
    scale[c] = static_cast<T>(by);
    shift[c] = static_cast<T>((at(bias, c, 0) - at(mean, c, 0)) * by + at(plus, c, 0));
  }
}

template <typename T>
T activate(ConvActivation activation, T v) {
  switch (activation) {
    case ConvActivation::ReLU:
      return v < 0 ? T(0) : v;
    case ConvActivation::ReLU6:
      return v < 0 ? T(0) : v > 6 ? T(6) : v;
    case ConvActivation::SiLU:
      return v / (1 + std::exp(-v));
    case ConvActivation::Hardswish:
      return v * std::min(std::max(v + 3, T(0)), T(6)) / 6;
    default:
      return v;
  }
}

static_assert(static_cast<int>(Activation::Hardswish) ==
              static_cast<int>(ConvActivation::Hardswish));

void conv_norm(const Call& call) {
  const auto& op = call.as<ops::ConvNorm>();
  const Result result(call.out[0], call.compute);
  const TensorImpl& out = impl(result.tensor());
  const bool last =
      prefers_channels_last(impl(call.in[0])) || prefers_channels_last(impl(call.in[1]));
  const Tensor x = image_raw(call.in[0], last);
  ConvLayout weight_layout;
  const Tensor w = weight_raw(call.in[1], &weight_layout);
  const Tensor residual = call.in.get(7).defined() ? image_raw(call.in[7], last) : Tensor();
  ConvArgs c = conv_args(op, impl(x), out, impl(w).sizes.data() + 2);
  c.layout = layout_of(last);
  c.weight_layout = weight_layout;
  const int64_t channels = out.sizes[1];
  if (call.compute == kFloat) {
    Scratch<float> numbers(static_cast<size_t>(2 * channels));
    float *scale = numbers.data(), *shift = scale + channels;
    set_finish(call, channels, op.eps, scale, shift);
    const ConvFinish finish{call.in.get(3).defined() ? scale : nullptr, shift,
                            static_cast<Activation>(op.activation)};
    conv_forward(c, ptr<float>(x), ptr<float>(w), finish,
                 residual.defined() ? ptr<float>(residual) : nullptr, result.data<float>());
  } else {
    Scratch<double> numbers(static_cast<size_t>(2 * channels));
    double *scale = numbers.data(), *shift = scale + channels, *y = result.data<double>();
    set_finish(call, channels, op.eps, scale, shift);
    conv_forward(c, raw_data(x), raw_data(w), nullptr, y);
    const int64_t positions = c.positions();
    for (int64_t i = 0; i < out.numel; ++i) {
      const int64_t channel = last ? i % channels : i / positions % channels;
      const double plus = residual.defined() ? ptr<double>(residual)[i] : 0;
      y[i] = activate(op.activation, y[i] * scale[channel] + shift[channel] + plus);
    }
  }
  result.finish();
}

void weight_grad(const Call& call) {
  const auto& op = call.as<ops::ConvolutionWeightGrad>();
  const bool last =
      prefers_channels_last(impl(call.in[0])) || prefers_channels_last(impl(call.in[1]));
  const Tensor x = image_raw(call.in[0], last), g = image_raw(call.in[1], last);
  ConvArgs c = conv_args(op, impl(x), impl(g), op.kernel.data());
  c.layout = layout_of(last);
  c.weight_layout = layout_of(op.channels_last);
  conv_backward_weights(c, raw_data(x), raw_data(g), raw_data(call.out[0]),
                        op.bias ? raw_data(call.out[1]) : nullptr);
}

}  // namespace

void install_conv() {
  ops::Convolution::row().kernel[0] = &convolution;
  ops::ConvNorm::row().kernel[0] = &conv_norm;
  ops::ConvolutionWeightGrad::row().kernel[0] = &weight_grad;
}

}  // namespace hearth::cpu
