// SPDX-License-Identifier: Apache-2.0
#include "ops/fft.h"

#include <algorithm>
#include <numeric>

#include "hearth/ops/creation.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "autograd/autocast_modes.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(FftC2C)
HEARTH_DEFINE_OP(FftR2C)
HEARTH_DEFINE_OP(FftC2R)

namespace {

void check_dims(const TensorImpl& t, const DimVector& dims, std::string_view op) {
  HEARTH_CHECK_AS(ValueError, !dims.empty(), "[", op, "] must transform at least one axis");
  for (size_t i = 0; i < dims.size(); ++i) {
    const bool new_one = std::find(dims.begin(), dims.begin() + i, dims[i]) == dims.begin() + i;
    HEARTH_CHECK_AS(IndexError, dims[i] >= 0 && dims[i] < t.dim() && new_one, "[", op,
                    "] expected different dims of a tensor of ", t.dim(), " dims, got ",
                    dims.ref());
    const int64_t n = t.sizes[static_cast<size_t>(dims[i])];
    HEARTH_CHECK_AS(ShapeError, n >= 1, "[", op, "] Invalid number of data points (", n,
                    ") specified");
  }
}
void check_dtype(ScalarType got, bool complex, std::string_view op) {
  HEARTH_CHECK_AS(DtypeError,
                  complex ? is_complex(got) : got == ScalarType::Float || got == ScalarType::Double,
                  "[", op, "] expected ", complex ? "complex numbers" : "float or double", ", got ",
                  to_string(got));
}

}  // namespace

Specs FftC2C::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_dtype(t.dtype, true, info.name);
  check_dims(t, dims, info.name);
  return {Spec(t.sizes, t.dtype, t.device), t.dtype};
}
Grads FftC2C::vjp(const Saved&, Args g, NeedMask) const {
  return one(invoke(FftC2C{dims, norm, !forward}, g[0]));
}

Specs FftR2C::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_dtype(t.dtype, false, info.name);
  check_dims(t, dims, info.name);
  if (in[1].defined()) {
    const TensorImpl& w = impl(in[1]);
    check_dtype(w.dtype, false, info.name);
    HEARTH_CHECK_AS(ShapeError,
                    dims.size() == 1 && dims[0] == t.dim() - 1 && w.dim() == 1 &&
                        w.sizes[0] == t.sizes[static_cast<size_t>(dims[0])],
                    "[fft_r2c] expected a window for the last dim of ", t.sizes.ref(),
                    ", the only one transformed, got ", w.sizes.ref());
  }
  DimVector sizes = t.sizes;
  int64_t& last = sizes[static_cast<size_t>(dims.back())];
  if (onesided) last = last / 2 + 1;
  const ScalarType real = in[1].defined() ? promote_types(t.dtype, impl(in[1]).dtype) : t.dtype;
  return {Spec(std::move(sizes), to_complex(real), t.device), real};
}
Grads FftR2C::vjp(const Saved& s, Args g, NeedMask need) const {
  const auto last = static_cast<size_t>(dims.back());
  const Tensor window = s.in(1);
  // Of the points of a half, those between the first and the last are for two in FftC2R.
  const Tensor signal =
      onesided ? invoke(FftC2R{dims, s.in_spec(0).sizes[last], norm, !forward, interior / 2}, g[0])
               : real(invoke(FftC2C{dims, norm, !forward}, g[0]));
  Grads grads(2);
  if (need[0]) grads[0] = window.defined() ? signal * window : signal;
  if (need[1]) grads[1] = signal * s.in(0);
  return grads;
}

Specs FftC2R::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_dtype(t.dtype, true, info.name);
  check_dims(t, dims, info.name);
  DimVector sizes = t.sizes;
  int64_t& last = sizes[static_cast<size_t>(dims.back())];
  HEARTH_CHECK_AS(ShapeError, n >= 1 && last == n / 2 + 1, "[fft_c2r] expected ", n / 2 + 1,
                  " points for a signal of ", n, ", got ", last);
  last = n;
  return {Spec(std::move(sizes), to_real(t.dtype), t.device), t.dtype};
}
Grads FftC2R::vjp(const Saved&, Args g, NeedMask) const {
  return one(invoke(FftR2C{dims, norm, !forward, true, interior * 2}, g[0], Tensor()));
}

}  // namespace ops

