// SPDX-License-Identifier: Apache-2.0
// Checks of arguments, as kernels of one's own begin with: at::checkDim("roi_align", rois_arg, 2).
#pragma once

#include <ostream>
#include <string>

#include "hearth/base/error.h"
#include "hearth/tensor/tensor.h"

#include "c10/macros/Macros.h"

namespace hearth {

/// A tensor, and how messages name it: "argument #2 'rois'"; position 0 is of what is no argument.
/// It refers to the tensor.
struct TensorArg {
  const Tensor& tensor;
  const char* name;
  int pos;

  TensorArg(const Tensor& tensor_, const char* name_, int pos_)
      : tensor(tensor_), name(name_), pos(pos_) {}
  TensorArg(Tensor&&, const char*, int) = delete;
  const Tensor* operator->() const { return &tensor; }
  const Tensor& operator*() const { return tensor; }
};
using TensorGeometryArg = TensorArg;
/// The function that checks, for messages.
using CheckedFrom = const char*;

namespace detail {
template <typename T>
const T& word(const T& part) {
  return part;
}
inline std::string word(const TensorArg& arg) {
  return arg.pos == 0 ? cat_str("'", arg.name, "'")
                      : cat_str("argument #", arg.pos, " '", arg.name, "'");
}
template <typename Kind = Error, typename... Words>
void check_argument(bool good, CheckedFrom from, const Words&... words) {
  HEARTH_CHECK_AS(Kind, good, "[", from, "] ", word(words)..., " (while checking arguments for ",
                  from, ")");
}
/// Calls `check(from, first, t)` for all but the first.
template <typename Check>
void check_all_same(CheckedFrom from, ArrayRef<TensorArg> args, Check check) {
  const TensorArg* first = nullptr;
  for (const TensorArg& arg : args) {
    if (!arg->defined()) continue;
    if (first)
      check(from, *first, arg);
    else
      first = &arg;
  }
}
}  // namespace detail

inline std::ostream& operator<<(std::ostream& stream, const TensorArg& arg) {
  return stream << detail::word(arg);
}

inline void checkDim(CheckedFrom from, const TensorArg& t, int64_t dim) {
  detail::check_argument<ShapeError>(t->dim() == dim, from, "Expected ", dim,
                                     "-dimensional tensor, but got ", t->dim(),
                                     "-dimensional tensor for ", t);
}
/// At least `first` dims, and less than `end`.
inline void checkDimRange(CheckedFrom from, const TensorArg& t, int64_t first, int64_t end) {
  detail::check_argument<ShapeError>(t->dim() >= first && t->dim() < end, from, "Expected ", first,
                                     " to ", end - 1, " dimensions, but got ", t->dim(),
                                     "-dimensional tensor for ", t);
}
inline void checkSameDim(CheckedFrom from, const TensorArg& a, const TensorArg& b) {
  detail::check_argument<ShapeError>(a->dim() == b->dim(), from, "Expected tensor for ", a,
                                     " to have the same dimension as tensor for ", b, "; but ",
                                     a->dim(), " does not equal ", b->dim());
}
inline void checkContiguous(CheckedFrom from, const TensorArg& t) {
  detail::check_argument(t->is_contiguous(), from,
                         "Expected contiguous tensor, but got non-contiguous tensor for ", t);
}
inline void checkAllContiguous(CheckedFrom from, ArrayRef<TensorArg> args) {
  for (const TensorArg& arg : args)
    if (arg->defined()) checkContiguous(from, arg);
}
inline void checkSize(CheckedFrom from, const TensorArg& t, IntArrayRef sizes) {
  checkDim(from, t, static_cast<int64_t>(sizes.size()));
  detail::check_argument<ShapeError>(t->sizes() == sizes, from, "Expected tensor of size ", sizes,
                                     ", but got tensor of size ", t->sizes(), " for ", t);
}
inline void checkSize(CheckedFrom from, const TensorArg& t, int64_t dim, int64_t size) {
  detail::check_argument<ShapeError>(t->size(dim) == size, from, "Expected tensor to have size ",
                                     size, " at dimension ", dim, ", but got size ", t->size(dim),
                                     " for ", t);
}
inline void checkNumel(CheckedFrom from, const TensorArg& t, int64_t numel) {
  detail::check_argument<ShapeError>(t->numel() == numel, from, "Expected tensor for ", t,
                                     " to have ", numel, " elements; but it actually has ",
                                     t->numel(), " elements");
}
inline void checkSameNumel(CheckedFrom from, const TensorArg& a, const TensorArg& b) {
  detail::check_argument<ShapeError>(a->numel() == b->numel(), from, "Expected tensor for ", a,
                                     " to have same number of elements as tensor for ", b, "; but ",
                                     a->numel(), " does not equal ", b->numel());
}
inline void checkAllSameNumel(CheckedFrom from, ArrayRef<TensorArg> args) {
  detail::check_all_same(from, args, checkSameNumel);
}
inline void checkSameSize(CheckedFrom from, const TensorArg& a, const TensorArg& b) {
  detail::check_argument<ShapeError>(a->sizes() == b->sizes(), from, "Expected tensor for ", a,
                                     " to have same size as tensor for ", b, "; but ", a->sizes(),
                                     " does not equal ", b->sizes());
}
inline void checkAllSameSize(CheckedFrom from, ArrayRef<TensorArg> args) {
  detail::check_all_same(from, args, checkSameSize);
}
inline void checkScalarType(CheckedFrom from, const TensorArg& t, ScalarType type) {
  detail::check_argument<DtypeError>(t->scalar_type() == type, from, "Expected tensor for ", t,
                                     " to have scalar type ", toString(type), "; but got ",
                                     t->toString(), " instead");
}
inline void checkSameType(CheckedFrom from, const TensorArg& a, const TensorArg& b) {
  detail::check_argument<DtypeError>(a->scalar_type() == b->scalar_type(), from,
                                     "Expected tensor for ", a,
                                     " to have the same type as tensor for ", b, "; but type ",
                                     a->toString(), " does not equal ", b->toString());
}
inline void checkAllSameType(CheckedFrom from, ArrayRef<TensorArg> args) {
  detail::check_all_same(from, args, checkSameType);
}
inline void checkSameGPU(CheckedFrom from, const TensorArg& a, const TensorArg& b) {
  for (const TensorArg* t : {&a, &b})
    detail::check_argument<DeviceError>((*t)->is_cuda(), from, "Tensor for ", *t, " is on ",
                                        (*t)->device(), ", but expected it to be on GPU");
  detail::check_argument<DeviceError>(a->device() == b->device(), from, "Expected tensor for ", a,
                                      " to be on the same GPU as tensor for ", b, "; but device ",
                                      a->device(), " does not equal ", b->device());
}
inline void checkAllSameGPU(CheckedFrom from, ArrayRef<TensorArg> args) {
  detail::check_all_same(from, args, checkSameGPU);
}
inline void checkDefined(CheckedFrom from, const TensorArg& t) {
  detail::check_argument(t->defined(), from, "Expected tensor for ", t,
                         " to be non-null, but it was undefined");
}
inline void checkAllDefined(CheckedFrom from, ArrayRef<TensorArg> args) {
  for (const TensorArg& arg : args) checkDefined(from, arg);
}
inline void checkDeviceType(CheckedFrom from, ArrayRef<Tensor> tensors, DeviceType type) {
  for (const Tensor& t : tensors)
    if (t.defined())
      detail::check_argument<DeviceError>(
          t.device().type() == type, from, "Expected tensor to have ", Device(type),
          " DeviceType, but got tensor with ", Device(t.device().type()), " DeviceType");
}

}  // namespace hearth
