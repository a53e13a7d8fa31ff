// SPDX-License-Identifier: Apache-2.0
// How ops with two outputs are called, and out forms of what is no row.
#pragma once

#include <tuple>

#include "dispatch/op.h"

namespace hearth::ops {

template <class Op, class... T>
std::tuple<Tensor, Tensor> both(const Op& op, const T&... in) {
  auto [first, second] = invoke_n<2>(op, in...);
  return {std::move(first), std::move(second)};
}

template <class Op, class... T>
std::tuple<Tensor&, Tensor&> both_out(const Op& op, Tensor& first, Tensor& second, const T&... in) {
  const Tensor* args[] = {&in...};
  Tensor out[] = {first, second};
  invoke({Op::row(), &op, Args(args, sizeof...(T)), out, Bind::Out});
  return {first, second};
}

/// The out form of what is computed already: out gets its sizes and values, in out's dtype.
Tensor& copy_out(const char* op, Tensor& out, const Tensor& result);

}  // namespace hearth::ops
