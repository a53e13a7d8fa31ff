// SPDX-License-Identifier: Apache-2.0
// Calls of pointwise rows.
#pragma once

#include "ops/outputs.h"
#include "pointwise/rows.h"

namespace hearth::ops {

using Op = PointwiseOp;

/// A row with the fields the call needs.
struct PointwiseCall {
  Op op;
  Pointwise fields;
};

inline Pointwise with(const Scalar& p0 = 0, const Scalar& p1 = 0, const Scalar& p2 = 0) {
  return {p0, p1, p2};
}
inline Pointwise other_is(const Scalar& v, const Scalar& p0 = 0) {
  return {p0, 0, 0, v, Pointwise::Side::B};
}
inline Pointwise self_is(const Scalar& v, const Scalar& p0 = 0) {
  return {p0, 0, 0, v, Pointwise::Side::A};
}

template <class... T>
Tensor call(Op op, const Pointwise& f, const T&... in) {
  const Tensor* args[] = {&in...};
  Tensor out;
  invoke({pointwise_row(op), &f, Args(args, sizeof...(T)), {&out, 1}, Bind::Fresh});
  return out;
}

template <class... T>
const Tensor& call_(Op op, const Pointwise& f, const Tensor& self, const T&... in) {
  const Tensor* args[] = {&self, &in...};
  Tensor out = self;
  invoke({pointwise_row(op), &f, Args(args, sizeof...(T) + 1), {&out, 1}, Bind::InPlace});
  return self;
}
template <class... T>
Tensor& call_(Op op, const Pointwise& f, Tensor& self, const T&... in) {
  call_(op, f, static_cast<const Tensor&>(self), in...);
  return self;
}

template <class... T>
Tensor& call_out(Op op, const Pointwise& f, Tensor& out, const T&... in) {
  const Tensor* args[] = {&in...};
  invoke({pointwise_row(op), &f, Args(args, sizeof...(T)), {&out, 1}, Bind::Out});
  return out;
}

}  // namespace hearth::ops
