// SPDX-License-Identifier: Apache-2.0
// Convolutions through cuDNN and, depthwise ones and those of integers, by own kernels.
#include <algorithm>

#include "hearth/base/context.h"

#include "backends/conv_args.h"
#include "cuda/conv_cudnn.h"
#include "cuda/conv_depthwise.h"
#include "cuda/conv_plain.h"
#include "cuda/kernels.h"
#include "cuda/runtime.h"
#include "ops/copy.h"
#include "ops/reduce.h"
#include "tensor/image_layout.h"

namespace hearth::cuda {

namespace {

void run_depthwise(ConvPass pass, const ConvArgs& c, const Tensor& x, const Tensor& w,
                   const Tensor& y, const void* bias) {
  switch (pass) {
    case ConvPass::Forward:
      return depthwise_forward(c, x, w, y, bias);
    case ConvPass::BackwardData:
      return depthwise_backward_data(c, x, w, y, bias);
    case ConvPass::BackwardWeights:
      return depthwise_backward_weights(c, x, w, y);
  }
}

/// Runs one pass of a problem in the layout of `c`; false when there is no algorithm for it. `bias`
/// is added to what the pass computes, unless null.
bool run(ConvPass pass, const ConvArgs& c, const Tensor& x, const Tensor& w, const Tensor& y,
         void* bias) {
  if (!is_depthwise(c)) return conv_by_cudnn(pass, c, x, w, y, bias);
  run_depthwise(pass, c, x, w, y, bias);
  return true;
}

void zero(const Tensor& dense) {
  hearth::cuda::check(cudaMemsetAsync(raw_data(dense), 0, dense.nbytes(), stream()), "convolution");
}

/// A tensor to write in a layout: `target` itself when it has it, else a new one.
Tensor writable(const Tensor& target, bool last) {
  const TensorImpl& t = impl(target);
  DimVector strides = image_strides(t.sizes, last);
  if (strides.empty()) strides = contiguous_strides(t.sizes);
  bool same = true;
  for (size_t d = 0; d < t.sizes.size(); ++d) same &= t.sizes[d] == 1 || t.strides[d] == strides[d];
  return same ? target : new_tensor(t.sizes, t.dtype, t.device, std::move(strides));
}

/// Runs a pass with its operands brought into one layout: channels-last if they are so and cuDNN
/// can, else contiguous. The one that the pass computes is copied back where it had another layout.
void run_in_layout(ConvPass pass, ConvArgs c, bool last, const Tensor& x, const Tensor& w,
                   const Tensor& y, void* bias) {
  c.layout = layout_of(last);
  const auto read = [&](const Tensor& t) { return image_raw(t, last); };
  const Tensor in_x = pass == ConvPass::BackwardData ? writable(x, last) : read(x);
  const Tensor in_w = pass == ConvPass::BackwardWeights ? writable(w, last) : read(w);
  const Tensor in_y = pass == ConvPass::Forward ? writable(y, last) : read(y);
  if (!run(pass, c, in_x, in_w, in_y, bias)) {
    HEARTH_CHECK_AS(NotImplementedError, last, "[convolution] cuDNN has no algorithm for ", c.dtype,
                    " with ", c.groups, " groups of these sizes");
    return run_in_layout(pass, c, false, x, w, y, bias);
  }
  const Tensor& computed = pass == ConvPass::BackwardData ? in_x
                           : pass == ConvPass::Forward    ? in_y
                                                          : in_w;
  const Tensor& wanted = pass == ConvPass::BackwardData ? x : pass == ConvPass::Forward ? y : w;
  if (!computed.is_same(wanted)) copy_raw_into(wanted, computed);
}

/// Runs a pass. cuDNN derives the sizes of y from those of x; where an output_padding reaches
/// beyond a stride, as dilation allows, it expects more of y than there is. Zeros there change
/// nothing.
void run_pass(ConvPass pass, ConvArgs c, bool last, const Tensor& x, const Tensor& w,
              const Tensor& y, void* bias) {
  const TensorImpl& t = impl(y);
  const size_t spatial = t.sizes.size() - 2;
  DimVector sizes = t.sizes;
  for (size_t d = 0; d < spatial; ++d) {
    const size_t at = d + kConvDims - spatial;
    c.pad_end[at] = std::max(c.pad_end[at], c.pad_begin[at]);
    sizes[d + 2] = c.output(static_cast<int>(at));
  }
  if (pass == ConvPass::Forward || sizes == t.sizes)
    return run_in_layout(pass, c, last, x, w, y, bias);
  const Tensor extended = new_tensor(sizes, t.dtype, t.device, image_strides(sizes, last));
  zero(extended);
  copy_raw_into(alias_tensor(extended, t.sizes, impl(extended).strides, 0, t.dtype), y);
  run_in_layout(pass, c, last, x, w, extended, bias);
}

/// `bias` along dim 1 of `like`.
Tensor along_channels(const Tensor& bias, const Tensor& like) {
  DimVector strides(impl(like).sizes.size(), 0);
  strides[1] = impl(bias).strides[0];
  return alias_tensor(bias, impl(like).sizes, std::move(strides), impl(bias).offset,
                      impl(bias).dtype);
}

void check_dtype(const Tensor& x) {
  HEARTH_CHECK_AS(DtypeError, is_floating_point(impl(x).dtype),
                  "[convolution] expected a floating dtype on CUDA, got ", impl(x).dtype);
}

bool prefers_last(const Call& call) {
  return prefers_channels_last(impl(call.in[0])) || prefers_channels_last(impl(call.in[1]));
}

/// Of integers, which are computed in int64.
void whole_convolution(const ops::Convolution& op, const Call& call) {
  const Tensor x = contiguous_raw(call.in[0]), w = contiguous_raw(call.in[1]);
  const Tensor bias = call.in.get(2).defined() ? contiguous_raw(call.in[2]) : Tensor();
  const Tensor out = new_tensor(impl(call.out[0]).sizes, kLong, impl(x).device);
  const int64_t* kernel = impl(w).sizes.data() + 2;
  if (op.transposed) {
    plain_convolution(conv_args(op, impl(out), impl(x), kernel), true, out, w, x, bias);
  } else {
    plain_convolution(conv_args(op, impl(x), impl(out), kernel), false, x, w, out, bias);
  }
  copy_raw_into(call.out[0], out);
}

void convolution(const Call& call) {
  const auto& op = call.as<ops::Convolution>();
  const Tensor &x = call.in[0], &w = call.in[1], &out = call.out[0];
  if (impl(x).dtype == kLong) return whole_convolution(op, call);
  check_dtype(x);
  if (impl(out).numel == 0) return;
  Tensor bias = call.in.get(2);
  if (impl(x).numel == 0 || impl(w).numel == 0) {
    if (bias.defined()) return copy_raw_into(out, along_channels(bias, out));
    return zero(out);
  }
  if (bias.defined()) bias = contiguous_raw(bias);
  void* b = bias.defined() ? raw_data(bias) : nullptr;
  const int64_t* kernel = impl(w).sizes.data() + 2;
  // A transposed convolution is the backward-data of one that goes the other way.
  if (op.transposed) {
    run_pass(ConvPass::BackwardData, conv_args(op, impl(out), impl(x), kernel), prefers_last(call),
             out, w, x, b);
  } else {
    run_pass(ConvPass::Forward, conv_args(op, impl(x), impl(out), kernel), prefers_last(call), x, w,
             out, b);
  }
}

/// out[c] = the sum of g[:, c].
void sum_over_positions(const Tensor& g, const Tensor& out) {
  ops::Sum op;
  for (int64_t d = 0; d < g.dim(); ++d)
    if (d != 1) op.dims.push_back(d);
  const Tensor* in[] = {&g};
  Tensor target = out;
  const OpTable& row = ops::Sum::row();
  row.kernel[kSlot].run({row, &op, Args(in, 1), {&target, 1}, impl(out).dtype});
}

void weight_grad(const Call& call) {
  const auto& op = call.as<ops::ConvolutionWeightGrad>();
  const Tensor &x = call.in[0], &g = call.in[1];
  check_dtype(x);
  if (impl(x).numel == 0 || impl(g).numel == 0 || impl(call.out[0]).numel == 0) {
    for (const Tensor& out : call.out) zero(out);
    return;
  }
  run_pass(ConvPass::BackwardWeights, conv_args(op, impl(x), impl(g), op.kernel.data()),
           prefers_last(call), x, call.out[0], g, nullptr);
  if (op.bias) sum_over_positions(g, call.out[1]);
}

}  // namespace

void install_conv() {
  ops::Convolution::row().kernel[kSlot] = &convolution;
  ops::ConvolutionWeightGrad::row().kernel[kSlot] = &weight_grad;
}

}  // namespace hearth::cuda
