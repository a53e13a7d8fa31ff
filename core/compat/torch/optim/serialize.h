// SPDX-License-Identifier: Apache-2.0
// What optimizers of one's own save and load their options and state with, one by one:
//
//   void serialize(torch::serialize::OutputArchive& archive) const {
//     _TORCH_OPTIM_SERIALIZE_TORCH_ARG(lr);
//   }
//   void serialize(torch::serialize::InputArchive& archive) {
//     _TORCH_OPTIM_DESERIALIZE_TORCH_ARG(double, lr);
//   }
#pragma once

#include <type_traits>

#include "hearth/autograd/ivalue.h"
#include "hearth/base/error.h"
#include "hearth/io/archive.h"

namespace hearth::detail {
template <class T>
void write_arg(serialize::OutputArchive& archive, const char* name, const T& value) {
  if constexpr (std::is_base_of_v<Tensor, T>)
    if (!value.defined()) return;
  archive.write(name, IValue(value));
}
/// Calls set(value) if it is there. Tensors need not be.
template <class T, class F>
void read_arg(serialize::InputArchive& archive, const char* name, const F& set) {
  IValue value;
  const bool there = archive.try_read(name, value);
  HEARTH_CHECK_AS(FormatError, there || (std::is_base_of_v<Tensor, T>),
                  "[optim] the archive has no value for '", name, "'");
  if (there) set(value.to<T>());
}
}  // namespace hearth::detail

#define _TORCH_OPTIM_SERIALIZE_TORCH_ARG(name) ::hearth::detail::write_arg(archive, #name, name())
#define _TORCH_OPTIM_DESERIALIZE_TORCH_ARG(T, name) \
  ::hearth::detail::read_arg<T>(archive, #name, [&](T value) { name(value); })
#define _TORCH_OPTIM_DESERIALIZE_TORCH_ARG_OPTIONAL(T, name)         \
  do {                                                               \
    ::hearth::IValue found;                                          \
    if (archive.try_read(#name, found)) name(found.toOptional<T>()); \
  } while (false)
