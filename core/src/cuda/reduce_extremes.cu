// SPDX-License-Identifier: Apache-2.0
// Largest and smallest elements, and the first positions that have them. NaN wins.
#include "cuda/kernels.h"
#include "cuda/reduce.cuh"
#include "ops/extreme.h"

namespace hearth::cuda {

namespace {

template <class In>
struct Extreme {
  using T = wide_t<In>;
  struct Acc {
    T value;
    int64_t at;  ///< negative: nothing yet
  };
  ScalarType in_type;
  bool largest;
  void* values;  ///< null: positions only
  ScalarType values_type;
  int64_t* positions;  ///< null: values only

  __device__ Acc identity() const { return {T(0), -1}; }
  __device__ Acc load(const void* data, int64_t at, int64_t position) const {
    return {load_in<T, In>(data, in_type, at), position};
  }
  __device__ Acc merge(const Acc& a, const Acc& b) const {
    if (a.at < 0) return b;
    if (b.at < 0) return a;
    const bool nan_a = a.value != a.value, nan_b = b.value != b.value;
    if (nan_a != nan_b) return nan_a ? a : b;
    if (nan_a || a.value == b.value) return a.at < b.at ? a : b;
    return (a.value > b.value) == largest ? a : b;
  }
  __device__ void store(int64_t i, const Acc& v) const {
    if (values) store_as(values, values_type, i, v.value);
    if (positions) positions[i] = v.at;
  }
};

void find(const Call& call, const DimVector& dims, bool largest, const Tensor* values,
          const Tensor* positions) {
  const Tensor& x = call.in[0];
  with_real_input(impl(x).dtype, call.op.info.name, [&]<class In>(In) {
    reduce(x, dims, call.op.info.name,
           Extreme<In>{impl(x).dtype, largest, values ? raw_data(*values) : nullptr,
                       values ? impl(*values).dtype : kLong,
                       positions ? ptr<int64_t>(*positions) : nullptr});
  });
}

template <class Op, bool kLargest>
void value(const Call& call) {
  find(call, call.as<Op>().dims, kLargest, &call.out[0], nullptr);
}
template <class Op, bool kLargest>
void value_and_position(const Call& call) {
  find(call, {call.as<Op>().dim}, kLargest, &call.out[0], &call.out[1]);
}
template <class Op, bool kLargest>
void position(const Call& call) {
  const auto& dim = call.as<Op>().dim;
  find(call, dim ? DimVector({*dim}) : DimVector(), kLargest, nullptr, &call.out[0]);
}

}  // namespace

void install_reduce_extremes() {
  ops::Amax::row().kernel[kSlot] = &value<ops::Amax, true>;
  ops::Amin::row().kernel[kSlot] = &value<ops::Amin, false>;
  ops::MaxDim::row().kernel[kSlot] = &value_and_position<ops::MaxDim, true>;
  ops::MinDim::row().kernel[kSlot] = &value_and_position<ops::MinDim, false>;
  ops::Argmax::row().kernel[kSlot] = &position<ops::Argmax, true>;
  ops::Argmin::row().kernel[kSlot] = &position<ops::Argmin, false>;
}

}  // namespace hearth::cuda
