// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <vector>

#include "hearth/tensor/tensor_literal.h"

#include "c10/macros/Macros.h"

namespace at {

/// Unlike torch::tensor, at::tensor keeps the type of its elements: an int gives Int, a double
/// Double; and a single number gives one dim. With options it takes their dtype, which is the
/// default one if they name none.
template <::hearth::detail::Element T>
Tensor tensor(ArrayRef<T> values, const TensorOptions& options = ::hearth::dtype_of<T>) {
  const ::hearth::ScalarType type = options.dtype();
  if (type == ::hearth::kBool || type == ::hearth::kHalf || type == ::hearth::kBFloat16 ||
      (::hearth::is_complex(::hearth::dtype_of<T>) && !::hearth::is_complex(type)))
    throw ::hearth::NotImplementedError(
        ::hearth::cat_str("[tensor] \"tensor_cpu\" not implemented for '", to_string(type), "'"));
  return ::hearth::tensor(values, options.dtype(type));
}
template <::hearth::detail::Element T>
Tensor tensor(std::initializer_list<T> values,
              const TensorOptions& options = ::hearth::dtype_of<T>) {
  return at::tensor(ArrayRef<T>(values), options);
}
template <::hearth::detail::Element T>
Tensor tensor(const std::vector<T>& values, const TensorOptions& options = ::hearth::dtype_of<T>) {
  return at::tensor(ArrayRef<T>(values), options);
}
template <::hearth::detail::Element T>
Tensor tensor(T value, const TensorOptions& options = ::hearth::dtype_of<T>) {
  return at::tensor(ArrayRef<T>(value), options);
}

}  // namespace at
