// SPDX-License-Identifier: Apache-2.0
// A plan holds what cuDNN wants to know of a problem, and the algorithm for it.
#include "cuda/conv_cudnn.h"

#include <array>
#include <vector>

#include <cudnn.h>

#include "hearth/base/context.h"

#include "cuda/measure.h"
#include "cuda/on_stream.h"
#include "cuda/plans.h"
#include "cuda/runtime.h"

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

struct Key {
  int64_t measured, dims, batch, in_channels, out_channels, groups;
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

/// One of cuDNN's algorithms.
struct Candidate {
  int algorithm;
  cudnnMathType_t math;
  size_t workspace;

  std::string text() const { return cat_str(algorithm, ' ', static_cast<int>(math)); }
};

/// Those of cuDNN's list that will do, in its order: best guess first. Where `exact`, the
/// descriptor keeps demanding exact products.
template <class Algorithm>
std::vector<Candidate> candidates_of(cudnnStatus_t status, const Algorithm* list, int count,
                                     bool exact, bool deterministic) {
  constexpr size_t kMostWorkspace = size_t{1} << 30;
  std::vector<Candidate> found;
  if (status != CUDNN_STATUS_SUCCESS) return found;
  for (int i = 0; i < count; ++i) {
    if (list[i].status != CUDNN_STATUS_SUCCESS || list[i].memory > kMostWorkspace) continue;
    if (deterministic && list[i].determinism != CUDNN_DETERMINISTIC) continue;
    found.push_back({static_cast<int>(list[i].algo), exact ? CUDNN_FMA_MATH : list[i].mathType,
                     list[i].memory});
  }
  return found;
}

std::vector<Candidate> candidates(const Key& k, const Plan& plan, bool exact) {
  int count = 0;
  switch (static_cast<ConvPass>(k.pass)) {
    case ConvPass::Forward: {
      cudnnConvolutionFwdAlgoPerf_t list[CUDNN_CONVOLUTION_FWD_ALGO_COUNT];
      const auto status =
          cudnnGetConvolutionForwardAlgorithm_v7(handle(), plan.x, plan.w, plan.conv, plan.y,
                                                 CUDNN_CONVOLUTION_FWD_ALGO_COUNT, &count, list);
      return candidates_of(status, list, count, exact, false);
    }
    case ConvPass::BackwardData: {
      cudnnConvolutionBwdDataAlgoPerf_t list[CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT];
      const auto status = cudnnGetConvolutionBackwardDataAlgorithm_v7(
          handle(), plan.w, plan.y, plan.conv, plan.x, CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT,
          &count, list);
      return candidates_of(status, list, count, exact, k.deterministic);
    }
    case ConvPass::BackwardWeights: {
      cudnnConvolutionBwdFilterAlgoPerf_t list[CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT];
      const auto status = cudnnGetConvolutionBackwardFilterAlgorithm_v7(
          handle(), plan.x, plan.y, plan.conv, plan.w, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT,
          &count, list);
      return candidates_of(status, list, count, exact, k.deterministic);
    }
  }
  return {};
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

/// The operands of a pass.
struct Operands {
  const Tensor &x, &w, &y;
};

/// Computes the operand that the pass is for by the plan's algorithm.
cudnnStatus_t compute(ConvPass pass, const Plan& plan, const Operands& o, const Factors& factors) {
  const Workspace workspace(plan.workspace);
  const void *one = factors.result(), *zero = factors.before();
  void *x = raw_data(o.x), *w = raw_data(o.w), *y = raw_data(o.y);
  switch (pass) {
    case ConvPass::Forward:
      return cudnnConvolutionForward(handle(), one, plan.x, x, plan.w, w, plan.conv,
                                     static_cast<cudnnConvolutionFwdAlgo_t>(plan.algorithm),
                                     workspace.data(), plan.workspace, zero, plan.y, y);
    case ConvPass::BackwardData:
      return cudnnConvolutionBackwardData(
          handle(), one, plan.w, w, plan.y, y, plan.conv,
          static_cast<cudnnConvolutionBwdDataAlgo_t>(plan.algorithm), workspace.data(),
          plan.workspace, zero, plan.x, x);
    case ConvPass::BackwardWeights:
      return cudnnConvolutionBackwardFilter(
          handle(), one, plan.x, x, plan.y, y, plan.conv,
          static_cast<cudnnConvolutionBwdFilterAlgo_t>(plan.algorithm), workspace.data(),
          plan.workspace, zero, plan.w, w);
  }
  return CUDNN_STATUS_NOT_SUPPORTED;
}

void set_algorithm(Plan& plan, const Candidate& c) {
  check(cudnnSetConvolutionMathType(plan.conv, c.math), "convolution");
  plan.algorithm = c.algorithm;
  plan.workspace = c.workspace;
}

/// Sets the plan's algorithm, if there is one; where the key says so, by measuring.
void choose(Plan& plan, const Key& k, bool exact, const Operands& operands) {
  const std::vector<Candidate> list = candidates(k, plan, exact);
  plan.usable = !list.empty();
  if (!plan.usable) return;
  size_t best = 0;
  if (k.measured) {
    std::vector<std::string> texts;
    for (const Candidate& c : list) texts.push_back(c.text());
    const Factors factors(static_cast<ScalarType>(k.dtype), 1, 0);
    best = measured_choice(problem_text("cuDNN", cudnnGetVersion(), k), texts, [&](size_t i) {
      set_algorithm(plan, list[i]);
      return compute(static_cast<ConvPass>(k.pass), plan, operands, factors) ==
             CUDNN_STATUS_SUCCESS;
    });
  }
  set_algorithm(plan, list[best]);
}

std::unique_ptr<Plan> make_plan(const Key& k, const Operands& operands) {
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
  const bool data = static_cast<ConvPass>(k.pass) == ConvPass::BackwardData;
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
  choose(*plan, k, exact, operands);
  return plan;
}

Plan& plan_of(ConvPass pass, const ConvArgs& c, const Operands& operands) {
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
  static PerThread<PlanCache<Key, Plan>> cache;
  PlanCache<Key, Plan>& plans = cache.get();
  set_measured(plans, &key);
  return plans.get(key, [&] { return make_plan(key, operands); });
}

}  // namespace

bool conv_by_cudnn(ConvPass pass, const ConvArgs& c, const Tensor& x, const Tensor& w,
                   const Tensor& y, void* bias) {
  const Operands operands{x, w, y};
  Plan& plan = plan_of(pass, c, operands);
  if (!plan.usable) return false;
  const Factors factors(c.dtype, 1, 0);
  const cudnnStatus_t status = compute(pass, plan, operands, factors);
  // The code is followed by ones that say more, up to the next thousand.
  if (status / 1000 == CUDNN_STATUS_NOT_SUPPORTED / 1000) {
    plan.usable = false;
    return false;
  }
  check(status, "convolution");
  if (bias)
    check(cudnnAddTensor(handle(), factors.result(), plan.bias, bias, factors.result(),
                         pass == ConvPass::Forward ? plan.y : plan.x,
                         raw_data(pass == ConvPass::Forward ? y : x)),
          "convolution");
  return true;
}

}  // namespace hearth::cuda
