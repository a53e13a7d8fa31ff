// SPDX-License-Identifier: Apache-2.0
// Convolutions through cuDNN and, depthwise ones and those of integers, by own kernels.
#include <algorithm>
#include <array>

#include <cudnn.h>

#include "hearth/base/context.h"

#include "backends/conv_args.h"
#include "cuda/conv_depthwise.h"
#include "cuda/conv_plain.h"
#include "cuda/kernels.h"
#include "cuda/on_stream.h"
#include "cuda/plans.h"
#include "cuda/runtime.h"
#include "ops/copy.h"
#include "ops/reduce.h"
#include "tensor/image_layout.h"

namespace hearth::cuda {

namespace {

void check(cudnnStatus_t status, std::string_view what) {
  HEARTH_CHECK_AS(DeviceError, status == CUDNN_STATUS_SUCCESS, "[", what,
                  "] cuDNN: ", cudnnGetErrorString(status));
}

cudnnHandle_t handle() {
  return on_stream<cudnnHandle_t>(
      [](cudnnHandle_t* made) { check(cudnnCreate(made), "convolution"); },
      [](cudnnHandle_t h, cudaStream_t on) { check(cudnnSetStream(h, on), "convolution"); });
}

enum class Pass : int32_t { Forward, BackwardData, BackwardWeights };

struct Key {
  int64_t dims, batch, in_channels, out_channels, groups;
  int64_t input[kConvDims], output[kConvDims], kernel[kConvDims], stride[kConvDims],
      padding[kConvDims], dilation[kConvDims];
  int32_t dtype, device, pass, channels_last, tf32, deterministic;
};

struct Plan {
  cudnnTensorDescriptor_t x = nullptr, y = nullptr, bias = nullptr;
  cudnnFilterDescriptor_t w = nullptr;
  cudnnConvolutionDescriptor_t conv = nullptr;
  int algorithm = 0;
  size_t workspace = 0;
  bool usable = false;  ///< cuDNN has an algorithm

