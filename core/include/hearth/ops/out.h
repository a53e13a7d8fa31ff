// SPDX-License-Identifier: Apache-2.0
// How an _out form is written: as a line with the function's name, parameters and arguments.
#pragma once

#include <tuple>
#include <utility>

#include "hearth/tensor/tensor.h"

namespace hearth::detail {

/// Gives out the sizes and values of `result`, in out's dtype.
HEARTH_API Tensor& write_out(const char* op, Tensor& out, const Tensor& result);
template <class Outs, class Results>
Outs write_out(const char* op, Outs outs, const Results& results) {
  [&]<size_t... I>(std::index_sequence<I...>) {
    (write_out(op, std::get<I>(outs), std::get<I>(results)), ...);
  }
  (std::make_index_sequence<std::tuple_size_v<Outs>>());
  return outs;
}
/// The options of tensors that are to be copied to `out`.
inline TensorOptions like_out(const Tensor& out) {
  return TensorOptions(out.scalar_type()).device(out.device());
}

}  // namespace hearth::detail

#define HEARTH_UNPACK(...) __VA_ARGS__
/// name_out, which writes the result of name(arguments).
#define HEARTH_OUT(name, parameters, arguments)                      \
  inline Tensor& name##_out(Tensor& out, HEARTH_UNPACK parameters) { \
    return detail::write_out(#name, out, name arguments);            \
  }
/// The same for several results: `refs` their types, `outs` their parameters, `names` these names.
#define HEARTH_OUT_TUPLE(name, refs, outs, names, parameters, arguments)                           \
  inline std::tuple<HEARTH_UNPACK refs> name##_out(HEARTH_UNPACK outs, HEARTH_UNPACK parameters) { \
    return detail::write_out(#name, std::tie(HEARTH_UNPACK names), name arguments);                \
  }
#define HEARTH_OUT_2(name, a, b, parameters, arguments)                                    \
  HEARTH_OUT_TUPLE(name, (Tensor&, Tensor&), (Tensor & a, Tensor & b), (a, b), parameters, \
                   arguments)
#define HEARTH_OUT_3(name, a, b, c, parameters, arguments)                                  \
  HEARTH_OUT_TUPLE(name, (Tensor&, Tensor&, Tensor&), (Tensor & a, Tensor & b, Tensor & c), \
                   (a, b, c), parameters, arguments)