namespace {

using ops::FftNorm;

FftNorm norm_of(std::optional<std::string_view> norm, bool forward, std::string_view op) {
  if (!norm || *norm == "backward") return forward ? FftNorm::None : FftNorm::N;
  if (*norm == "forward") return forward ? FftNorm::N : FftNorm::None;
  HEARTH_CHECK_AS(ValueError, *norm == "ortho", "[", op, "] Invalid normalization mode: \"", *norm,
                  "\"");
  return FftNorm::RootN;
}

/// Floats for integers; complex numbers where they must be.
Tensor promoted(const Tensor& input, bool complex, std::string_view op) {
  Tensor self = input;
  const AutocastAsOne cast({Cast::Float32, std::nullopt}, {&self});
  ScalarType type = self.scalar_type();
  if (is_integral(type, true)) type = get_default_dtype_as_scalartype();
  HEARTH_CHECK_AS(NotImplementedError, type != kHalf && type != kBFloat16, "[", op,
                  "] Unsupported dtype ", to_string(type), "; convert it to float32");
  return self.to(complex ? to_complex(type) : type);
}

/// The first n points along a dim, with zeros where there are fewer.
Tensor resized(const Tensor& self, int64_t dim, int64_t n) {
  const int64_t size = self.size(dim);
  if (n <= size) return n == size ? self : self.narrow(dim, 0, n);
  DimVector pad(static_cast<size_t>(2 * (self.dim() - dim)), 0);
  pad[pad.size() - 1] = n - size;
  return constant_pad_nd(self, pad);
}

void check_points(int64_t n, std::string_view op) {
  HEARTH_CHECK_AS(ShapeError, n >= 1, "[", op, "] Invalid number of data points (", n,
                  ") specified");
}
int64_t checked_dim(const Tensor& self, int64_t dim, std::string_view op) {
  HEARTH_CHECK_AS(IndexError, self.dim() > 0, "[", op, "] Dimension specified as ", dim,
                  " but tensor has no dimensions");
  return wrap_dim(dim, self.dim(), op);
}

template <class Op, class... T>
Tensor call(const Op& op, bool complex, std::string_view name, Tensor* out, const T&... in) {
  if (!out) return invoke(op, in...);
  HEARTH_CHECK_AS(DtypeError, out->is_complex() == complex && (complex || out->is_floating_point()),
                  "[", name, "] expects a ", complex ? "complex" : "floating point",
                  " output tensor, but got ", to_string(out->scalar_type()));
  return invoke_out(op, *out, in...);
}

/// What kind a function is: of which numbers it makes which.
enum class To : uint8_t { Complex, Half, Real };

struct Request {
  std::string_view name;
  To to;
  bool forward;
};

/// Transforms `dims`, of which `lengths` are asked for: of the signal, so of a half spectrum when
/// real numbers are wanted.
Tensor transformed(const Request& r, const Tensor& self, const DimVector& dims, DimVector lengths,
                   std::optional<std::string_view> norm, Tensor* out) {
  HEARTH_CHECK_AS(DtypeError, r.to != To::Half || !self.is_complex(), "[", r.name, "] ", r.name,
                  " expects a real input tensor, but got ", to_string(self.scalar_type()));
  const FftNorm scale = norm_of(norm, r.forward, r.name);
  Tensor in = promoted(self, r.to == To::Real, r.name);
  for (const int64_t n : lengths) check_points(n, r.name);
  const int64_t last = lengths.back();
  if (r.to == To::Real) lengths[lengths.size() - 1] = last / 2 + 1;
  for (size_t i = 0; i < dims.size(); ++i) in = resized(in, dims[i], lengths[i]);
  if (r.to == To::Real)
    return call(ops::FftC2R{dims, last, scale, r.forward}, false, r.name, out, in);
  if (r.to == To::Half || !in.is_complex())
    return call(ops::FftR2C{dims, scale, r.forward, r.to == To::Half}, true, r.name, out, in,
                Tensor());
  return call(ops::FftC2C{dims, scale, r.forward}, true, r.name, out, in);
}

Tensor one_dim(const Request& r, const Tensor& self, std::optional<int64_t> n, int64_t dim,
               std::optional<std::string_view> norm, Tensor* out) {
  dim = checked_dim(self, dim, r.name);
  const int64_t size = self.size(dim);
  return transformed(r, self, {dim}, {n.value_or(r.to == To::Real ? 2 * (size - 1) : size)}, norm,
                     out);
}

Tensor many_dims(const Request& r, const Tensor& self, OptionalIntArrayRef s,
                 OptionalIntArrayRef dim, std::optional<std::string_view> norm, Tensor* out) {
  DimVector dims, lengths;
  if (dim) {
    for (const int64_t d : *dim) {
      const int64_t wrapped = checked_dim(self, d, r.name);
      HEARTH_CHECK_AS(ValueError, std::find(dims.begin(), dims.end(), wrapped) == dims.end(), "[",
                      r.name, "] FFT dims must be unique, got ", *dim);
      dims.push_back(wrapped);
    }
  }
  if (s) {
    HEARTH_CHECK_AS(ValueError, !dim || dim->size() == s->size(), "[", r.name,
                    "] When given, dim and shape arguments must have the same length, got ",
                    s->size(), " and ", dims.size());
    const auto count = static_cast<int64_t>(s->size());
    HEARTH_CHECK_AS(ValueError, count <= self.dim(), "[", r.name, "] Got shape with ", count,
                    " values but input tensor only has ", self.dim(), " dimensions.");
    for (int64_t i = 0; !dim && i < count; ++i) dims.push_back(self.dim() - count + i);
  } else if (!dim) {
    for (int64_t d = 0; d < self.dim(); ++d) dims.push_back(d);
  }
  if (dims.empty()) {
    HEARTH_CHECK_AS(ValueError, r.to == To::Complex, "[", r.name, "] ", r.name,
                    " must transform at least one axis");
    norm_of(norm, r.forward, r.name);
    const Tensor same = promoted(self, true, r.name);
    if (!out) return same.is_same(self) ? same.clone() : same;
    if (out->sizes() != same.sizes()) out->resize_(same.sizes());
    return out->copy_(same);
  }
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t size = self.size(dims[i]);
    const bool half = r.to == To::Real && i + 1 == dims.size();
    lengths.push_back(s && (*s)[i] != -1 ? (*s)[i] : half ? 2 * (size - 1) : size);
  }
  return transformed(r, self, dims, std::move(lengths), norm, out);
}

}  // namespace

