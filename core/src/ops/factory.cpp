// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/factory.h"

#include <cmath>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/view.h"

#include "autograd/autocast_modes.h"
#include "ops/creation.h"
#include "ops/pointwise_call.h"

namespace hearth {

// ---- sequences

namespace {

Scalar number(std::string_view op, const Tensor& t) {
  HEARTH_CHECK_AS(ShapeError, t.dim() == 0, "[", op, "] ", op,
                  " only supports 0-dimensional start and end tensors, but got one with ", t.dim(),
                  " dimension(s).");
  return t.item();
}

}  // namespace

Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps, double base,
                const TensorOptions& options) {
  HEARTH_CHECK_AS(ValueError, steps >= 0, "[logspace] number of steps must be non-negative, got ",
                  steps);
  const bool complex = start.isComplex() || end.isComplex();
  const ScalarType natural =
      complex ? to_complex(get_default_dtype_as_scalartype()) : get_default_dtype_as_scalartype();
  const ScalarType type = options.dtype_opt().value_or(natural);
  HEARTH_CHECK_AS(DtypeError, type != kBool, "[logspace] not implemented for bool");
  NoGradGuard no_grad;
  Tensor out;
  if (is_integral(type)) {
    // Whole ends, but powers of all that lies between.
    const Tensor exponents = linspace(start.toLong(), end.toLong(), steps,
                                      TensorOptions(kDouble).device(options.device_opt()));
    out = pow(Scalar(base), exponents).to(type);
  } else {
    const ScalarType compute = type == kHalf || type == kBFloat16 ? kFloat : type;
    const Tensor exponents =
        linspace(start, end, steps, TensorOptions(compute).device(options.device_opt()));
    out = pow(Scalar(base), exponents).to(type);
  }
  if (options.pinned_memory()) out = out.pin_memory();
  return options.requires_grad() ? out.set_requires_grad(true) : out;
}
Tensor logspace(const Tensor& start, const Tensor& end, int64_t steps, double base,
                const TensorOptions& options) {
  return logspace(number("logspace", start), number("logspace", end), steps, base, options);
}
Tensor logspace(const Tensor& start, const Scalar& end, int64_t steps, double base,
                const TensorOptions& options) {
  return logspace(number("logspace", start), end, steps, base, options);
}
Tensor logspace(const Scalar& start, const Tensor& end, int64_t steps, double base,
                const TensorOptions& options) {
  return logspace(start, number("logspace", end), steps, base, options);
}

Tensor linspace(const Tensor& start, const Tensor& end, int64_t steps,
                const TensorOptions& options) {
  return linspace(number("linspace", start), number("linspace", end), steps, options);
}
Tensor linspace(const Tensor& start, const Scalar& end, int64_t steps,
                const TensorOptions& options) {
  return linspace(number("linspace", start), end, steps, options);
}
Tensor linspace(const Scalar& start, const Tensor& end, int64_t steps,
                const TensorOptions& options) {
  return linspace(start, number("linspace", end), steps, options);
}

Tensor range(const Scalar& start, const Scalar& end, const Scalar& step,
             const TensorOptions& options) {
  const ScalarType type = options.dtype_opt().value_or(get_default_dtype_as_scalartype());
  const bool whole = is_integral(type);
  const Scalar a = whole ? Scalar(start.toLong()) : start, b = whole ? Scalar(end.toLong()) : end,
               by = whole ? Scalar(step.toLong()) : step;
  const double first = a.toDouble(), last = b.toDouble(), each = by.toDouble();
  HEARTH_CHECK_AS(ValueError, each > 0 || each < 0, "[range] step must be nonzero");
  HEARTH_CHECK_AS(ValueError, std::isfinite(first) && std::isfinite(last),
                  "[range] unsupported range: ", first, " -> ", last);
  // Of integers exactly: doubles do not tell all of them apart.
  const auto span = whole ? static_cast<__int128>(b.toLong()) - a.toLong() : __int128{0};
  const bool forward = whole ? span >= 0 : last >= first, level = whole ? span == 0 : last == first;
  HEARTH_CHECK_AS(ValueError, level || forward == (each > 0),
                  "[range] upper bound and lower bound inconsistent with step sign");
  const double gaps = std::floor((last - first) / each);
  const auto steps = whole           ? span / by.toLong() + 1
                     : gaps < 0x1p63 ? static_cast<__int128>(gaps) + 1
                                     : static_cast<__int128>(INT64_MAX) + 1;
  HEARTH_CHECK_AS(ShapeError, steps <= INT64_MAX,
                  "[range] invalid size, possible overflow: more elements than int64 counts");
  const Tensor out =
      invoke(ops::Arange{a, by, static_cast<int64_t>(steps), type, ops::device_of(options)});
  return options.requires_grad() ? out.set_requires_grad(true) : out;
}
Tensor range(const Scalar& start, const Scalar& end, const TensorOptions& options) {
  return range(start, end, 1, options);
}

