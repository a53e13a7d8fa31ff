// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "io/conversion.h"
#include "io/sink.h"
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

/// Of NumPy's name without the byte order, "f4"; Undefined for what tensors do not have.
ScalarType dtype_of_name(std::string_view name);
DimVector strides_of(const DimVector& sizes, bool fortran_order);

bool is_npy(std::string_view bytes);
/// Checks that the bytes are there, too.
Header parse_header(std::string_view bytes, const std::string& source);
/// The array; shares the memory that `keep` holds, if there is one and the data lie aligned.
Tensor make_tensor(std::string_view bytes, const std::string& source,
                   const std::shared_ptr<const void>& keep);

void write_npy(Sink& sink, const Tensor& tensor, const Conversion& conversion);
void write_npz(Sink& sink, const std::vector<std::pair<std::string, Tensor>>& tensors,
               const Conversion& conversion);

}  // namespace hearth::npy