#define HEARTH_FFT_FUNCTION(name, Length, Dim, function, to, forward)                   \
  Tensor fft_##name(const Tensor& self, Length length, Dim dim,                         \
                    std::optional<std::string_view> norm) {                             \
    return function({"fft_" #name, To::to, forward}, self, length, dim, norm, nullptr); \
  }                                                                                     \
  Tensor& fft_##name##_out(Tensor& out, const Tensor& self, Length length, Dim dim,     \
                           std::optional<std::string_view> norm) {                      \
    function({"fft_" #name, To::to, forward}, self, length, dim, norm, &out);           \
    return out;                                                                         \
  }
#define HEARTH_FFT_FAMILY(name, to, forward)                                             \
  HEARTH_FFT_FUNCTION(name, std::optional<int64_t>, int64_t, one_dim, to, forward)       \
  HEARTH_FFT_FUNCTION(name##2, OptionalIntArrayRef, IntArrayRef, many_dims, to, forward) \
  HEARTH_FFT_FUNCTION(name##n, OptionalIntArrayRef, OptionalIntArrayRef, many_dims, to, forward)
HEARTH_FFT_FAMILY(fft, Complex, true)
HEARTH_FFT_FAMILY(ifft, Complex, false)
HEARTH_FFT_FAMILY(rfft, Half, true)
HEARTH_FFT_FAMILY(irfft, Real, false)
HEARTH_FFT_FAMILY(hfft, Real, true)
HEARTH_FFT_FAMILY(ihfft, Half, false)
#undef HEARTH_FFT_FAMILY
#undef HEARTH_FFT_FUNCTION

namespace {

Tensor frequencies(std::string_view op, const Tensor& counts, int64_t n, double d,
                   const TensorOptions& options) {
  HEARTH_CHECK_AS(DtypeError, counts.is_floating_point() || counts.is_complex(), "[", op,
                  "] requires a floating point or complex dtype, got ",
                  to_string(counts.scalar_type()));
  Tensor result = counts * (1.0 / (static_cast<double>(n) * d));
  if (options.requires_grad()) result.set_requires_grad(true);
  return result;
}
/// Those of the counts: of the default dtype, not of the numbers', where none is asked for.
TensorOptions count_options(const TensorOptions& options) {
  return TensorOptions(options).dtype(options.dtype()).requires_grad(false);
}
Tensor& write_frequencies(Tensor& out, const Tensor& values) {
  if (out.sizes() != values.sizes()) out.resize_(values.sizes());
  out.copy_(values);
  return out;
}

Tensor shifted(const Tensor& self, OptionalIntArrayRef dim, int64_t extra, std::string_view op) {
  DimVector dims, shifts;
  if (dim) {
    for (const int64_t d : *dim) dims.push_back(checked_dim(self, d, op));
  } else {
    for (int64_t d = 0; d < self.dim(); ++d) dims.push_back(d);
  }
  for (const int64_t d : dims) shifts.push_back((self.size(d) + extra) / 2);
  return self.roll(shifts, dims);
}

}  // namespace

Tensor fft_fftfreq(int64_t n, double d, const TensorOptions& options) {
  HEARTH_CHECK_AS(ShapeError, n >= 0,
                  "[fft_fftfreq] Trying to create tensor with negative dimension ", n);
  const TensorOptions plain = count_options(options);
  const Tensor parts[] = {arange((n + 1) / 2, plain), arange(-(n / 2), 0, plain)};
  return frequencies("fft_fftfreq", cat(parts), n, d, options);
}
Tensor fft_rfftfreq(int64_t n, double d, const TensorOptions& options) {
  return frequencies("fft_rfftfreq", arange(n / 2 + 1, count_options(options)), n, d, options);
}
Tensor& fft_fftfreq_out(Tensor& out, int64_t n, double d) {
  return write_frequencies(out, fft_fftfreq(n, d, out.options()));
}
Tensor& fft_rfftfreq_out(Tensor& out, int64_t n, double d) {
  return write_frequencies(out, fft_rfftfreq(n, d, out.options()));
}
Tensor fft_fftshift(const Tensor& self, OptionalIntArrayRef dim) {
  return shifted(self, dim, 0, "fft_fftshift");
}
Tensor fft_ifftshift(const Tensor& self, OptionalIntArrayRef dim) {
  return shifted(self, dim, 1, "fft_ifftshift");
}

}  // namespace hearth