// ---- powers

namespace {

/// x^0, ..., x^(n - 1) along a new last dim; of integers as int64.
Tensor powers(const Tensor& x, int64_t n) {
  const Tensor base = is_integral(x.scalar_type(), true) ? x.to(kLong) : x;
  DimVector sizes(x.sizes());
  sizes.push_back(std::min<int64_t>(n, 1));
  const Tensor first = ones(sizes, base.options().requires_grad(false));
  if (n <= 1) return first;
  sizes[sizes.size() - 1] = n - 1;
  return cat({first, base.unsqueeze(-1).expand(sizes).cumprod(-1)}, -1);
}

}  // namespace

Tensor vander(const Tensor& x, std::optional<int64_t> N, bool increasing) {
  HEARTH_CHECK_AS(ShapeError, x.dim() == 1, "[vander] x must be a one-dimensional tensor, got ",
                  x.sizes());
  const int64_t n = N.value_or(x.size(0));
  HEARTH_CHECK_AS(ValueError, n >= 0, "[vander] N must be non-negative, got ", n);
  const Tensor out = powers(x, n);
  return increasing ? out : out.flip({1});
}
Tensor linalg_vander(const Tensor& x, std::optional<int64_t> N) {
  HEARTH_CHECK_AS(DtypeError, x.scalar_type() != kBool,
                  "[linalg_vander] linalg.vander supports floating point, complex, and integer "
                  "tensors, but got Bool");
  const int64_t n = N.value_or(x.dim() > 0 ? x.size(-1) : 1);
  HEARTH_CHECK_AS(ValueError, n > 1, "[linalg_vander] N must be greater than 1, got ", n);
  return powers(x.dim() > 0 ? x : x.unsqueeze(0), n);
}

// ---- complex numbers

namespace {

void check_parts(std::string_view op, const Tensor& a, const Tensor& b) {
  HEARTH_CHECK_AS(DtypeError, a.scalar_type() == kFloat || a.scalar_type() == kDouble, "[", op,
                  "] Expected both inputs to be Float or Double tensors but got ", a.scalar_type(),
                  " and ", b.scalar_type());
  HEARTH_CHECK_AS(DtypeError, a.scalar_type() == b.scalar_type(), "[", op,
                  "] Expected object of scalar type ", a.scalar_type(), " but got scalar type ",
                  b.scalar_type(), " for second argument");
}

}  // namespace

namespace {

Tensor complex_of(const Tensor& real, const Tensor& imag) {
  check_parts("complex", real, imag);
  return view_as_complex(stack(broadcast_tensors({real, imag}), -1));
}

}  // namespace

complex<Tensor>::complex(const Tensor& real, const Tensor& imag) : Tensor(complex_of(real, imag)) {}
std::ostream& operator<<(std::ostream& out, const complex<Tensor>& t) {
  return out << static_cast<const Tensor&>(t);
}
Tensor polar(const Tensor& length, const Tensor& direction) {
  Tensor abs = length, angle = direction;
  const AutocastAsOne cast({Cast::Float32, std::nullopt}, {&abs, &angle});
  check_parts("polar", abs, angle);
  return view_as_complex(stack({abs * angle.cos(), abs * angle.sin()}, -1));
}
Tensor& complex_out(Tensor& out, const Tensor& real, const Tensor& imag) {
  return ops::copy_out("complex", out, complex_of(real, imag));
}
Tensor& polar_out(Tensor& out, const Tensor& abs, const Tensor& angle) {
  return ops::copy_out("polar", out, polar(abs, angle));
}

// ---- layouts

