// SPDX-License-Identifier: Apache-2.0
#include "ops/creation.h"

#include <algorithm>
#include <cmath>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/default_device.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/sparse.h"

#include "base/checked.h"
#include "base/thread_state.h"
#include "tensor/overlap.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Full)
HEARTH_DEFINE_OP(FullLike)
HEARTH_DEFINE_OP(Fill)
HEARTH_DEFINE_OP(Arange)
HEARTH_DEFINE_OP(Linspace)

Device device_of(const TensorOptions& options) {
  return options.device_opt().value_or(default_device()).resolved();
}

Specs Full::infer(Args) const {
  Spec s(sizes, dtype, device);
  s.pinned = pinned;
  HEARTH_CHECK(!pinned || device.is_cpu(),
               "[empty] only dense CPU tensors can be pinned, not one on ", device);
  if (format != MemoryFormat::Contiguous) {
    checked_numel(sizes);
    s.strides = format_strides(sizes, format);
  }
  return s;
}

Specs FullLike::infer(Args in) const {
  Spec s = Spec::like(in[0], dtype.value_or(impl(in[0]).dtype));
  if (format != MemoryFormat::Preserve) s.strides = format_strides(s.sizes, format);
  return s;
}

Specs Fill::infer(Args in) const { return Spec::like(in[0]); }
Grads Fill::vjp(const Saved&, Args g, NeedMask) const {
  Grads grads;
  grads.push_back(zeros_like(g[0]));
  return grads;
}

Specs Arange::infer(Args) const { return Spec({steps}, dtype, device); }
Specs Linspace::infer(Args) const {
  HEARTH_CHECK_AS(ValueError, steps >= 0, "[linspace] number of steps must be non-negative, got ",
                  steps);
  return Spec({steps}, dtype, device);
}

}  // namespace ops

namespace {

/// Gives a new tensor what its options ask for beyond dtype, device and layout.
Tensor with_options(Tensor t, const TensorOptions& options) {
  if (options.pinned_memory()) t = t.pin_memory();
  if (options.requires_grad()) t.set_requires_grad(true);
  return t;
}

Tensor make(IntArrayRef sizes, std::optional<Scalar> value, const TensorOptions& o,
            std::optional<MemoryFormat> format = std::nullopt) {
  if (o.layout() == kSparse && value.value_or(0).equal(0)) return sparse_coo_tensor(sizes, o);
  HEARTH_CHECK_AS(NotImplementedError, o.layout() == kStrided, "[empty] of layout ", o.layout(),
                  " there are only COO tensors of zeros");
  const MemoryFormat f =
      format ? *format : o.memory_format_opt().value_or(MemoryFormat::Contiguous);
  return with_options(invoke(ops::Full{sizes, std::move(value), o.dtype(), ops::device_of(o), f,
                                       o.pinned_memory()}),
                      o);
}

Tensor make_like(const Tensor& other, std::optional<Scalar> value, const TensorOptions& o,
                 std::optional<MemoryFormat> format) {
  NoGradGuard no_grad;
  const MemoryFormat f = format ? *format : o.memory_format_opt().value_or(MemoryFormat::Preserve);
  if (o.has_device() && o.device().resolved() != other.device())
    return make(other.sizes(), std::move(value),
                o.dtype(o.dtype_opt().value_or(other.scalar_type())), format);
  return with_options(invoke(ops::FullLike{std::move(value), o.dtype_opt(), f}, other), o);
}

/// The dtype a number has as a tensor: int64, bool, or the default float and complex types.
ScalarType natural_type(const Scalar& v) {
  if (v.isFloatingPoint()) return get_default_dtype();
  if (v.isComplex()) return to_complex(get_default_dtype());
  return v.type();
}

}  // namespace

Tensor empty(IntArrayRef sizes, const TensorOptions& options, std::optional<MemoryFormat> format) {
  return make(sizes, std::nullopt, options, format);
}

namespace {

void check_strides(std::string_view op, IntArrayRef strides) {
  for (int64_t s : strides)
    HEARTH_CHECK_AS(ShapeError, s >= 0, "[", op, "] negative strides: ", strides);
}

}  // namespace

Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options) {
  HEARTH_CHECK_AS(ShapeError, sizes.size() == strides.size(),
                  "[empty_strided] dimensionality of sizes ", sizes,
                  " must match dimensionality of strides ", strides);
  checked_numel(sizes);
  check_strides("empty_strided", strides);
  const int64_t extent = checked_extent(sizes, strides, "empty_strided");
  const Tensor block = empty({extent}, options.requires_grad(false));
  return with_options(alias_tensor(block, sizes, strides, 0, block.scalar_type()), options);
}

