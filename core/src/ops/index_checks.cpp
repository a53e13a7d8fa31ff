// SPDX-License-Identifier: Apache-2.0
#include "ops/index_checks.h"

namespace hearth::ops {

void check_index_type(const Tensor& index, std::string_view op) {
  HEARTH_CHECK_AS(DtypeError, impl(index).dtype == kLong || impl(index).dtype == kInt, "[", op,
                  "] Expected dtype int32/int64 for index, got ", impl(index).dtype);
}

int64_t check_index_vector(const Tensor& index, std::string_view op) {
  check_index_type(index, op);
  HEARTH_CHECK_AS(ShapeError, impl(index).dim() <= 1, "[", op,
                  "] Index is supposed to be a vector, got sizes ", impl(index).sizes.ref());
  return impl(index).numel;
}

void check_same_type(const Tensor& self, const Tensor& source, std::string_view op) {
  HEARTH_CHECK_AS(DtypeError, impl(self).dtype == impl(source).dtype, "[", op,
                  "] Expected self.dtype to be equal to src.dtype, got ", impl(self).dtype, " and ",
                  impl(source).dtype);
}

Tensor as_long(const Tensor& index) {
  if (!index.defined()) return index;
  // Without elements there is nothing that another integer type would name otherwise.
  const bool converts =
      index.scalar_type() == kInt || (index.numel() == 0 && is_integral(index.scalar_type(), true));
  return converts ? index.to(kLong) : index;
}

}  // namespace hearth::ops
