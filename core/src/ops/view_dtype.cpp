// SPDX-License-Identifier: Apache-2.0
#include "ops/view_dtype.h"

#include "hearth/ops/view.h"

#include "autograd/geometry.h"
#include "base/checked.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(ViewDtype)
HEARTH_DEFINE_OP(ViewAsReal)
HEARTH_DEFINE_OP(ViewAsComplex)

Specs ViewDtype::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  const auto from = static_cast<int64_t>(element_size(t.dtype));
  const auto to = static_cast<int64_t>(element_size(dtype));
  if (from == to) return view_of(t, t.sizes, t.strides, t.offset, dtype);
  HEARTH_CHECK_AS(ShapeError, t.dim() > 0 && t.strides.back() == 1,
                  "[view] self.dim() must not be 0 and self.stride(-1) must be 1 to view ",
                  to_string(t.dtype), " as ", to_string(dtype), " (different element sizes)");
  DimVector sizes = t.sizes, strides = t.strides;
  const size_t last = sizes.size() - 1;
  // Counts of the larger type must come out even.
  const auto scaled = [&](int64_t n, std::string_view what) {
    const int64_t bytes = (Checked(n) * from).get("view", what, " of ", n);
    HEARTH_CHECK_AS(ShapeError, bytes % to == 0, "[view] ", what, " must be divisible by ",
                    to / from, " to view ", to_string(t.dtype), " as ", to_string(dtype),
                    " (different element sizes), but got ", n);
    return bytes / to;
  };
  sizes[last] = scaled(sizes[last], "self.size(-1)");
  for (size_t d = 0; d < last; ++d) strides[d] = scaled(strides[d], "self.stride()");
  return view_of(t, std::move(sizes), std::move(strides), scaled(t.offset, "self.storage_offset()"),
                 dtype);
}

Specs ViewAsReal::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(DtypeError, is_complex(t.dtype),
                  "[view_as_real] view_as_real is only supported for complex tensors, got ",
                  t.dtype);
  DimVector sizes = t.sizes, strides = t.strides;
  for (int64_t& s : strides) s = stride_of(2, s);
  sizes.push_back(2);
  strides.push_back(1);
  return view_of(t, std::move(sizes), std::move(strides), 2 * t.offset, to_real(t.dtype));
}
Grads ViewAsReal::vjp(const Saved&, Args g, NeedMask) const {
  return one(view_as_complex(g[0].contiguous()));
}

Specs ViewAsComplex::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(DtypeError, t.dtype == kFloat || t.dtype == kDouble,
                  "[view_as_complex] view_as_complex is only supported for float and double "
                  "tensors, got ",
                  t.dtype);
  HEARTH_CHECK_AS(ShapeError, t.dim() > 0 && t.sizes.back() == 2,
                  "[view_as_complex] Tensor must have a last dimension of size 2, got sizes ",
                  t.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, t.strides.back() == 1,
                  "[view_as_complex] Tensor must have a last dimension with stride 1");
  DimVector sizes = t.sizes, strides = t.strides;
  sizes.resize(sizes.size() - 1);
  strides.resize(strides.size() - 1);
  bool even = t.offset % 2 == 0;
  for (int64_t& s : strides) {
    even &= s % 2 == 0;
    s /= 2;
  }
  HEARTH_CHECK_AS(ShapeError, even,
                  "[view_as_complex] Tensor must have strides and a storage offset divisible by 2 "
                  "but for the last dimension");
  return view_of(t, std::move(sizes), std::move(strides), t.offset / 2, to_complex(t.dtype));
}
Grads ViewAsComplex::vjp(const Saved&, Args g, NeedMask) const { return one(view_as_real(g[0])); }

}  // namespace ops

Tensor Tensor::view(ScalarType dtype) const {
  if (dtype == scalar_type()) return *this;
  return invoke(ops::ViewDtype{dtype}, *this);
}
Tensor view_as_real(const Tensor& self) { return invoke(ops::ViewAsReal{}, self); }
Tensor view_as_complex(const Tensor& self) { return invoke(ops::ViewAsComplex{}, self); }
Tensor autograd::complex_view(const Tensor& t) {
  return t.is_complex() ? view_as_real(t) : view_as_complex(t);
}
Tensor real(const Tensor& self) {
  return self.is_complex() ? view_as_real(self).select(-1, 0) : self;
}
Tensor imag(const Tensor& self) {
  HEARTH_CHECK_AS(DtypeError, self.is_complex(),
                  "[imag] imag is not implemented for tensors with non-complex dtypes.");
  return view_as_real(self).select(-1, 1);
}

}  // namespace hearth