Tensor empty_like(const Tensor& other, const TensorOptions& options,
                  std::optional<MemoryFormat> format) {
  return make_like(other, std::nullopt, options, format);
}
Tensor zeros(IntArrayRef sizes, const TensorOptions& options) { return make(sizes, 0, options); }
Tensor ones(IntArrayRef sizes, const TensorOptions& options) { return make(sizes, 1, options); }
Tensor full(IntArrayRef sizes, const Scalar& value, const TensorOptions& options) {
  return make(sizes, value, options.dtype(options.dtype_opt().value_or(natural_type(value))));
}
Tensor zeros_like(const Tensor& other, const TensorOptions& options,
                  std::optional<MemoryFormat> format) {
  return make_like(other, 0, options, format);
}
Tensor ones_like(const Tensor& other, const TensorOptions& options,
                 std::optional<MemoryFormat> format) {
  return make_like(other, 1, options, format);
}
Tensor full_like(const Tensor& other, const Scalar& value, const TensorOptions& options,
                 std::optional<MemoryFormat> format) {
  return make_like(other, value, options, format);
}
Tensor scalar_tensor(const Scalar& value, const TensorOptions& options) {
  return make({}, value, options);
}

namespace {

uint64_t distance_between(int64_t a, int64_t b) {
  const auto x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
  return a < b ? y - x : x - y;
}

}  // namespace

Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step,
              const TensorOptions& options) {
  const bool integral = start.isIntegral(true) && end.isIntegral(true) && step.isIntegral(true);
  const ScalarType dtype =
      options.dtype_opt().value_or(integral ? kLong : get_default_dtype_as_scalartype());
  const double first = start.toDouble(), last = end.toDouble(), by = step.toDouble();
  HEARTH_CHECK_AS(ValueError, by != 0 && by == by, "[arange] step must be nonzero");
  HEARTH_CHECK_AS(ValueError, std::isfinite(first) && std::isfinite(last),
                  "[arange] unsupported range: ", first, " -> ", last);
  const int64_t a = integral ? start.toLong() : 0, b = integral ? end.toLong() : 0;
  const bool consistent =
      by > 0 ? (integral ? b >= a : last >= first) : (integral ? b <= a : last <= first);
  HEARTH_CHECK_AS(ValueError, consistent,
                  "[arange] upper bound and lower bound inconsistent with step sign");
  uint64_t steps = 0;
  if (integral) {
    // Distances between int64s fit uint64.
    const uint64_t distance = distance_between(a, b), s = distance_between(0, step.toLong());
    steps = distance / s + (distance % s != 0);
  } else {
    const double n = std::ceil((last - first) / by);
    steps = n < 9e18 ? static_cast<uint64_t>(n) : UINT64_MAX;
  }
  HEARTH_CHECK_AS(ShapeError, steps <= INT64_MAX,
                  "[arange] invalid size, possible overflow: more elements than int64 counts");
  return with_options(
      invoke(ops::Arange{start, step, static_cast<int64_t>(steps), dtype, ops::device_of(options)}),
      options);
}
Tensor arange(const Scalar& start, const Scalar& end, const TensorOptions& options) {
  return arange(start, end, 1, options);
}
Tensor arange(const Scalar& end, const TensorOptions& options) {
  return arange(0, end, 1, options);
}

Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps,
                const TensorOptions& options) {
  const bool complex = start.isComplex() || end.isComplex();
  const ScalarType dtype = options.dtype_opt().value_or(
      complex ? to_complex(get_default_dtype_as_scalartype()) : get_default_dtype_as_scalartype());
  HEARTH_CHECK_AS(DtypeError, !complex || is_complex(dtype),
                  "[linspace] complex ends can't be safely cast to passed dtype ",
                  to_string(dtype));
  return with_options(invoke(ops::Linspace{start, end, steps, dtype, ops::device_of(options)}),
                      options);
}

Tensor detail::from_blob(void* data, IntArrayRef sizes, OptionalIntArrayRef strides,
                         void (*deleter)(void*, void*, size_t), void* context,
                         const TensorOptions& options) {
  const DimVector layout = strides ? DimVector(*strides) : contiguous_strides(sizes);
  HEARTH_CHECK_AS(ShapeError, layout.size() == sizes.size(), "[from_blob] strides ", layout.ref(),
                  " do not fit sizes ", sizes);
  // The handle's own storage describes the caller's memory.
  Tensor block = new_tensor({0}, options.dtype(), options.device().resolved());
  StorageImpl& s = *impl(block).storage;
  s.data = data;
  checked_numel(sizes);
  check_strides("from_blob", layout);
  s.nbytes = static_cast<size_t>(
      checked_nbytes(checked_extent(sizes, layout, "from_blob"), options.dtype()));
  s.deleter = deleter;
  s.context = context;
  TensorImpl& t = impl(block);
  t.sizes = DimVector(sizes);
  t.strides = layout;
  t.refresh();
  return with_options(std::move(block), options);
}
Tensor from_blob(void* data, IntArrayRef sizes, const TensorOptions& options) {
  return detail::from_blob(data, sizes, std::nullopt, nullptr, nullptr, options);
}
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options) {
  return detail::from_blob(data, sizes, strides, nullptr, nullptr, options);
}

namespace {

/// `t` with one element of each expanded dim: a value filled in there is everywhere.
Tensor without_repeats(Tensor t) {
  for (int64_t d = 0; d < t.dim(); ++d)
    if (t.stride(d) == 0 && t.size(d) > 1) t = t.narrow(d, 0, 1);
  return t;
}

}  // namespace

