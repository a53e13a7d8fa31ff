// SPDX-License-Identifier: Apache-2.0
// Plans of cuFFT, and tensors as its plans can read them.
#include "cuda/fft_plan.h"

#include <algorithm>

#include <cufftXt.h>

#include "hearth/cuda/graph.h"

#include "cuda/device.h"
#include "cuda/plans.h"
#include "tensor/raw_copy.h"

namespace hearth::cuda {

namespace {

void check(cufftResult result) {
  if (result == CUFFT_SUCCESS) return;
  const char* why = result == CUFFT_ALLOC_FAILED     ? "out of memory"
                    : result == CUFFT_INVALID_SIZE   ? "a size it does not transform"
                    : result == CUFFT_EXEC_FAILED    ? "execution failed"
                    : result == CUFFT_SETUP_FAILED   ? "setup failed"
                    : result == CUFFT_INTERNAL_ERROR ? "internal error"
                                                     : "error";
  const std::string text = cat_str("[fft] cuFFT: ", why, " (", static_cast<int>(result), ")");
  if (result == CUFFT_ALLOC_FAILED) throw OutOfMemory(text);
  throw DeviceError(text);
}

/// Where cuFFT finds the numbers of a tensor: neighbours of the innermost dim `stride` apart, the
/// next dim's after `embed` of these, and so on; transforms `distance` apart.
struct Layout {
  int64_t embed[kFftDims] = {}, stride = 1, distance = 1;
};

/// Which dims are transformed, and all others, outermost first.
struct Order {
  DimVector dims, batch;
};

/// None where cuFFT has no words for it.
std::optional<Layout> layout_of(const TensorImpl& t, const Order& order) {
  Layout l;
  int64_t inner = 1;  // the stride of the dim further in
  for (size_t k = order.dims.size(); k-- > 0;) {
    const auto d = static_cast<size_t>(order.dims[k]);
    const bool innermost = k + 1 == order.dims.size();
    const int64_t within = innermost ? 1 : inner * t.sizes[static_cast<size_t>(order.dims[k + 1])];
    const int64_t stride = t.sizes[d] == 1 ? within : t.strides[d];
    if (stride <= 0 || stride % inner != 0 || stride < within) return std::nullopt;
    if (innermost) {
      l.stride = stride;
    } else {
      l.embed[k + 1] = stride / inner;
    }
    inner = stride;
  }
  l.embed[0] = t.sizes[static_cast<size_t>(order.dims[0])];
  l.distance = inner * l.embed[0];
  int64_t joined = 0;  // the stride of what is further out, when it joins
  for (size_t k = order.batch.size(); k-- > 0;) {
    const auto d = static_cast<size_t>(order.batch[k]);
    const int64_t stride = t.strides[d];
    if (stride <= 0 || (joined != 0 && stride != joined)) return std::nullopt;
    if (joined == 0) l.distance = stride;
    joined = stride * t.sizes[d];
  }
  // Real numbers are read and written in pairs.
  const size_t pair = is_complex(t.dtype) ? element_size(t.dtype) : 2 * element_size(t.dtype);
  if (reinterpret_cast<uintptr_t>(t.data()) % pair != 0) return std::nullopt;
  return l;
}

/// A new tensor like `t` which cuFFT can read in this order.
Tensor arranged(const TensorImpl& t, const Order& order) {
  DimVector strides(t.sizes.size(), 1);
  int64_t step = 1;
  for (const DimVector* dims : {&order.dims, &order.batch})
    for (size_t k = dims->size(); k-- > 0;) {
      const auto d = static_cast<size_t>((*dims)[k]);
      strides[d] = step;
      step *= t.sizes[d];
    }
  // Dims of size 1 are in neither list.
  return new_tensor(t.sizes, t.dtype, t.device, std::move(strides));
}

struct Key {
  int64_t rank, n[kFftDims], batch;
  int64_t in_embed[kFftDims], in_stride, in_distance;
  int64_t out_embed[kFftDims], out_stride, out_distance;
  int32_t kind, wide, device, unused;
};

struct Plan {
  cufftHandle handle = 0;
  size_t workspace = 0;
  bool made = false;
  bool kept = false;  ///< a captured graph uses its tables, whenever that may be run
  cudaStream_t stream = nullptr;

