// SPDX-License-Identifier: Apache-2.0
// Sums, means, products, counts and quantifiers.
#include "cuda/kernels.h"
#include "cuda/reduce.cuh"
#include "ops/reduce.h"

namespace hearth::cuda {

namespace {

template <class T>
__device__ __forceinline__ T divided(T v, double n) {
  return v / static_cast<T>(n);
}
template <class T>
__device__ __forceinline__ complex<T> divided(complex<T> v, double n) {
  return {v.real_ / static_cast<T>(n), v.imag_ / static_cast<T>(n)};
}

template <class In>
struct Summing {
  using Acc = wide_t<In>;
  ScalarType in_type;
  void* out;
  ScalarType out_type;
  double divisor;  ///< negative: none

  __device__ Acc identity() const { return Acc(0); }
  __device__ Acc load(const void* data, int64_t at, int64_t) const {
    return load_in<Acc, In>(data, in_type, at);
  }
  __device__ Acc merge(Acc a, Acc b) const { return a + b; }
  __device__ void store(int64_t i, Acc v) const {
    if constexpr (!std::is_same_v<Acc, int64_t>)
      if (divisor >= 0) v = divided(v, divisor);
    store_as(out, out_type, i, v);
  }
};

/// Of what is not NaN.
template <class In>
struct SummingNumbers : Summing<In> {
  using Acc = wide_t<In>;
  __device__ Acc load(const void* data, int64_t at, int64_t position) const {
    const Acc v = Summing<In>::load(data, at, position);
    return v == v ? v : Acc(0);
  }
};

template <class In>
struct Multiplying {
  using Acc = wide_t<In>;
  ScalarType in_type;
  void* out;
  ScalarType out_type;

  __device__ Acc identity() const { return Acc(1); }
  __device__ Acc load(const void* data, int64_t at, int64_t) const {
    return load_in<Acc, In>(data, in_type, at);
  }
  __device__ Acc merge(Acc a, Acc b) const { return a * b; }
  __device__ void store(int64_t i, Acc v) const { store_as(out, out_type, i, v); }
};

enum class Question { Count, Any, All };

/// Counts elements that are not zero; Any and All look at the count.
struct Counting {
  using Acc = int64_t;
  ScalarType in_type;
  void* out;
  ScalarType out_type;
  Question question;
  int64_t length;

  __device__ Acc identity() const { return 0; }
  __device__ Acc load(const void* data, int64_t at, int64_t) const {
    return load_as<bool>(data, in_type, at);
  }
  __device__ Acc merge(Acc a, Acc b) const { return a + b; }
  __device__ void store(int64_t i, Acc v) const {
    if (question == Question::Any) v = v > 0;
    if (question == Question::All) v = v == length;
    store_as(out, out_type, i, v);
  }
};

void add_up(const Call& call, const DimVector& dims, bool mean) {
  const Tensor &x = call.in[0], &out = call.out[0];
  const int64_t outputs = impl(out).numel;
  const double divisor = !mean || outputs == 0
                             ? -1.0
                             : static_cast<double>(impl(x).numel) / static_cast<double>(outputs);
  with_any_input(impl(x).dtype, call.op.info.name, [&]<class In>(In) {
    reduce(x, dims, call.op.info.name,
           Summing<In>{impl(x).dtype, raw_data(out), impl(out).dtype, divisor});
  });
}

void sum(const Call& call) { add_up(call, call.as<ops::Sum>().dims, false); }
void mean(const Call& call) { add_up(call, call.as<ops::Mean>().dims, true); }

void nansum(const Call& call) {
  const Tensor &x = call.in[0], &out = call.out[0];
  with_floating_type(impl(x).dtype, "nansum", [&]<class In>(In) {
    reduce(x, call.as<ops::NanSum>().dims, "nansum",
           SummingNumbers<In>{{impl(x).dtype, raw_data(out), impl(out).dtype, -1.0}});
  });
}

void prod(const Call& call) {
  const Tensor &x = call.in[0], &out = call.out[0];
  with_any_input(impl(x).dtype, "prod", [&]<class In>(In) {
    reduce(x, call.as<ops::Prod>().dims, "prod",
           Multiplying<In>{impl(x).dtype, raw_data(out), impl(out).dtype});
  });
}

template <class Op, Question kQuestion>
void count(const Call& call) {
  const Tensor &x = call.in[0], &out = call.out[0];
  const int64_t outputs = impl(out).numel;
  reduce(x, call.as<Op>().dims, call.op.info.name,
         Counting{impl(x).dtype, raw_data(out), impl(out).dtype, kQuestion,
                  outputs > 0 ? impl(x).numel / outputs : 0});
}

}  // namespace

void install_reduce_sums() {
  ops::Sum::row().kernel[kSlot] = &sum;
  ops::Mean::row().kernel[kSlot] = &mean;
  ops::NanSum::row().kernel[kSlot] = &nansum;
  ops::Prod::row().kernel[kSlot] = &prod;
  ops::CountNonzero::row().kernel[kSlot] = &count<ops::CountNonzero, Question::Count>;
  ops::Any::row().kernel[kSlot] = &count<ops::Any, Question::Any>;
  ops::All::row().kernel[kSlot] = &count<ops::All, Question::All>;
}

}  // namespace hearth::cuda
