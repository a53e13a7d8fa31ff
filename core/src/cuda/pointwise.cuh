// SPDX-License-Identifier: Apache-2.0
// Compiles pointwise.def into the kernels of one compute type. Include with HEARTH_COMPUTE (the C++
// type), HEARTH_CLASS (I, F or C) and HEARTH_TABLE (the function to define) set.
//
// Every op has two kernels: one for dense operands of one dtype, 16 bytes a thread, and one for
// everything else, which finds strides and dtypes at run time.
#include "cuda/element.cuh"
#include "cuda/launch.cuh"
#include "cuda/offset_calculator.cuh"
#include "cuda/pointwise_kernels.h"
#include "cuda/px.cuh"
#include "pointwise/element.h"
#include "pointwise/probe.h"

namespace hearth::cuda {
namespace {

using T = HEARTH_COMPUTE;

/// An op or a derivative as f(slots, p), with what it reads.
template <class Op, int kArity>
struct Forward {
  static constexpr unsigned reads = (1u << kArity) - 1;
  static constexpr int slots = kArity;
  using result = typename Output<Op::result, T>::type;
  static __device__ __forceinline__ result apply(const T* s, const T* p) {
    return static_cast<result>(Op::template forward<T>(s[0], s[kArity > 1 ? 1 : 0],
                                                       s[kArity > 2 ? 2 : 0], p[0], p[1], p[2]));
  }
};
template <class Op, int kInput, unsigned kReads>
struct Derivative {
  static constexpr unsigned reads = kReads & 31;  // bit 0 is g, then a, b, c, y
  static constexpr int slots = 5;
  using result = T;
  static __device__ __forceinline__ T apply(const T* s, const T* p) {
    if constexpr (kInput == 0)
      return Op::template d0<T>(s[0], s[1], s[2], s[3], s[4], p[0], p[1], p[2]);
    if constexpr (kInput == 1)
      return Op::template d1<T>(s[0], s[1], s[2], s[3], s[4], p[0], p[1], p[2]);
    if constexpr (kInput == 2)
      return Op::template d2<T>(s[0], s[1], s[2], s[3], s[4], p[0], p[1], p[2]);
  }
};

template <int N>
struct Operands {
  void* out;
  const void* in[N];  ///< null: `numbers` instead
  T numbers[N];
  T p[3];
};
template <int N>
struct Dtypes {
  ScalarType out, in[N];
};

template <class S, int V>
struct alignas(sizeof(S) * V) Pack {
  S v[V];
};

/// S: the dtype of all inputs; R: of the output.
template <class F, class S, class R>
__global__ void dense_kernel(int64_t n, Operands<F::slots> o) {
  constexpr int V = 16 / (sizeof(S) > sizeof(R) ? sizeof(S) : sizeof(R));
  const int64_t packs = (n + V - 1) / V, step = int64_t{gridDim.x} * blockDim.x;
  for (int64_t i = blockIdx.x * int64_t{blockDim.x} + threadIdx.x; i < packs; i += step) {
    const int count = static_cast<int>(n - i * V < V ? n - i * V : V);
    Pack<S, V> in[F::slots];
    if (count == V) {
#pragma unroll
      for (int k = 0; k < F::slots; ++k)
        if (F::reads >> k & 1)
          if (o.in[k]) in[k] = static_cast<const Pack<S, V>*>(o.in[k])[i];
    } else {
#pragma unroll
      for (int k = 0; k < F::slots; ++k)
        if (F::reads >> k & 1)
          if (o.in[k])
            for (int j = 0; j < V; ++j)
              in[k].v[j] = static_cast<const S*>(o.in[k])[i * V + (j < count ? j : 0)];
    }
    Pack<R, V> out;
#pragma unroll
    for (int j = 0; j < V; ++j) {
      T s[F::slots];
#pragma unroll
      for (int k = 0; k < F::slots; ++k) {
        s[k] = T(0);
        if (F::reads >> k & 1) s[k] = o.in[k] ? convert<T>(in[k].v[j]) : o.numbers[k];
      }
      out.v[j] = convert<R>(F::apply(s, o.p));
    }
    if (count == V) {
      static_cast<Pack<R, V>*>(o.out)[i] = out;
    } else {
#pragma unroll
      for (int j = 0; j < V; ++j)
        if (j < count) static_cast<R*>(o.out)[i * V + j] = out.v[j];
    }
  }
}

template <class F>
__global__ void any_kernel(OffsetCalculator<F::slots + 1> offsets, Operands<F::slots> o,
                           Dtypes<F::slots> types) {
  const int64_t step = int64_t{gridDim.x} * blockDim.x;
  for (int64_t i = blockIdx.x * int64_t{blockDim.x} + threadIdx.x; i < offsets.numel; i += step) {
    int64_t at[F::slots + 1];
    offsets.get(i, at);
    T s[F::slots];
#pragma unroll
    for (int k = 0; k < F::slots; ++k) {
      s[k] = T(0);
      if (F::reads >> k & 1)
        s[k] = o.in[k] ? load_as<T>(o.in[k], types.in[k], at[k + 1]) : o.numbers[k];
    }
    store_as(o.out, types.out, at[0], F::apply(s, o.p));
  }
}

/// Whether all tensors lie in memory alike, aligned to 16 bytes, with inputs of one dtype.
inline bool dense_alike(const Tensor& out, const PointwiseSlot* slots, int n, unsigned reads,
                        ScalarType* type) {
  const TensorImpl& o = impl(out);
  if (!o.dense || reinterpret_cast<uintptr_t>(o.data()) % 16) return false;
  *type = ScalarType::Undefined;
  for (int k = 0; k < n; ++k) {
    if (!(reads >> k & 1) || !slots[k].tensor) continue;
    const TensorImpl& t = impl(*slots[k].tensor);
    if (t.sizes != o.sizes || reinterpret_cast<uintptr_t>(t.data()) % 16) return false;
    if (!(t.contiguous && o.contiguous) && t.strides != o.strides) return false;
    if (*type != ScalarType::Undefined && *type != t.dtype) return false;
    *type = t.dtype;
  }
  return true;
}

template <class F, class S>
bool launch_dense(const Tensor& out, ScalarType type, const Operands<F::slots>& o,
                  std::string_view op) {
  using R = std::conditional_t<std::is_same_v<typename F::result, T>, S,
                               std::conditional_t<std::is_same_v<typename F::result, unsigned char>,
                                                  bool, typename F::result>>;
  if (type != dtype_of<S> || impl(out).dtype != dtype_of<R>) return false;
  const int64_t n = impl(out).numel;
  constexpr int64_t V = 16 / (sizeof(S) > sizeof(R) ? sizeof(S) : sizeof(R));
  launch_kernel(op, dense_kernel<F, S, R>, blocks_for((n + V - 1) / V), kBlock, n, o);
  return true;
}

template <class F>
void launch(const Tensor& out, const PointwiseSlot* slots, const Scalar* const* numbers,
            std::string_view op) {
  constexpr int N = F::slots;
  if (impl(out).numel == 0) return;
  Operands<N> o{};
  o.out = raw_data(out);
  for (int k = 0; k < 3; ++k) o.p[k] = numbers[k]->to<T>();
  for (int k = 0; k < N; ++k) {
    if (slots[k].tensor) o.in[k] = raw_data(*slots[k].tensor);
    if (slots[k].number) o.numbers[k] = slots[k].number->to<T>();
  }
  ScalarType type;
  bool done = false;
  if (dense_alike(out, slots, N, F::reads, &type)) {
    if constexpr (std::is_same_v<T, float>) {
      done = launch_dense<F, float>(out, type, o, op) || launch_dense<F, Half>(out, type, o, op) ||
             launch_dense<F, BFloat16>(out, type, o, op);
    } else {
      done = launch_dense<F, T>(out, type, o, op);
    }
  }
  if (!done) {
    std::array<const Tensor*, N + 1> tensors;
    tensors[0] = &out;
    Dtypes<N> types{};
    types.out = impl(out).dtype;
    for (int k = 0; k < N; ++k) {
      const Tensor* t = slots[k].tensor;
      tensors[static_cast<size_t>(k) + 1] = t ? t : &out;
      if (t) types.in[k] = impl(*t).dtype;
    }
    const auto offsets = make_offset_calculator<N + 1>(tensors);
    launch_kernel(op, any_kernel<F>, blocks_for(offsets.numel), kBlock, offsets, o, types);
  }
}

template <class Op, int kArity>
constexpr PointwiseLaunch forward_entry() {
  if constexpr ((Op::classes & HEARTH_CLASS) != 0) return &launch<Forward<Op, kArity>>;
  return nullptr;
}

template <class Op, int kInput, unsigned kReads>
constexpr PointwiseLaunch backward_entry() {
  // Derivatives that are absent, or the gradient itself, have no row.
  if constexpr ((Op::classes & HEARTH_CLASS) != 0 && HEARTH_CLASS != I && kReads != kReadsNone &&
                kReads != kReadsG)
    return &launch<Derivative<Op, kInput, kReads>>;
  return nullptr;
}

constexpr PointwiseTable make_table() {
  PointwiseTable table{};
  int i = 0;
#define HEARTH_ENTRY(name, arity)                                                     \
  table.forward[i] = forward_entry<name##_op, arity>();                               \
  table.backward[i][0] = backward_entry<name##_op, 0, probe::name##_reads().by[0]>(); \
  table.backward[i][1] = backward_entry<name##_op, 1, probe::name##_reads().by[1]>(); \
  table.backward[i][2] = backward_entry<name##_op, 2, probe::name##_reads().by[2]>(); \
  ++i;
#define HEARTH_UNARY(name, ...) HEARTH_ENTRY(name, 1)
#define HEARTH_BINARY(name, ...) HEARTH_ENTRY(name, 2)
#define HEARTH_TERNARY(name, ...) HEARTH_ENTRY(name, 3)
#include "hearth/ops/pointwise.def"
#undef HEARTH_UNARY
#undef HEARTH_BINARY
#undef HEARTH_TERNARY
#undef HEARTH_ENTRY
  return table;
}

}  // namespace

const PointwiseTable& HEARTH_TABLE() {
  static constexpr PointwiseTable table = make_table();
  return table;
}

}  // namespace hearth::cuda