  Plan() {
    check(cudnnCreateTensorDescriptor(&x), "convolution");
    check(cudnnCreateTensorDescriptor(&y), "convolution");
    check(cudnnCreateTensorDescriptor(&bias), "convolution");
    check(cudnnCreateFilterDescriptor(&w), "convolution");
    check(cudnnCreateConvolutionDescriptor(&conv), "convolution");
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    cudnnDestroyTensorDescriptor(x);
    cudnnDestroyTensorDescriptor(y);
    cudnnDestroyTensorDescriptor(bias);
    cudnnDestroyFilterDescriptor(w);
    cudnnDestroyConvolutionDescriptor(conv);
  }
};

cudnnDataType_t data_type(ScalarType t) {
  return t == kHalf       ? CUDNN_DATA_HALF
         : t == kBFloat16 ? CUDNN_DATA_BFLOAT16
         : t == kDouble   ? CUDNN_DATA_DOUBLE
                          : CUDNN_DATA_FLOAT;
}

/// Takes the first algorithm of the heuristic's list that will do; false when none does. Where the
/// descriptor demands exact products, it keeps doing so.
template <class Algorithm>
bool choose(Plan& plan, const Algorithm* list, int count, bool exact, bool deterministic) {
  constexpr size_t kMostWorkspace = size_t{1} << 30;
  for (int i = 0; i < count; ++i) {
    if (list[i].status != CUDNN_STATUS_SUCCESS || list[i].memory > kMostWorkspace) continue;
    if (deterministic && list[i].determinism != CUDNN_DETERMINISTIC) continue;
    plan.algorithm = static_cast<int>(list[i].algo);
    plan.workspace = list[i].memory;
    if (!exact) check(cudnnSetConvolutionMathType(plan.conv, list[i].mathType), "convolution");
    return true;
  }
  return false;
}

std::unique_ptr<Plan> make_plan(const Key& k) {
  auto plan = std::make_unique<Plan>();
  const auto dtype = static_cast<ScalarType>(k.dtype);
  const cudnnDataType_t type = data_type(dtype);
  const cudnnTensorFormat_t format = k.channels_last ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW;
  const auto i = [](int64_t v) {
    HEARTH_CHECK_AS(NotImplementedError, v >= INT32_MIN && v <= INT32_MAX,
                    "[convolution] sizes, strides, padding and dilation beyond 2^31 - 1 are not "
                    "supported on CUDA, got ",
                    v);
    return static_cast<int>(v);
  };
  // cuDNN knows two and three spatial dims.
  const int first = k.dims == 3 ? 0 : 1, n = kConvDims - first;
  const auto sizes = [&](int64_t batch, int64_t channels, const int64_t* spatial) {
    std::array<int, kConvDims + 2> out{i(batch), i(channels)};
    for (int d = 0; d < n; ++d)
      out[static_cast<size_t>(d) + 2] = spatial ? i(spatial[first + d]) : 1;
    return out;
  };
  const auto per_dim = [&](const int64_t* values) {
    std::array<int, kConvDims> out{};
    for (int d = 0; d < n; ++d) out[static_cast<size_t>(d)] = i(values[first + d]);
    return out;
  };
  const auto describe = [&](cudnnTensorDescriptor_t to, int64_t batch, int64_t channels,
                            const int64_t* spatial) {
    check(cudnnSetTensorNdDescriptorEx(to, format, type, n + 2,
                                       sizes(batch, channels, spatial).data()),
          "convolution");
  };
  const bool data = static_cast<Pass>(k.pass) == Pass::BackwardData;
  describe(plan->x, k.batch, k.in_channels, k.input);
  describe(plan->y, k.batch, k.out_channels, k.output);
  describe(plan->bias, 1, data ? k.in_channels : k.out_channels, nullptr);
  check(
      cudnnSetFilterNdDescriptor(plan->w, type, format, n + 2,
                                 sizes(k.out_channels, k.in_channels / k.groups, k.kernel).data()),
      "convolution");
  check(cudnnSetConvolutionNdDescriptor(plan->conv, n, per_dim(k.padding).data(),
                                        per_dim(k.stride).data(), per_dim(k.dilation).data(),
                                        CUDNN_CROSS_CORRELATION,
                                        dtype == kDouble ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT),
        "convolution");
  check(cudnnSetConvolutionGroupCount(plan->conv, i(k.groups)), "convolution");
  const bool exact = !k.tf32 && dtype != kHalf && dtype != kBFloat16;
  check(cudnnSetConvolutionMathType(plan->conv, exact ? CUDNN_FMA_MATH : CUDNN_DEFAULT_MATH),
        "convolution");
  int count = 0;
  switch (static_cast<Pass>(k.pass)) {
    case Pass::Forward: {
      cudnnConvolutionFwdAlgoPerf_t list[CUDNN_CONVOLUTION_FWD_ALGO_COUNT];
      plan->usable = cudnnGetConvolutionForwardAlgorithm_v7(
                         handle(), plan->x, plan->w, plan->conv, plan->y,
                         CUDNN_CONVOLUTION_FWD_ALGO_COUNT, &count, list) == CUDNN_STATUS_SUCCESS &&
                     choose(*plan, list, count, exact, false);
      break;
    }
    case Pass::BackwardData: {
      cudnnConvolutionBwdDataAlgoPerf_t list[CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT];
      plan->usable =
          cudnnGetConvolutionBackwardDataAlgorithm_v7(
              handle(), plan->w, plan->y, plan->conv, plan->x,
              CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT, &count, list) == CUDNN_STATUS_SUCCESS &&
          choose(*plan, list, count, exact, k.deterministic);
      break;
    }
    case Pass::BackwardWeights: {
      cudnnConvolutionBwdFilterAlgoPerf_t list[CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT];
      plan->usable =
          cudnnGetConvolutionBackwardFilterAlgorithm_v7(
              handle(), plan->x, plan->y, plan->conv, plan->w,
              CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT, &count, list) == CUDNN_STATUS_SUCCESS &&
          choose(*plan, list, count, exact, k.deterministic);
      break;
    }
  }
  return plan;
}

Plan& plan_of(Pass pass, const ConvArgs& c) {
  Key key{};
  key.batch = c.batch;
  key.in_channels = c.in_channels;
  key.out_channels = c.out_channels;
  key.groups = c.groups;
  key.dims = c.dims;
  for (int d = 0; d < kConvDims; ++d) {
    key.input[d] = c.input[d];
    key.output[d] = c.output(d);
    key.kernel[d] = c.kernel[d];
    key.stride[d] = c.stride[d];
    key.padding[d] = c.pad_begin[d];
    key.dilation[d] = c.dilation[d];
  }
  key.dtype = static_cast<int32_t>(c.dtype);
  key.device = device_index();
  key.pass = static_cast<int32_t>(pass);
  key.channels_last = c.layout == ConvLayout::ChannelsLast;
  key.tf32 = c.dtype == kFloat && allow_tf32_cudnn();
  key.deterministic = deterministic();
  static PerThread<PlanCache<Key, Plan>> plans;
  return plans.get().get(key, [&] { return make_plan(key); });
}

/// The factors of cuDNN's results: double for doubles, else float.
struct Factors {
  float f[2];
  double d[2];
  bool wide;
  Factors(ScalarType type, double result, double before)
      : f{static_cast<float>(result), static_cast<float>(before)},
        d{result, before},
        wide(type == kDouble) {}
  const void* result() const { return wide ? static_cast<const void*>(d) : f; }
  const void* before() const { return wide ? static_cast<const void*>(d + 1) : f + 1; }
};

void run_depthwise(Pass pass, const ConvArgs& c, const Tensor& x, const Tensor& w, const Tensor& y,
                   const void* bias) {
  switch (pass) {
    case Pass::Forward:
      return depthwise_forward(c, x, w, y, bias);
    case Pass::BackwardData:
      return depthwise_backward_data(c, x, w, y, bias);
    case Pass::BackwardWeights:
      return depthwise_backward_weights(c, x, w, y);
  }
}

/// Runs one pass of a problem in the layout of `c`; false when cuDNN has no algorithm for it.
/// `bias` is added to what the pass computes, unless null.
bool run(Pass pass, const ConvArgs& c, const Tensor& x, const Tensor& w, const Tensor& y,
         void* bias) {
  if (is_depthwise(c)) {
    run_depthwise(pass, c, x, w, y, bias);
    return true;
  }
  Plan& plan = plan_of(pass, c);
  if (!plan.usable) return false;
  const Workspace workspace(plan.workspace);
  const Factors factors(c.dtype, 1, 0);
  const void *one = factors.result(), *zero = factors.before();
  cudnnStatus_t status = CUDNN_STATUS_SUCCESS;
  switch (pass) {
    case Pass::Forward:
      status =
          cudnnConvolutionForward(handle(), one, plan.x, raw_data(x), plan.w, raw_data(w),
                                  plan.conv, static_cast<cudnnConvolutionFwdAlgo_t>(plan.algorithm),
                                  workspace.data(), plan.workspace, zero, plan.y, raw_data(y));
      break;
    case Pass::BackwardData:
      status = cudnnConvolutionBackwardData(
          handle(), one, plan.w, raw_data(w), plan.y, raw_data(y), plan.conv,
          static_cast<cudnnConvolutionBwdDataAlgo_t>(plan.algorithm), workspace.data(),
          plan.workspace, zero, plan.x, raw_data(x));
      break;
    case Pass::BackwardWeights:
      status = cudnnConvolutionBackwardFilter(
          handle(), one, plan.x, raw_data(x), plan.y, raw_data(y), plan.conv,
          static_cast<cudnnConvolutionBwdFilterAlgo_t>(plan.algorithm), workspace.data(),
          plan.workspace, zero, plan.w, raw_data(w));
      break;
  }
  // The code is followed by ones that say more, up to the next thousand.
  if (status / 1000 == CUDNN_STATUS_NOT_SUPPORTED / 1000) {
    plan.usable = false;
    return false;
  }
  check(status, "convolution");
  if (bias)
    check(
        cudnnAddTensor(handle(), one, plan.bias, bias, one, pass == Pass::Forward ? plan.y : plan.x,
                       raw_data(pass == Pass::Forward ? y : x)),
        "convolution");
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
void run_in_layout(Pass pass, ConvArgs c, bool last, const Tensor& x, const Tensor& w,
                   const Tensor& y, void* bias) {
  c.layout = layout_of(last);
  const auto read = [&](const Tensor& t) { return image_raw(t, last); };
  const Tensor in_x = pass == Pass::BackwardData ? writable(x, last) : read(x);
  const Tensor in_w = pass == Pass::BackwardWeights ? writable(w, last) : read(w);
  const Tensor in_y = pass == Pass::Forward ? writable(y, last) : read(y);
  if (!run(pass, c, in_x, in_w, in_y, bias)) {
    HEARTH_CHECK_AS(NotImplementedError, last, "[convolution] cuDNN has no algorithm for ", c.dtype,
                    " with ", c.groups, " groups of these sizes");
    return run_in_layout(pass, c, false, x, w, y, bias);
  }
  const Tensor& computed = pass == Pass::BackwardData ? in_x : pass == Pass::Forward ? in_y : in_w;
  const Tensor& wanted = pass == Pass::BackwardData ? x : pass == Pass::Forward ? y : w;
  if (!computed.is_same(wanted)) copy_raw_into(wanted, computed);
}

/// Runs a pass. cuDNN derives the sizes of y from those of x; where an output_padding reaches
/// beyond a stride, as dilation allows, it expects more of y than there is. Zeros there change
/// nothing.
void run_pass(Pass pass, ConvArgs c, bool last, const Tensor& x, const Tensor& w, const Tensor& y,
              void* bias) {
  const TensorImpl& t = impl(y);
  const size_t spatial = t.sizes.size() - 2;
  DimVector sizes = t.sizes;
  for (size_t d = 0; d < spatial; ++d) {
    const size_t at = d + kConvDims - spatial;
    c.pad_end[at] = std::max(c.pad_end[at], c.pad_begin[at]);
    sizes[d + 2] = c.output(static_cast<int>(at));
  }
  if (pass == Pass::Forward || sizes == t.sizes) return run_in_layout(pass, c, last, x, w, y, bias);
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
    run_pass(Pass::BackwardData, conv_args(op, impl(out), impl(x), kernel), prefers_last(call), out,
             w, x, b);
  } else {
    run_pass(Pass::Forward, conv_args(op, impl(x), impl(out), kernel), prefers_last(call), x, w,
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
  run_pass(Pass::BackwardWeights, conv_args(op, impl(x), impl(g), op.kernel.data()),
           prefers_last(call), x, call.out[0], g, nullptr);
  if (op.bias) sum_over_positions(g, call.out[1]);
}

}  // namespace

void install_conv() {
  ops::Convolution::row().kernel[kSlot] = &convolution;
  ops::ConvolutionWeightGrad::row().kernel[kSlot] = &weight_grad;
}

}  // namespace hearth::cuda
