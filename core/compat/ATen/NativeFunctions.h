// SPDX-License-Identifier: Apache-2.0
// The implementations behind LibTorch's functions that programs have been seen to call by name.
#pragma once

#include <iostream>

#include "hearth/ops/predicates.h"
#include "hearth/ops/resize.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/print.h"
#include "hearth/tensor/tensor_literal.h"

#include "c10/macros/Macros.h"

namespace at::native {
using ::hearth::is_nonzero;

// Of the two forms that at:: has of these, native:: has the one whose sizes may be missing.
inline Tensor _upsample_nearest_exact2d(const Tensor& input, OptionalIntArrayRef output_size,
                                        std::optional<ArrayRef<double>> scale_factors) {
  return ::hearth::_upsample_nearest_exact2d(input, output_size, scale_factors);
}
inline Tensor _upsample_bilinear2d_aa(const Tensor& input, OptionalIntArrayRef output_size,
                                      bool align_corners,
                                      std::optional<ArrayRef<double>> scale_factors) {
  return ::hearth::_upsample_bilinear2d_aa(input, output_size, align_corners, scale_factors);
}
inline Tensor _upsample_bicubic2d_aa(const Tensor& input, OptionalIntArrayRef output_size,
                                     bool align_corners,
                                     std::optional<ArrayRef<double>> scale_factors) {
  return ::hearth::_upsample_bicubic2d_aa(input, output_size, align_corners, scale_factors);
}
}  // namespace at::native

namespace hearth {
/// Prints to std::cout.
inline void print(const Tensor& tensor, int64_t linesize = 80) {
  print(std::cout, tensor, linesize);
}
inline int64_t numel(const Tensor& self) { return self.numel(); }
/// The sizes as a tensor of int64.
inline Tensor _shape_as_tensor(const Tensor& self) { return tensor(self.sizes(), kLong); }
inline bool is_conj(const Tensor& self) { return self.is_conj(); }
inline bool is_neg(const Tensor& self) { return self.is_neg(); }
inline bool is_inference(const Tensor& self) { return self.is_inference(); }
inline bool is_distributed(const Tensor&) { return false; }
inline Tensor resolve_conj(const Tensor& self) { return self.resolve_conj(); }
inline Tensor resolve_neg(const Tensor& self) { return self.resolve_neg(); }
#define HEARTH_CAST_TO(Name) \
  inline Tensor _cast_##Name(const Tensor& self, bool = false) { return self.to(k##Name); }
HEARTH_CAST_TO(Byte)
HEARTH_CAST_TO(Char)
HEARTH_CAST_TO(Short)
HEARTH_CAST_TO(Int)
HEARTH_CAST_TO(Long)
HEARTH_CAST_TO(Half)
HEARTH_CAST_TO(Float)
HEARTH_CAST_TO(Double)
#undef HEARTH_CAST_TO
/// A view of these sizes and strides that begins where self does.
inline Tensor _reshape_alias(const Tensor& self, IntArrayRef size, IntArrayRef stride) {
  return as_strided(self, size, stride);
}
}  // namespace hearth
