// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tensor/tensor_impl.h"

namespace hearth::npy {

/// What the header of an array says.
struct Header {
  std::string descr;                         ///< NumPy's name of the type: "<f4"
  ScalarType dtype = ScalarType::Undefined;  ///< Undefined for what tensors do not have
  bool swapped = false;                      ///< of the other byte order
  bool fortran_order = false;
  DimVector sizes;
  size_t data_start = 0;
};

bool is_npy(std::string_view bytes);
/// Checks that the bytes are there, too.
Header parse_header(std::string_view bytes, const std::string& source);
/// The array; shares the memory that `keep` holds, if there is one and the data lie aligned.
Tensor make_tensor(std::string_view bytes, const std::string& source,
                   const std::shared_ptr<const void>& keep);

}  // namespace hearth::npy