const Tensor& Tensor::fill_(const Scalar& value) const {
  if (!has_internal_overlap(*this)) return invoke_(ops::Fill{value}, *this);
  without_repeats(*this).fill_(value);
  return *this;
}
const Tensor& Tensor::fill_(const Tensor& value) const {
  HEARTH_CHECK_AS(ShapeError, value.dim() == 0,
                  "[fill_] fill_ only supports 0-dimension value tensor but got tensor with ",
                  value.dim(), " dimensions.");
  // It may be one of the elements that are filled.
  const Tensor apart = value.is_alias_of(*this) ? value.clone() : value;
  if (!has_internal_overlap(*this)) return copy_(apart);
  without_repeats(*this).copy_(apart);
  return *this;
}
const Tensor& Tensor::zero_() const { return fill_(0); }

namespace {

/// Options of a new tensor like `t`. Methods that make one do not heed requires_grad, as
/// LibTorch's.
TensorOptions like(const Tensor& t, const TensorOptions& o) {
  return o.dtype(o.dtype_opt().value_or(t.scalar_type()))
      .device(o.device_opt().value_or(t.device()))
      .requires_grad(false);
}

}  // namespace

Tensor Tensor::new_empty(IntArrayRef sizes, const TensorOptions& o) const {
  return empty(sizes, like(*this, o));
}
Tensor Tensor::new_empty_strided(IntArrayRef sizes, IntArrayRef strides,
                                 const TensorOptions& o) const {
  return empty_strided(sizes, strides, like(*this, o));
}
Tensor Tensor::new_full(IntArrayRef sizes, const Scalar& value, const TensorOptions& o) const {
  return full(sizes, value, like(*this, o));
}
Tensor Tensor::new_zeros(IntArrayRef sizes, const TensorOptions& o) const {
  return new_full(sizes, 0, o);
}
Tensor Tensor::new_ones(IntArrayRef sizes, const TensorOptions& o) const {
  return new_full(sizes, 1, o);
}

Tensor eye(int64_t n, int64_t m, const TensorOptions& options) {
  HEARTH_CHECK_AS(ValueError, n >= 0 && m >= 0, "[eye] n must be greater or equal to 0, got ", n,
                  " and ", m);
  const Tensor out = zeros({n, m}, options.requires_grad(false));
  out.diagonal().fill_(1);
  if (options.requires_grad()) out.set_requires_grad(true);
  return out;
}
Tensor eye(int64_t n, const TensorOptions& options) { return eye(n, n, options); }

namespace {

/// How many elements of a matrix lie on or below a diagonal, for -rows <= diagonal <= columns.
Checked count_lower(int64_t rows, int64_t columns, int64_t diagonal) {
  // Rows from `first` on have one element more each, up to `full`.
  const int64_t first = std::min(std::max<int64_t>(-diagonal, 0), rows);
  const Checked reached = Checked(columns) - 1 - diagonal;
  const int64_t full = std::clamp(reached.value_or(INT64_MAX), first, rows);
  const int64_t growing = full - first;
  const bool odd = growing % 2 != 0;
  const Checked pairs =
      odd ? Checked((growing - 1) / 2) * growing : Checked(growing / 2) * (growing - 1);
  const Checked least = growing == 0 ? 0 : Checked(first) + diagonal + 1;
  return least * growing + pairs + (Checked(rows) - full) * columns;
}

/// The indices [2, n] of a triangle's elements: `upper` is on and above the diagonal.
Tensor triangle_indices(std::string_view op, int64_t row, int64_t col, int64_t offset, bool upper,
                        const TensorOptions& options) {
  HEARTH_CHECK_AS(ValueError, row >= 0, "[", op, "] row must be non-negative, got ", row);
  HEARTH_CHECK_AS(ValueError, col >= 0, "[", op, "] col must be non-negative, got ", col);
  const int64_t d = std::clamp(offset, -row, col);
  const Checked count = upper ? count_lower(col, row, -d) : count_lower(row, col, d);
  const int64_t n = count.get(op, "a triangle of ", row, " rows and ", col, " columns");
  const Tensor out = new_tensor({2, n}, kLong, kCPU);
  int64_t* rows = ptr<int64_t>(out);
  int64_t* columns = rows + n;
  for (int64_t r = upper ? 0 : std::max<int64_t>(-d, 0), at = 0; at < n; ++r) {
    const int64_t first = upper ? std::max<int64_t>(r + d, 0) : 0;
    const int64_t last = upper ? col : std::min(r + d + 1, col);
    for (int64_t c = first; c < last; ++c, ++at) {
      rows[at] = r;
      columns[at] = c;
    }
  }
  return out.to(options.dtype(options.dtype_opt().value_or(kLong)).device(options.device()));
}

}  // namespace

Tensor tril_indices(int64_t row, int64_t col, int64_t offset, const TensorOptions& options) {
  return triangle_indices("tril_indices", row, col, offset, false, options);
}
Tensor triu_indices(int64_t row, int64_t col, int64_t offset, const TensorOptions& options) {
  return triangle_indices("triu_indices", row, col, offset, true, options);
}

}  // namespace hearth
