// SPDX-License-Identifier: Apache-2.0
// A convolution, and one pass over its result for the bias, the norm, a residual and an activation.
#include "cuda/channels_activated.cuh"
#include "cuda/kernels.h"
#include "ops/conv_norm.h"

namespace hearth::cuda {

namespace {

/// What turns a channel of the convolution, without its bias, into the norm's result.
template <class T>
struct ConvFactors {
  const T *bias, *mean, *var, *weight, *shift;  ///< null: none
  double eps;
  Factor<T>* factors;

  __device__ __forceinline__ void operator()(int64_t c) const {
    T scale = T(1);
    if (var) scale = static_cast<T>(1 / vmath::sqrt(static_cast<double>(var[c]) + eps));
    if (weight) scale *= weight[c];
    factors[c] = {(mean ? mean[c] : T(0)) - (bias ? bias[c] : T(0)), T(0), scale,
                  shift ? shift[c] : T(0)};
  }
};

void convolve(const ops::Convolution& op, const Call& call, const Tensor& out) {
  const Tensor none, *in[] = {&call.in[0], &call.in[1], &none};
  Tensor target = out;
  const OpTable& row = ops::Convolution::row();
  row.kernel[kSlot].run({row, &op, Args(in, 3), {&target, 1}, impl(out).dtype});
}

template <class T>
void finish(const Call& call, const Tensor& out) {
  const auto& op = call.as<ops::ConvNorm>();
  const Channels shape(out);
  const ScalarType type = impl(out).dtype;
  const auto number = [&](size_t i) { return contiguous_or_none(call.in.get(i), type); };
  const Tensor bias = number(2), mean = number(3), var = number(4), weight = number(5),
               shift = number(6);
  Tensor residual = call.in.get(7);
  if (residual.defined()) residual = readable_in_layout(residual, out, type);
  const Workspace factors(static_cast<size_t>(shape.channels) * sizeof(Factor<T>));
  for_each(shape.channels, call.op.info.name,
           ConvFactors<T>{data_or_null<T>(bias), data_or_null<T>(mean), data_or_null<T>(var),
                          data_or_null<T>(weight), data_or_null<T>(shift), op.eps,
                          factors.data<Factor<T>>()});
  pass(Activated<T, T>{ptr<T>(out), Source<T>(out), Source<T>(residual), factors.data<Factor<T>>(),
                       op.activation},
       shape, 16 / sizeof(T), call.op.info.name);
}

void conv_norm(const Call& call) {
  const Tensor out = writable_channels(call.out[0]);
  convolve(call.as<ops::ConvNorm>().convolution(), call, out);
  if (impl(out).dtype == kDouble) {
    finish<double>(call, out);
  } else {
    finish<float>(call, out);
  }
  finish_channels(call.out[0], out);
}

}  // namespace

void install_conv_norm() { ops::ConvNorm::row().kernel[kSlot] = &conv_norm; }

}  // namespace hearth::cuda
