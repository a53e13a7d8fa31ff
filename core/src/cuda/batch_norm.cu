// SPDX-License-Identifier: Apache-2.0
// Batch norm: each channel's numbers, and one pass that applies them.
#include "cuda/batch_norm.cuh"
#include "cuda/kernels.h"
#include "ops/batch_norm.h"

namespace hearth::cuda {

namespace {

template <class T>
void batch_norm_in(const Call& call, const Tensor& out, const Tensor& input) {
  const auto& op = call.as<ops::BatchNorm>();
  const Channels shape(out);
  const Workspace factors(static_cast<size_t>(shape.channels) * sizeof(Factor<T>));
  compute_forward_factors(call, op, shape, input, factors.data<Factor<T>>());
  apply_factors(out, Tensor(), input, shape, factors.data(), false, call.compute,
                call.op.info.name);
}

void batch_norm(const Call& call) {
  const Tensor out = writable_channels(call.out[0]);
  const Tensor input = readable_in_layout(call.in[0], out, call.compute);
  with_compute_type(call.compute, call.op.info.name,
                    [&](auto t) { batch_norm_in<decltype(t)>(call, out, input); });
  finish_channels(call.out[0], out);
}

template <class T>
void batch_norm_backward_in(const Call& call, const Tensor& layout, const Tensor& grad,
                            const Tensor& input) {
  const auto& op = call.as<ops::BatchNormBackward>();
  const Channels shape(layout);
  const Tensor mean = contiguous_or_none(call.in[2], call.compute);
  const Tensor rstd = contiguous_or_none(call.in[3], call.compute);
  const Tensor weight = contiguous_or_none(call.in[4], call.compute);
  const Workspace factors(static_cast<size_t>(shape.channels) * sizeof(Factor<T>));
  const FinishBackward<T> finish{data_or_null<T>(weight),
                                 ptr<T>(rstd),
                                 ptr<T>(mean),
                                 op.need_weight ? ptr<T>(call.out[1]) : nullptr,
                                 op.need_bias ? ptr<T>(call.out[2]) : nullptr,
                                 factors.data<Factor<T>>(),
                                 static_cast<double>(shape.n * shape.spatial),
                                 op.training};
  if (op.training || op.need_weight || op.need_bias) {
    const SumDots<T> dots{Source<T>(grad), Source<T>(input), ptr<T>(mean)};
    sum_channels(shape, dots, finish, call.op.info.name);
  } else {
    for_each(shape.channels, call.op.info.name, finish);
  }
  // Fixed statistics: the input takes no part, not even as 0 * x.
  if (op.need_input)
    apply_factors(layout, grad, op.training ? input : grad, shape, factors.data(), false,
                  call.compute, call.op.info.name);
}

void batch_norm_backward(const Call& call) {
  const auto& op = call.as<ops::BatchNormBackward>();
  const Tensor dx = op.need_input ? writable_channels(call.out[0]) : call.out[0];
  const Tensor layout = backward_layout(dx, call.in[1], op.need_input);
  const Tensor grad = readable_in_layout(call.in[0], layout, call.compute);
  const Tensor input = readable_in_layout(call.in[1], layout, call.compute);
  with_compute_type(call.compute, call.op.info.name, [&](auto t) {
    batch_norm_backward_in<decltype(t)>(call, layout, grad, input);
  });
  if (op.need_input) finish_channels(call.out[0], dx);
}

}  // namespace

void install_batch_norm() {
  ops::BatchNorm::row().kernel[kSlot] = converting(&batch_norm);
  ops::BatchNormBackward::row().kernel[kSlot] = converting(&batch_norm_backward);
}

}  // namespace hearth::cuda