  Plan() = default;
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() {
    if (made && !kept) cufftDestroy(handle);
  }
};

std::unique_ptr<Plan> make_plan(const Key& key) {
  const WhileCapturing allowed;  // to allocate its tables
  auto plan = std::make_unique<Plan>();
  check(cufftCreate(&plan->handle));
  plan->made = true;
  // Workspaces are ours: as large as one plan needs at a time, in the order of the stream.
  check(cufftSetAutoAllocation(plan->handle, 0));
  const auto kind = static_cast<FftKind>(key.kind);
  const cudaDataType real = key.wide ? CUDA_R_64F : CUDA_R_32F,
                     complex = key.wide ? CUDA_C_64F : CUDA_C_32F;
  long long n[kFftDims], in_embed[kFftDims], out_embed[kFftDims];
  std::copy_n(key.n, kFftDims, n);
  std::copy_n(key.in_embed, kFftDims, in_embed);
  std::copy_n(key.out_embed, kFftDims, out_embed);
  check(cufftXtMakePlanMany(
      plan->handle, static_cast<int>(key.rank), n, in_embed, key.in_stride, key.in_distance,
      kind == FftKind::RealToHalf ? real : complex, out_embed, key.out_stride, key.out_distance,
      kind == FftKind::HalfToReal ? real : complex, key.batch, &plan->workspace, complex));
  return plan;
}

void execute(const Key& key, const Tensor& in, const Tensor& out, bool forward) {
  static PerThread<PlanCache<Key, Plan>> plans;
  Plan& plan = plans.get().get(key, [&] { return make_plan(key); });
  const cudaStream_t current = stream();
  if (plan.stream != current) {
    check(cufftSetStream(plan.handle, current));
    plan.stream = current;
  }
  plan.kept = plan.kept || is_current_stream_capturing();
  const Workspace workspace(plan.workspace);
  check(cufftSetWorkArea(plan.handle, workspace.data()));
  check(cufftXtExec(plan.handle, raw_data(in), raw_data(out),
                    forward ? CUFFT_FORWARD : CUFFT_INVERSE));
}

}  // namespace

void run_fft(FftKind kind, const Tensor& in, const Tensor& out, const DimVector& dims,
             bool forward) {
  const TensorImpl &x = impl(in), &y = impl(out);
  Order order{dims, {}};
  const auto outer = [&](int64_t a, int64_t b) {
    return y.strides[static_cast<size_t>(a)] > y.strides[static_cast<size_t>(b)];
  };
  // The halved dim stays the innermost.
  std::sort(order.dims.begin(), order.dims.end() - (kind == FftKind::Complex ? 0 : 1), outer);
  for (int64_t d = 0; d < y.dim(); ++d)
    if (y.sizes[static_cast<size_t>(d)] != 1 &&
        std::find(dims.begin(), dims.end(), d) == dims.end())
      order.batch.push_back(d);
  std::sort(order.batch.begin(), order.batch.end(), outer);

  std::optional<Layout> from = layout_of(x, order), to = layout_of(y, order);
  Tensor source = in, target = out;
  if (!from) {
    source = arranged(x, order);
    copy_raw_into(source, in);
    from = layout_of(impl(source), order);
  }
  if (!to) {
    target = kind == FftKind::Complex && !source.is_same(in) ? source : arranged(y, order);
    to = layout_of(impl(target), order);
  }

  Key key{};
  key.rank = static_cast<int64_t>(dims.size());
  const TensorImpl& signal = kind == FftKind::RealToHalf ? x : y;
  for (size_t k = 0; k < dims.size(); ++k)
    key.n[k] = signal.sizes[static_cast<size_t>(order.dims[k])];
  key.batch = 1;
  for (const int64_t d : order.batch) key.batch *= y.sizes[static_cast<size_t>(d)];
  std::copy_n(from->embed, kFftDims, key.in_embed);
  key.in_stride = from->stride;
  key.in_distance = from->distance;
  std::copy_n(to->embed, kFftDims, key.out_embed);
  key.out_stride = to->stride;
  key.out_distance = to->distance;
  key.kind = static_cast<int32_t>(kind);
  key.wide = to_real(x.dtype) == kDouble || x.dtype == kComplexDouble;
  key.device = device_index();
  execute(key, source, target, forward);
  if (!target.is_same(out)) copy_raw_into(out, target);
}

}  // namespace hearth::cuda
