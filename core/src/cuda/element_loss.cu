// SPDX-License-Identifier: Apache-2.0
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/offset_calculator.cuh"
#include "cuda/pointwise_kernels.h"
#include "cuda/px.cuh"
#include "cuda/total.cuh"
#include "ops/element_loss.h"
#include "pointwise/element.h"

namespace hearth::cuda {

namespace {

/// The losses of pointwise.def, told apart at run time: all threads take the same branch.
template <class T>
__device__ __forceinline__ T loss_of(PointwiseOp loss, T a, T b, T c, T p) {
  switch (loss) {
#define HEARTH_LOSS(name) \
  case PointwiseOp::name: \
    return name##_op::forward<T>(a, b, c, p, T(0), T(0));
    HEARTH_LOSS(squared_error)
    HEARTH_LOSS(absolute_error)
    HEARTH_LOSS(huber)
    HEARTH_LOSS(smooth_l1)
    HEARTH_LOSS(bce)
    HEARTH_LOSS(bce_with_logits)
    HEARTH_LOSS(bce_with_logits_weighted)
    HEARTH_LOSS(kl_div)
    HEARTH_LOSS(kl_div_log)
#undef HEARTH_LOSS
    default:
      return T(0);
  }
}

bool is_loss(PointwiseOp op) {
  return op == PointwiseOp::squared_error || op == PointwiseOp::absolute_error ||
         op == PointwiseOp::huber || op == PointwiseOp::smooth_l1 || op == PointwiseOp::bce ||
         op == PointwiseOp::bce_with_logits || op == PointwiseOp::bce_with_logits_weighted ||
         op == PointwiseOp::kl_div || op == PointwiseOp::kl_div_log;
}

template <class T>
struct Losses {
  const T* in[3];  ///< the third may be null
  T parameter;
  PointwiseOp loss;
  Fault* fault;  ///< where the first two are probabilities; else null
};

template <class T>
__device__ __forceinline__ void check_probability(T p, Fault* fault, const char* expected) {
  if (!(p >= T(0) && p <= T(1)))
    report_value(static_cast<double>(p), fault, "binary_cross_entropy", expected);
}
template <class T>
__device__ __forceinline__ void check_probabilities(T input, T target, Fault* fault) {
  check_probability(input, fault, "all elements of input between 0 and 1");
  check_probability(target, fault, "all elements of target between 0 and 1");
}

/// kDense: all operands lie in memory alike, aligned to 16 bytes.
template <class T, bool kDense>
__global__ void loss_kernel(int64_t n, Losses<T> o, OffsetCalculator<3> offsets,
                            Pair<double>* parts, Total to) {
  constexpr int V = kDense ? 16 / sizeof(T) : 1;
  struct alignas(sizeof(T) * V) Pack {
    T v[V];
  };
  double sum = 0;
  const int64_t packs = (n + V - 1) / V, step = int64_t{gridDim.x} * blockDim.x;
  for (int64_t i = blockIdx.x * int64_t{blockDim.x} + threadIdx.x; i < packs; i += step) {
    Pack v[3] = {};
    int count = 1;
    if constexpr (kDense) {
      count = n - i * V < V ? static_cast<int>(n - i * V) : V;
#pragma unroll
      for (int k = 0; k < 3; ++k) {
        if (!o.in[k]) continue;
        if (count == V) {
          v[k] = reinterpret_cast<const Pack*>(o.in[k])[i];
        } else {
          for (int j = 0; j < count; ++j) v[k].v[j] = o.in[k][i * V + j];
        }
      }
    } else {
      int64_t at[3];
      offsets.get(i, at);
#pragma unroll
      for (int k = 0; k < 3; ++k)
        if (o.in[k]) v[k].v[0] = o.in[k][at[k]];
    }
#pragma unroll
    for (int j = 0; j < V; ++j) {
      if (j >= count) break;
      if (o.fault) check_probabilities(v[0].v[j], v[1].v[j], o.fault);
      sum += static_cast<double>(loss_of(o.loss, v[0].v[j], v[1].v[j], v[2].v[j], o.parameter));
    }
  }
  sum = Block{static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x)}.all(sum, Add());
  if (threadIdx.x != 0) return;
  if (parts) {
    parts[blockIdx.x] = {sum, 0};
  } else {
    write_total(to, {sum, 0});
  }
}

DimVector sizes_of(const Call& call) {
  DimVector sizes = impl(call.in[0]).sizes;
  for (size_t k = 1; k < call.in.size(); ++k) {
    const DimVector& more = impl(call.in[k]).sizes;
    DimVector both(std::max(sizes.size(), more.size()), 1);
    for (size_t d = 0; d < both.size(); ++d) {
      const int64_t a = d < sizes.size() ? sizes[sizes.size() - 1 - d] : 1;
      const int64_t b = d < more.size() ? more[more.size() - 1 - d] : 1;
      both[both.size() - 1 - d] = a == 1 ? b : a;
    }
    sizes = std::move(both);
  }
  return sizes;
}

bool dense_alike(const Call& call, const DimVector& sizes) {
  const TensorImpl& first = impl(call.in[0]);
  for (size_t k = 0; k < call.in.size(); ++k) {
    const TensorImpl& t = impl(call.in[k]);
    if (t.sizes != sizes || !t.dense || reinterpret_cast<uintptr_t>(t.data()) % 16) return false;
    if (!(t.contiguous && first.contiguous) && t.strides != first.strides) return false;
  }
  return true;
}

template <class T>
void reduce_in(const Call& call) {
  const auto& op = call.as<ops::ElementLoss>();
  const DimVector sizes = sizes_of(call);
  const int64_t n = checked_numel(sizes);
  Losses<T> o{
      {}, static_cast<T>(op.parameter), op.loss, op.loss == PointwiseOp::bce ? fault() : nullptr};
  std::array<DimVector, 3> strides;
  for (size_t k = 0; k < 3; ++k) {
    strides[k] = broadcast_strides(call.in[k < call.in.size() ? k : 0], sizes);
    if (k < call.in.size()) o.in[k] = ptr<T>(call.in[k]);
  }
  Total to;
  to.loss = raw_data(call.out[0]);
  to.loss_type = impl(call.out[0]).dtype;
  to.reduction = static_cast<int>(op.reduction);
  to.divisor = static_cast<double>(n);
  const std::string_view name = call.op.info.name;
  const int blocks = total_blocks(n);
  const Workspace space(blocks == 1 ? 0 : static_cast<size_t>(blocks) * sizeof(Pair<double>));
  Pair<double>* parts = space.data<Pair<double>>();
  if (dense_alike(call, sizes)) {
    launch_kernel(name, loss_kernel<T, true>, blocks, 512, n, o, OffsetCalculator<3>(), parts, to);
  } else {
    launch_kernel(name, loss_kernel<T, false>, blocks, 512, n, o,
                  make_offset_calculator<3>(sizes, strides), parts, to);
  }
  if (blocks > 1) launch_kernel(name, join_kernel, 1, 512, parts, blocks, to);
}

/// The same check where a pointwise kernel makes the loss.
template <class T>
void check_probabilities_of(const Call& call) {
  const DimVector sizes = sizes_of(call);
  const auto offsets = make_offset_calculator<2>(
      sizes,
      std::array{broadcast_strides(call.in[0], sizes), broadcast_strides(call.in[1], sizes)});
  const T *input = ptr<T>(call.in[0]), *target = ptr<T>(call.in[1]);
  Fault* const report = fault();
  for_each(offsets.numel, call.op.info.name, [=] __device__(int64_t i) {
    int64_t at[2];
    offsets.get(i, at);
    check_probabilities(input[at[0]], target[at[1]], report);
  });
}

void element_loss(const Call& call) {
  const auto& op = call.as<ops::ElementLoss>();
  HEARTH_CHECK_AS(NotImplementedError, is_loss(op.loss), "[", call.op.info.name,
                  "] this op is no loss");
  const bool wide = call.compute == kDouble;
  if (op.reduction != Reduction::None)
    return wide ? reduce_in<double>(call) : reduce_in<float>(call);
  if (op.loss == PointwiseOp::bce)
    wide ? check_probabilities_of<double>(call) : check_probabilities_of<float>(call);
  // Nothing to sum: the pointwise kernel does it all.
  const Scalar parameter(op.parameter), zero(0);
  const Scalar* numbers[] = {&parameter, &zero, &zero};
  PointwiseSlot slots[3];
  for (size_t k = 0; k < call.in.size(); ++k) slots[k].tensor = &call.in[k];
  (wide ? pointwise_f64() : pointwise_f32())
      .forward[static_cast<int>(op.loss)](call.out[0], slots, numbers, call.op.info.name);
}

}  // namespace

void install_element_loss() { ops::ElementLoss::row().kernel[kSlot] = &element_loss; }

}  // namespace hearth::cuda