Tensor empty_permuted(IntArrayRef sizes, IntArrayRef physical_layout,
                      const TensorOptions& options) {
  const size_t n = sizes.size();
  HEARTH_CHECK_AS(ShapeError, physical_layout.size() == n,
                  "[empty_permuted] Number of dimensions in size does not match the length of the "
                  "physical_layout; i.e. len(size) = ",
                  n, " is not equal to len(physical_layout) = ", physical_layout.size());
  DimVector lying, taken(n, 0), strides(n, 0);
  for (int64_t d : physical_layout) {
    HEARTH_CHECK_AS(IndexError, d >= 0 && d < static_cast<int64_t>(n),
                    "[empty_permuted] Dimension out of range (expected to be between 0 and ",
                    static_cast<int64_t>(n) - 1, ", but got ", d, ")");
    HEARTH_CHECK_AS(ValueError, taken[static_cast<size_t>(d)]++ == 0,
                    "[empty_permuted] Duplicate dim not allowed: ", physical_layout);
    lying.push_back(sizes[static_cast<size_t>(d)]);
  }
  const DimVector dense = contiguous_strides(lying);
  for (size_t k = 0; k < n; ++k) strides[static_cast<size_t>(physical_layout[k])] = dense[k];
  return empty_strided(sizes, strides, options);
}

// ---- types

ScalarType result_type(const Scalar& scalar, const Tensor& tensor) {
  return result_type(tensor, scalar);
}
ScalarType result_type(const Scalar& scalar1, const Scalar& scalar2) {
  return promote_types(ops::result_type({}, &scalar1), ops::result_type({}, &scalar2));
}

// ---- fills

// Copies first: nothing of self stays, but its gradient is zero, not none.
Tensor fill(const Tensor& self, const Scalar& value) { return self.clone().fill_(value); }
Tensor fill(const Tensor& self, const Tensor& value) { return self.clone().fill_(value); }
Tensor& fill_(Tensor& self, const Scalar& value) {
  self.fill_(value);
  return self;
}
Tensor& fill_(Tensor& self, const Tensor& value) {
  self.fill_(value);
  return self;
}
Tensor& zero_(Tensor& self) { return fill_(self, 0); }

// ---- out forms

namespace {

TensorOptions like(const Tensor& out) {
  return TensorOptions(out.scalar_type()).device(out.device());
}

Tensor& sized(Tensor& out, IntArrayRef sizes) {
  out.resize_(sizes);
  return out;
}

}  // namespace

Tensor& empty_out(Tensor& out, IntArrayRef sizes, std::optional<MemoryFormat> format) {
  sized(out, sizes);
  if (format && !out.is_contiguous(*format)) out.as_strided_(sizes, format_strides(sizes, *format));
  return out;
}
Tensor& zeros_out(Tensor& out, IntArrayRef sizes) { return fill_(sized(out, sizes), 0); }
Tensor& ones_out(Tensor& out, IntArrayRef sizes) { return fill_(sized(out, sizes), 1); }
Tensor& full_out(Tensor& out, IntArrayRef sizes, const Scalar& value) {
  return fill_(sized(out, sizes), value);
}
Tensor& fill_out(Tensor& out, const Tensor& self, const Scalar& value) {
  return fill_(sized(out, self.sizes()), value);
}
Tensor& fill_out(Tensor& out, const Tensor& self, const Tensor& value) {
  return fill_(sized(out, self.sizes()), value);
}
Tensor& arange_out(Tensor& out, const Scalar& start, const Scalar& end, const Scalar& step) {
  return ops::copy_out("arange", out, arange(start, end, step, like(out)));
}
Tensor& arange_out(Tensor& out, const Scalar& start, const Scalar& end) {
  return arange_out(out, start, end, 1);
}
Tensor& arange_out(Tensor& out, const Scalar& end) { return arange_out(out, 0, end, 1); }
Tensor& range_out(Tensor& out, const Scalar& start, const Scalar& end, const Scalar& step) {
  return ops::copy_out("range", out, range(start, end, step, like(out)));
}
Tensor& linspace_out(Tensor& out, const Scalar& start, const Scalar& end, int64_t steps) {
  return ops::copy_out("linspace", out, linspace(start, end, steps, like(out)));
}
Tensor& logspace_out(Tensor& out, const Scalar& start, const Scalar& end, int64_t steps,
                     double base) {
  return ops::copy_out("logspace", out, logspace(start, end, steps, base, like(out)));
}
Tensor& eye_out(Tensor& out, int64_t n) { return eye_out(out, n, n); }
Tensor& eye_out(Tensor& out, int64_t n, int64_t m) {
  return ops::copy_out("eye", out, eye(n, m, like(out)));
}
Tensor& tril_indices_out(Tensor& out, int64_t row, int64_t col, int64_t offset) {
  return ops::copy_out("tril_indices", out, tril_indices(row, col, offset, like(out)));
}
Tensor& triu_indices_out(Tensor& out, int64_t row, int64_t col, int64_t offset) {
  return ops::copy_out("triu_indices", out, triu_indices(row, col, offset, like(out)));
}

}  // namespace hearth
