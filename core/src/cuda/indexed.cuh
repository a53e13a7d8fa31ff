// SPDX-License-Identifier: Apache-2.0
// What reading and writing by index share: offsets along one dim, from an index tensor.
#pragma once

#include "cuda/element.cuh"
#include "cuda/launch.cuh"
#include "cuda/offset_calculator.cuh"
#include "ops/copy.h"

namespace hearth::cuda {

/// Ops that report bad indices.
enum class IndexOp : uint8_t {
  Index,
  IndexPut,
  IndexSelect,
  IndexAdd,
  IndexCopy,
  Gather,
  Scatter,
  Embedding,
  EmbeddingBag
};

__device__ inline const char* name_of(IndexOp op) {
  switch (op) {
    case IndexOp::IndexPut:
      return "index_put";
    case IndexOp::IndexSelect:
      return "index_select";
    case IndexOp::IndexAdd:
      return "index_add";
    case IndexOp::IndexCopy:
      return "index_copy";
    case IndexOp::Gather:
      return "gather";
    case IndexOp::Scatter:
      return "scatter";
    case IndexOp::Embedding:
      return "embedding";
    case IndexOp::EmbeddingBag:
      return "embedding_bag";
    default:
      return "index";
  }
}

/// Offsets along a dim, by position in an index tensor.
struct Positions {
  const int64_t* index;
  int64_t size, stride;  ///< of the dim
  Fault* fault;          ///< null: bad indices were reported before
  IndexOp op;
  bool wraps = false;  ///< negative indices count from the end
  int shift = 0;       ///< offsets are in units of 2^shift elements

  /// -1 when the index at j is out of range.
  __device__ __forceinline__ int64_t operator()(int64_t j) const {
    const int64_t given = index[j];
    const int64_t i = wraps && given < 0 ? given + size : given;
    if (i >= 0 && i < size) return i * stride >> shift;
    if (fault) report_index(given, size, fault, name_of(op));
    return -1;
  }
};

/// A dim that infer has checked, counted from the front.
inline size_t checked_dim(int64_t dim, int64_t ndim) {
  return static_cast<size_t>(dim < 0 ? dim + (ndim > 0 ? ndim : 1) : dim);
}

/// An index tensor as int64 on `device`.
inline Tensor index_on(const Tensor& index, Device device) {
  const TensorImpl& i = impl(index);
  return i.dtype == kLong && i.device == device ? index : copy_raw(index, kLong, device);
}

/// `t`, or a copy of it where `out`, which is about to be written, shares its memory.
inline Tensor apart_from(const Tensor& t, const Tensor& out) {
  return impl(t).storage == impl(out).storage ? copy_raw(t, impl(t).dtype, t.device()) : t;
}

/// `t` in the dtype of `out`, on its device, and apart from it.
inline Tensor values_for(const Tensor& t, const Tensor& out) {
  const TensorImpl &v = impl(t), &o = impl(out);
  return v.dtype == o.dtype && v.device == o.device ? apart_from(t, out)
                                                    : copy_raw(t, o.dtype, o.device);
}

/// Puts self's values into the output of a call that may run in place.
inline const Tensor& started(const Call& call) {
  const Tensor &out = call.out[0], &self = call.in[0];
  if (!out.is_same(self)) copy_raw_into(out, self);
  return out;
}

/// change(tensor with out's values to add to): out itself, or a float tensor for half types.
template <class F>
void accumulate_into(const Tensor& out, const F& change) {
  const ScalarType type = impl(out).dtype;
  if (type != kHalf && type != kBFloat16) return change(out);
  const Tensor wide = copy_raw(out, kFloat, out.device());
  change(wide);
  copy_raw_into(out, wide);
}

/// Elements from the first to past the last of a tensor.
inline int64_t extent_of(const TensorImpl& t) {
  int64_t most = 1;
  for (size_t d = 0; d < t.sizes.size(); ++d) most += (t.sizes[d] - 1) * t.strides[d];
  return most;
}

}  // namespace hearth::cuda
